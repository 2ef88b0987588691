"""The value-irritant matrix: where an issue sits by what its contacts are worth to the customer and to us (PRODUCT section 2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Quadrant(StrEnum):
    """What to do about an issue's contacts. The two words of each: what they are to the customer, and to the organisation."""

    LEVERAGE = "leverage"
    """valuable, valuable"""
    AUTOMATE = "automate"
    """valuable, irritating"""
    SIMPLIFY = "simplify"
    """irritating, valuable"""
    ELIMINATE = "eliminate"
    """irritating, irritating"""


class Mood(StrEnum):
    """How an issue's mentions feel, most of them; mixed when neither, and when nothing was read in them."""

    NEGATIVE = "negative"
    MIXED = "mixed"
    POSITIVE = "positive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """An issue that other rules put in another field."""

    issue_id: int
    before: Quadrant
    after: Quadrant


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an issue sits. `by` is the person who put it there, empty while cause and sentiment say so; `cause` is the commonest one.

    `negative` is the share of its mentions that is negative, between 0 and 1; None when nothing was labelled.
    """

    quadrant: Quadrant
    by: str = ""
    at: datetime | None = None
    cause: str = ""
    negative: float | None = None
