"""The demo's clock: moved by hand, then real, without a jump that would look like a clock set wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from listener.clock import SystemClock
from moderation.demo import DemoClock
from moderation.outbox.clock_watch import ClockWatch


def test_letting_the_clock_go_is_no_jump() -> None:
    """Otherwise the gateway would hold every answer of the served demo until somebody confirmed the clock."""
    clock = DemoClock(datetime.now(UTC) - timedelta(days=14))
    watch = ClockWatch(clock)
    clock.advance(timedelta(days=13, hours=5))
    assert not watch.jumped(newest=None, confirmed_at=None)
    newest = clock.now()
    clock.let_go()
    assert not watch.jumped(newest=newest, confirmed_at=None)
    assert abs(clock.now() - SystemClock().now()) < timedelta(seconds=5)
