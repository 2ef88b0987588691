"""A case tells how long its customer may still wait, and says so before it is too late."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from time import process_time
from zoneinfo import ZoneInfo

import pytest

from moderation.model.case import CaseRow, CaseState, LowScore
from moderation.model.clock import (
    ALWAYS_OPEN,
    NEVER_OPEN,
    CaseClock,
    ClockKind,
    ClockState,
    OpeningHours,
    PromisedMoment,
    ReplyTarget,
    Targets,
)
from moderation.triage.clocks import clocks_of, soonest_due

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
ALWAYS = OpeningHours(zone=UTC, week=(ALWAYS_OPEN,) * 7)
DAYS = OpeningHours(zone=ZoneInfo("Europe/Amsterdam"), week=(((480, 1200),),) * 5 + (((540, 1020),), NEVER_OPEN))
TARGETS = Targets(usual=ReplyTarget(first_reply_seconds=3600, next_reply_seconds=7200), by_platform={"mail": ReplyTarget()})
ROW = CaseRow(
    case_id=1,
    conversation_id=1,
    brand="Stroomwerk",
    platform="mastodon",
    realm="social.example.nl",
    state=CaseState.OPEN,
    holder="",
    version=1,
    waiting_since=NOW - timedelta(minutes=10),
    answered_at=None,
    mention_ids=(1,),
    unanswered=1,
    directed=True,
    labels=frozenset(),
    issue_id=None,
    issue_created_at=None,
)


def clocks(row: CaseRow, *promises: PromisedMoment, now: datetime = NOW, hours: OpeningHours = ALWAYS) -> tuple[CaseClock, ...]:
    return clocks_of(row, promises, hours=hours, targets=TARGETS, now=now)


@pytest.mark.parametrize(
    ("minutes", "state"),
    [
        (0, ClockState.GREEN),
        (47.99, ClockState.GREEN),
        (48, ClockState.ORANGE),  # four fifths of an hour
        (60, ClockState.ORANGE),  # in time to the last second
        (60.01, ClockState.RED),
        (-5, ClockState.GREEN),  # a platform whose clock is ahead of ours
    ],
)
def test_a_clock_is_green_then_orange_in_the_last_fifth_then_red(minutes: float, state: ClockState) -> None:
    (clock,) = clocks(replace(ROW, waiting_since=NOW - timedelta(minutes=minutes)))
    assert clock.kind is ClockKind.FIRST_REPLY
    assert clock.state is state
    assert clock.remaining_seconds == pytest.approx(3600 - minutes * 60)


@pytest.mark.parametrize(
    ("row", "kinds"),
    [
        (ROW, [ClockKind.FIRST_REPLY]),
        (replace(ROW, answered_at=NOW - timedelta(days=1)), [ClockKind.NEXT_REPLY]),
        (replace(ROW, state=CaseState.CLAIMED, holder="sanne"), [ClockKind.FIRST_REPLY]),  # a holder has not answered yet
        (replace(ROW, unanswered=0, answered_at=NOW), []),  # it waits for the customer
        (replace(ROW, unanswered=0, answered_at=NOW, low_score=LowScore(question="satisfaction", score=1, at=NOW)), [ClockKind.NEXT_REPLY]),
        (replace(ROW, state=CaseState.ANSWERED), []),
        (replace(ROW, state=CaseState.CLOSED), []),
        (replace(ROW, platform="mail"), []),  # no target there
    ],
)
def test_a_reply_clock_runs_only_while_somebody_waits_for_us(row: CaseRow, kinds: list[ClockKind]) -> None:
    assert [clock.kind for clock in clocks(row)] == kinds


def test_a_promise_runs_in_plain_time_also_when_we_answered_and_at_night() -> None:
    """ "Before 22:00" is 22:00, whatever our opening hours."""
    promised = PromisedMoment(made_at=NOW - timedelta(hours=8), due_at=NOW + timedelta(hours=1))
    (clock,) = clocks(replace(ROW, state=CaseState.ANSWERED), promised, hours=OpeningHours(zone=UTC, week=(NEVER_OPEN,) * 7))
    assert (clock.kind, clock.due_at, clock.state) == (ClockKind.PROMISE, promised.due_at, ClockState.ORANGE)
    assert clock.remaining_seconds == 3600
    assert clocks(replace(ROW, state=CaseState.CLOSED), promised) == ()


def test_a_promise_for_a_moment_before_it_was_made_is_over() -> None:
    """Moments typed by people may lie in the past; the clock says red and does not fail."""
    promised = PromisedMoment(made_at=NOW, due_at=NOW - timedelta(hours=1))
    assert clocks(replace(ROW, unanswered=0, state=CaseState.ANSWERED), promised)[0].state is ClockState.RED


def test_the_soonest_clock_comes_first() -> None:
    later = PromisedMoment(made_at=NOW, due_at=NOW + timedelta(hours=5))
    sooner = PromisedMoment(made_at=NOW, due_at=NOW + timedelta(minutes=5))
    assert [clock.kind for clock in clocks(ROW, later, sooner)] == [ClockKind.PROMISE, ClockKind.FIRST_REPLY, ClockKind.PROMISE]


def test_written_on_friday_evening_is_due_on_saturday_morning() -> None:
    friday = datetime(2026, 11, 27, 18, 30, tzinfo=UTC)  # 19:30 in Amsterdam, half an hour before closing
    (clock,) = clocks(replace(ROW, waiting_since=friday), now=friday + timedelta(hours=5), hours=DAYS)
    assert clock.due_at == datetime(2026, 11, 28, 8, 30, tzinfo=UTC)
    assert clock.state is ClockState.GREEN
    assert clock.remaining_seconds == 1800


def test_twenty_thousand_cases_are_sorted_by_their_soonest_clock_within_two_seconds_of_work() -> None:
    rows = [replace(ROW, case_id=n, waiting_since=NOW - timedelta(seconds=n * 37)) for n in range(20_000)]
    started = process_time()
    found = soonest_due(rows, {}, hours=DAYS, targets=TARGETS, now=NOW)
    assert process_time() - started < 2
    assert len(found) == 20_000
    assert found[0].due_at > found[19_999].due_at


def test_a_clock_does_not_know_who_works_on_the_case() -> None:
    """Nobody is ranked by handling time: there is nothing to rank by."""
    assert {one.name for one in fields(CaseClock)} == {"kind", "started_at", "orange_at", "due_at", "state", "remaining_seconds"}
    assert clocks(ROW) == clocks(replace(ROW, state=CaseState.CLAIMED, holder="sanne"))
