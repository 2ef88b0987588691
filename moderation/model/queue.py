"""What somebody asks of the queue, and what it shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from moderation.model.case import CaseSummary, Lane
from moderation.model.clock import ClockState


class Tab(StrEnum):
    """A part of the queue. `waiting` are those that nobody holds; `done` are those answered or closed within the last week."""

    MINE = "mine"
    WAITING = "waiting"
    SNOOZED = "snoozed"
    OTHERS = "others"
    SPAM = "spam"
    DONE = "done"


class Order(StrEnum):
    """Most urgent first, soonest clock first, or longest waiting first."""

    URGENCY = "urgency"
    CLOCK = "clock"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueChoice:
    """What the queue is narrowed to; empty means everything. `waiting_hours` is how long a case waits at least.

    `words` all stand in something the customer wrote. `holder` and `team` are names. `clock` is the state of the soonest clock.
    `directed` and `private` (only the customer and we read it): None means either.
    """

    tab: Tab = Tab.WAITING
    words: str = ""
    brand: str = ""
    platform: str = ""
    language: str = ""
    issue_id: int | None = None
    cause: str = ""
    sentiment: str = ""
    state: str = ""
    holder: str = ""
    team: str = ""
    waiting_hours: float | None = None
    clock: ClockState | None = None
    directed: bool | None = None
    private: bool | None = None
    order: Order = Order.URGENCY


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFound:
    """Cases in order, and how many there are in all beyond this page. `counts` are per tab, with the same choice."""

    case_ids: tuple[int, ...]
    total: int
    counts: dict[Tab, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueOffers:
    """The values there are to choose from, by filter, each with how many live cases have it; most first."""

    values: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """A page of the queue as one person sees it."""

    rows: tuple[CaseSummary, ...]
    total: int
    counts: dict[Tab, int]
    offers: QueueOffers


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """A choice under a name. `owner` is whose it is; with `team` it is shared, and everybody in that team sees it."""

    view_id: int
    owner: str
    team: str
    name: str
    query: str
    position: int
    made_by: str
    made_at: datetime


LIVE_LANES = (Lane.WAITING, Lane.SNOOZED, Lane.SPAM)
"""Where a case has not ended."""
