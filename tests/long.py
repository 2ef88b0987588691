"""Long promises in short: where many places are alike a run tries some of them, and `scripts/test_long` tries all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

WHOLE = os.environ.get("KLANKBORD_LONG") == "1"


def some(every: Sequence[T], most: int) -> Sequence[T]:
    """Return at most `most` (two or more) of these: the first, the last and others evenly between; in the long form all."""
    if WHOLE or len(every) <= most:
        return every
    return [every[round(place * (len(every) - 1) / (most - 1))] for place in range(most)]


def often(times: int, *, short: int) -> int:
    """Return how often something drawn at random is tried: `times` in the long form, else `short`."""
    return times if WHOLE else short
