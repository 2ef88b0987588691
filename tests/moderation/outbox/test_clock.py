"""A clock that jumps sends nothing extra, and lets nothing run out (RULES F13)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from moderation.model.outbox import EntryState
from moderation.outbox.clock_watch import ClockWatch
from moderation.outbox.gateway import Gateway
from tests.fakes.desk import Desk, another_gateway, mention

JUMPS = (timedelta(hours=1), timedelta(hours=-1), timedelta(days=3650), timedelta(days=-3650), timedelta(minutes=5))


def jump(desk: Desk, by: timedelta) -> None:
    """Move the time of day, as somebody setting the clock does; the monotonic clock goes on as it was."""
    desk.clock._now += by


@pytest.mark.parametrize("by", JUMPS)
async def test_nothing_is_sent_and_nothing_expires_after_a_jump(desk: Desk, by: timedelta) -> None:
    (one,) = desk.hear(mention())
    await desk.gateway.run_once()
    entry = desk.approved(one)
    jump(desk, by)
    report = await desk.gateway.run_once()
    assert report.stopped == "clock_jumped"
    assert desk.platform.requests == 0
    assert desk.state(entry.entry_id) is EntryState.APPROVED


async def test_it_goes_on_when_the_clock_is_put_right(desk: Desk) -> None:
    (one,) = desk.hear(mention())
    await desk.gateway.run_once()
    desk.approved(one)
    jump(desk, timedelta(days=1))
    await desk.gateway.run_once()
    jump(desk, timedelta(days=-1))
    await desk.gateway.run_once()
    assert len(desk.platform.posts()) == 1


async def test_it_goes_on_when_a_person_confirms_the_time(desk: Desk) -> None:
    """A machine that slept for an hour shows the same as a clock set forward: a person knows which."""
    (one,) = desk.hear(mention())
    await desk.gateway.run_once()
    desk.approved(one)
    jump(desk, timedelta(hours=2))
    await desk.gateway.run_once()
    desk.outbox.resume("bram")
    await desk.gateway.run_once()
    assert len(desk.platform.posts()) == 1


async def test_it_goes_on_after_an_hour_that_really_passed(desk: Desk) -> None:
    """Caps count by the hour; after a real one there is nothing left that the jump could have emptied."""
    (one,) = desk.hear(mention())
    await desk.gateway.run_once()
    desk.approved(one)
    jump(desk, timedelta(hours=2))
    for _ in range(13):
        await desk.gateway.run_once()
        desk.clock.advance(timedelta(minutes=5))
    await desk.gateway.run_once()
    assert len(desk.platform.posts()) == 1


async def test_a_clock_that_went_back_before_a_restart_is_noticed(desk: Desk) -> None:
    """A new process has no monotonic past; the ledger does."""
    (one,) = desk.hear(mention())
    desk.approved(one)
    jump(desk, timedelta(days=-2))
    restarted: Gateway = another_gateway(desk)
    assert (await restarted.run_once()).stopped == "clock_jumped"
    desk.outbox.resume("bram")
    await restarted.run_once()
    assert len(desk.platform.posts()) == 1


def test_time_that_passes_as_it_should_is_no_jump(desk: Desk) -> None:
    """Neither a slow run, nor a day without one."""
    watch = ClockWatch(desk.clock)
    for by in (timedelta(seconds=1), timedelta(minutes=30), timedelta(days=1)):
        desk.clock.advance(by)
        assert not watch.jumped(newest=None, confirmed_at=None)
