"""A case's place in the queue, worked out so that the order stands still while everybody waits. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from moderation.model.case import CaseFacts, CasePlace, CaseRow, CaseState, Lane
from moderation.model.clock import CaseClock, ClockState
from moderation.triage.urgency import NEW_HOURS, WAITING_PER_HOUR, points

GROWING = timedelta(hours=24)
"""How long a signal makes an issue grow."""
LAST = datetime(9000, 1, 1, tzinfo=UTC)
"""The place of a case that waits for nothing: after all others."""


def facts_of(row: CaseRow, *, signal_at: datetime | None, clock: CaseClock | None, now: datetime) -> CaseFacts:
    """Return what triage looks at. `signal_at` is the newest signal about the case's issue, `clock` the case's soonest."""
    return CaseFacts(
        waiting_seconds=(now - row.waiting_since).total_seconds() if waits(row) else 0.0,
        unanswered=row.unanswered,
        mentions=len(row.mention_ids),
        directed=row.directed,
        question=any(name == "question" for name, _ in row.labels),
        negative=("sentiment", "negative") in row.labels,
        promise_broken=("cause", "promise_not_kept") in row.labels,
        issue_growing=signal_at is not None and now - GROWING <= signal_at <= now,
        issue_age_hours=None if row.issue_created_at is None else max(0.0, (now - row.issue_created_at).total_seconds() / 3600),
        answered_before=row.answered_at is not None,
        low_score=row.low_score,
        clock=None if clock is None else state_at(clock, now),
    )


def place_of(row: CaseRow, *, signal_at: datetime | None, clock: CaseClock | None, now: datetime) -> CasePlace:
    """Return where a case stands from now on, until its row changes or `points_change_at` comes."""
    lane = lane_of(row)
    still = lane in (Lane.CLOSED, Lane.ANSWERED)
    earned = points(facts_of(row, signal_at=signal_at, clock=clock, now=now))
    ahead = timedelta(hours=earned / WAITING_PER_HOUR)
    return CasePlace(
        lane=lane,
        points=earned,
        points_change_at=None if still else _next_change(row, signal_at, clock, now),
        waiting_since=row.waiting_since,
        rank_at=row.waiting_since - ahead if waits(row) else LAST,
        clock=clock,
    )


def order_of(place: CasePlace, case_id: int) -> tuple[datetime, datetime, int]:
    """Return what the queue is sorted by."""
    return place.rank_at, place.waiting_since, case_id


def waits(row: CaseRow) -> bool:
    """Tell whether something of the customer waits: a message, or a low score."""
    return row.unanswered > 0 or row.low_score is not None


def lane_of(row: CaseRow) -> Lane:
    """Return where a case stands. What is called spam waits apart, until somebody takes it or says that it is none."""
    if row.state is CaseState.CLOSED:
        return Lane.CLOSED
    if row.snoozed:
        return Lane.SNOOZED
    if row.state is CaseState.ANSWERED:
        return Lane.ANSWERED
    return Lane.SPAM if row.spam and not row.holder else Lane.WAITING


def state_at(clock: CaseClock, now: datetime) -> ClockState:
    """Return how near the end of a clock is."""
    if now > clock.due_at:
        return ClockState.RED
    return ClockState.ORANGE if now >= clock.orange_at else ClockState.GREEN


def _next_change(row: CaseRow, signal_at: datetime | None, clock: CaseClock | None, now: datetime) -> datetime | None:
    tick = timedelta(microseconds=1)
    moments = [] if signal_at is None else [signal_at, signal_at + GROWING + tick]
    if row.issue_created_at is not None:
        moments.append(row.issue_created_at + timedelta(hours=NEW_HOURS) + tick)
    if clock is not None:
        moments += [clock.orange_at, clock.due_at + tick]
    return min((one for one in moments if one > now), default=None)
