"""A long list a page at a time: which page an address asks for, and how many there are."""

from __future__ import annotations

from moderation.inbox.fields import number_of

MOST_PAGES = 100_000


def page_asked(written: str, *, most: int = MOST_PAGES) -> int:
    """Return the page that an address names, between 1 and `most`; the first where it names none."""
    return min(max(number_of(written) or 1, 1), most)


def pages_in(count: int, size: int) -> int:
    """Return how many pages of `size` hold `count` lines; an empty list has one."""
    return max(1, -(-count // size))
