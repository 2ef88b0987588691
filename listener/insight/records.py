"""What insight answers with: counts and pointers, never texts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueCounts:
    """One issue in numbers: its life up to a moment, a period that ends there, and the equally long stretch before it.

    `mentions` counts copies too, `cards` counts different texts. `nameless` mentions had no author; each counts as its own.
    """

    issue_id: int
    mentions: int
    authors: int
    cards: int
    nameless: int
    period_mentions: int
    period_authors: int
    before_mentions: int
    first_at: datetime
    last_at: datetime
    platforms: tuple[str, ...]
    languages: tuple[str, ...]
    brands: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodTotals:
    """All mentions of a period; `loose` ones belong to no issue, `nameless` ones had no author and count as an author each."""

    mentions: int
    authors: int
    loose: int
    nameless: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCount:
    """How much is said about an issue in one place, and by how many people there."""

    platform: str
    realm: str
    mentions: int
    authors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One text: its earliest mention, how many copies it has, and when it was last posted."""

    mention_id: int
    copies: int
    latest_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A mention that could be quoted. `person` tells authors apart; `vector` is None when its model is not the current one."""

    mention_id: int
    person: str
    platform: str
    posted_at: datetime
    vector: NDArray[np.float32] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HourCount:
    """One hour of one issue. `authors` are distinct within the hour: they must not be added up over hours."""

    hour: datetime
    mentions: int
    authors: int
