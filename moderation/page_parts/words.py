"""Texts for staff as pages ask for them again and again: each file is read once."""

from __future__ import annotations

from functools import cache

from moderation.workflows.load_wording import load_words

words_for = cache(load_words)
