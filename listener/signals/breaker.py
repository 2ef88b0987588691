"""When a source that keeps failing is left alone for a while, and tried again: a circuit breaker, as arithmetic (RULES F17)."""

from __future__ import annotations

from datetime import timedelta

BREAKS_AFTER = 3
"""Failures in a row: one is chance, three are trouble."""
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(minutes=15)


def open_for(failures: int) -> timedelta:
    """Return how long a source is not asked after so many failures in a row: nothing at first, then a minute, doubled up to a quarter.

    The next pull after that is the half-open try: it fails and opens the breaker for longer, or goes well and closes it.
    """
    if failures < BREAKS_AFTER:
        return timedelta(0)
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(failures - BREAKS_AFTER, 10))
