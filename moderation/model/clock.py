"""How long a customer may wait: the clocks of a case, the hours we are open, and how soon we mean to answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from enum import StrEnum

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
