"""Long promises in short: what is drawn at random is tried some times in every run, and more often by `scripts/test_long`."""

from __future__ import annotations

import os

WHOLE = os.environ.get("KLANKBORD_LONG") == "1"


def often(times: int, *, short: int) -> int:
    """Return how often something drawn at random is tried: `times` in the long form, else `short`."""
    return times if WHOLE else short
