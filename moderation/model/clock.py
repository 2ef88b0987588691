"""How long a customer may wait: the clocks of a case, the hours we are open, and how soon we mean to answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from enum import StrEnum

from moderation.model.feedback import Figure

DAY_MINUTES = 24 * 60
NEVER_OPEN: tuple[tuple[int, int], ...] = ()
ALWAYS_OPEN: tuple[tuple[int, int], ...] = ((0, DAY_MINUTES),)


class ClockKind(StrEnum):
    """What is waited for: our first reply, our reply to what was said since, or what we promised."""

    FIRST_REPLY = "first_reply"
    NEXT_REPLY = "next_reply"
    PROMISE = "promise"


class ClockState(StrEnum):
    """Green while more than a fifth of the time is left, orange in the last fifth, red when it is over."""

    GREEN = "green"
    ORANGE = "orange"
    RED = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClock:
    """One clock of a case. `started_at` is when the customer wrote, or when we promised; `due_at` is when time is up.

    `orange_at` is when the last fifth begins. `remaining_seconds` counts open time, and plain time for a promise; below 0 it tells how much
    is over. A clock belongs to a case, never to a colleague.
    """

    kind: ClockKind
    started_at: datetime
    orange_at: datetime
    due_at: datetime
    state: ClockState
    remaining_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PromisedMoment:
    """That customers hear from us before `due_at`, said at `made_at`: in public about their issue, or in a reply to them."""

    made_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningHours:
    """When we are open. `week` has Monday first: for each day the stretches we are open, in minutes since local midnight, in order.

    On the days in `closed`, such as holidays, we are not open at all. A stretch ends at 1440 at the latest: midnight.
    """

    zone: tzinfo
    week: tuple[tuple[tuple[int, int], ...], ...]
    closed: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyTarget:
    """Open time within which we mean to answer; None where nobody is kept to a time."""

    first_reply_seconds: float | None = None
    next_reply_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """How soon we mean to answer, by platform; `usual` holds for platforms not named."""

    usual: ReplyTarget = ReplyTarget()
    by_platform: Mapping[str, ReplyTarget] = field(default_factory=dict)

    def of(self, platform: str) -> ReplyTarget:
        return self.by_platform.get(platform, self.usual)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTimes:
    """When the customer of a case wrote and when we answered, in order: what waits are worked out from.

    `messages` are (posted, joined) moments: a message is waited for from its posting, and answered by what was approved after we had it.
    `ended_at` is when the case was closed, None while it is not.
    """

    case_id: int = 0
    platform: str
    messages: tuple[tuple[datetime, datetime], ...]
    answers: tuple[datetime, ...]
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """One stretch in which a customer waited for us; `answered_at` None: no answer came, `ended_at` None: it goes on."""

    case_id: int = 0
    platform: str
    kind: ClockKind
    since: datetime
    answered_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelKept:
    """How many of a channel's customers heard from us in time. `share` holds how many waits there were, and the interval."""

    platform: str
    kind: ClockKind
    kept: int
    share: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningClock:
    """The clock of a case that is due first, as the queue keeps it."""

    case_id: int
    kind: ClockKind
    orange_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockTurned:
    """A clock that became orange (time is nearly up) or red (it is over), told once each. `at` is when it was seen."""

    case_id: int
    kind: ClockKind
    due_at: datetime
    state: ClockState
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClocksNow:
    """How many cases have a clock in its last fifth, and how many one that is over."""

    orange: int
    red: int
