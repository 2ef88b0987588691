"""The clocks of a case: what is waited for, when time is up, and how near that is. Nothing here knows who works on it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from moderation.model.case import CaseRow, CaseState
from moderation.model.clock import CaseClock, ClockKind, ClockState, OpeningHours, PromisedMoment, Targets
from moderation.triage.open_time import OpenTime, open_time

ORANGE_FROM = 0.8


def clocks_of(
    row: CaseRow, promises: Iterable[PromisedMoment], *, hours: OpeningHours, targets: Targets, now: datetime
) -> tuple[CaseClock, ...]:
    """Return the running clocks of a case, the soonest due first.

    A reply clock runs while a customer's message, or low score, waits for us, and counts open time only; without a target, or when we never
    open, there is none. A promise runs in plain time until the case is closed: people were told a moment, not a number of open hours.
    """
    clocks = [] if row.state is CaseState.CLOSED else [_promise(one, now) for one in promises]
    reply = _reply(row, open_time(hours, since=row.waiting_since, now=now), targets, now) if _waits(row) else None
    return tuple(sorted([*clocks, *([reply] if reply else [])], key=lambda clock: (clock.due_at, clock.kind)))


def soonest_due(
    rows: Sequence[CaseRow], promises: Mapping[int, Sequence[PromisedMoment]], *, hours: OpeningHours, targets: Targets, now: datetime
) -> dict[int, CaseClock]:
    """Return, for each case that has a clock, the one due first: what a queue is sorted by. `promises` are by case."""
    found: dict[int, CaseClock] = {}
    for row in rows:
        if clocks := clocks_of(row, promises.get(row.case_id, ()), hours=hours, targets=targets, now=now):
            found[row.case_id] = clocks[0]
    return found


def _waits(row: CaseRow) -> bool:
    return row.state in (CaseState.OPEN, CaseState.CLAIMED) and (row.unanswered > 0 or row.low_score is not None)


def _reply(row: CaseRow, time: OpenTime, targets: Targets, now: datetime) -> CaseClock | None:
    target, first = targets.of(row.platform), row.answered_at is None
    seconds = target.first_reply_seconds if first else target.next_reply_seconds
    due = None if seconds is None else time.after(row.waiting_since, seconds)
    orange = None if seconds is None else time.after(row.waiting_since, seconds * ORANGE_FROM)
    if due is None or orange is None:
        return None
    return CaseClock(
        kind=ClockKind.FIRST_REPLY if first else ClockKind.NEXT_REPLY,
        started_at=row.waiting_since,
        orange_at=orange,
        due_at=due,
        state=_state(orange, due, now),
        remaining_seconds=time.between(now, due),
    )


def _promise(promised: PromisedMoment, now: datetime) -> CaseClock:
    orange = promised.due_at - max(timedelta(0), promised.due_at - promised.made_at) * (1 - ORANGE_FROM)
    return CaseClock(
        kind=ClockKind.PROMISE,
        started_at=promised.made_at,
        orange_at=orange,
        due_at=promised.due_at,
        state=_state(orange, promised.due_at, now),
        remaining_seconds=(promised.due_at - now).total_seconds(),
    )


def _state(orange_at: datetime, due_at: datetime, now: datetime) -> ClockState:
    if now > due_at:
        return ClockState.RED
    return ClockState.ORANGE if now >= orange_at else ClockState.GREEN
