"""How many customers heard in time: counted from what they wrote and when we answered, per channel, never per colleague."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest

from moderation.model.clock import ALWAYS_OPEN, CaseTimes, ChannelKept, ClockKind, OpeningHours, ReplyTarget, Targets, Wait
from moderation.triage.clock_figures import clocks_kept, waits_of

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
HOURS = OpeningHours(zone=UTC, week=(ALWAYS_OPEN,) * 7)
TARGETS = Targets(usual=ReplyTarget(first_reply_seconds=3600, next_reply_seconds=7200), by_platform={"mail": ReplyTarget()})


def at(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


def figures(*waits: Wait, least: int = 1) -> dict[tuple[str, ClockKind], tuple[int, int]]:
    week = {"from_at": MONDAY, "until": MONDAY + timedelta(days=7)}
    found = clocks_kept(waits, hours=HOURS, targets=TARGETS, least=least, **week)
    return {(one.platform, one.kind): (one.kept, one.share.n) for one in found}


def wait(since: float, answered: float | None = None, *, ended: float | None = None, platform: str = "x", first: bool = True) -> Wait:
    return Wait(
        platform=platform,
        kind=ClockKind.FIRST_REPLY if first else ClockKind.NEXT_REPLY,
        since=at(since),
        answered_at=None if answered is None else at(answered),
        ended_at=None if ended is None else at(ended),
    )


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (wait(1, 1.5), (1, 1)),
        (wait(1, 2), (1, 1)),  # to the last minute
        (wait(1, 2.1), (0, 1)),
        (wait(1), (0, 1)),  # nobody answered
        (wait(1, ended=1.5), None),  # ended before it was due: nothing was late
        (wait(1, ended=3), (0, 1)),  # ended when it was late already
        (wait(-2, -1.5), None),  # due before the week
        (wait(-0.5, 0.2), (1, 1)),  # begun before it and due in it
        (wait(167.5, 168), None),  # due after it
        (wait(1, 2.5, first=False), (1, 1)),  # a later reply has two hours
        (wait(1, 9, platform="mail"), None),  # no target there
    ],
)
def test_a_wait_counts_in_the_week_in_which_it_is_due(one: Wait, expected: tuple[int, int] | None) -> None:
    assert figures(one).get((one.platform, one.kind)) == expected


def test_few_waits_make_no_share_and_more_have_an_interval() -> None:
    week = {"from_at": MONDAY, "until": MONDAY + timedelta(days=7)}
    (few,) = clocks_kept([wait(1, 1.5)] * 9, hours=HOURS, targets=TARGETS, least=10, **week)
    assert (few.kept, few.share.n, few.share.value) == (9, 9, None)
    (many,) = clocks_kept([wait(1, 1.5)] * 9 + [wait(1)], hours=HOURS, targets=TARGETS, least=10, **week)
    assert many.share.value == 0.9
    assert many.share.low is not None
    assert many.share.high is not None
    assert many.share.low < 0.9 < many.share.high


def test_waits_begin_with_the_first_unanswered_message_and_end_with_the_answer_after_it() -> None:
    messages = tuple((at(hour), at(hour + 0.1)) for hour in (1, 2, 5, 9))
    times = CaseTimes(platform="x", messages=messages, answers=(at(3), at(6)))
    assert [(one.kind.value, one.since, one.answered_at) for one in waits_of(times)] == [
        ("first_reply", at(1), at(3)),
        ("next_reply", at(5), at(6)),
        ("next_reply", at(9), None),
    ]


def test_an_answer_approved_before_we_had_the_message_does_not_answer_it() -> None:
    times = CaseTimes(platform="x", messages=((at(1), at(4)),), answers=(at(2),), ended_at=at(8))
    assert [(one.answered_at, one.ended_at) for one in waits_of(times)] == [(None, at(8))]


def test_no_figure_knows_a_colleague() -> None:
    names = {one.name for record in (Wait, CaseTimes, ChannelKept) for one in fields(record)}
    assert not {name for name in names if any(word in name for word in ("agent", "person", "holder", "who", "by"))}
