"""The languages that we have words of our own in, for staff and for customers."""

from __future__ import annotations

LANGUAGES = ("nl", "en")
"""The house's own first: it stands in for a language that we have no words in."""
