"""Word lists that are short enough to stand in code."""

from __future__ import annotations


def words_in(text: str) -> frozenset[str]:
    """Return the words of a list that is written as one text."""
    return frozenset(text.split())
