"""When the analyser works and when it rests: a backlog goes on at once, drops are taken up together, and a failure ends nothing."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from datetime import UTC, datetime

import pytest

from listener.model.issue import Signal
from listener.schedule import FEW, MOST_REST_SECONDS, RESTS, keep_analysing, rest_after
from listener.workflows.analyse_mentions import Analysed
from tests.patience import PATIENCE_SECONDS

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


async def test_analysing_goes_on_after_a_failure_and_hands_over_what_it_flags() -> None:
    """A full disk for a minute must not end understanding for good."""
    signal = Signal(kind="burst", issue_id=1, at=NOON, seen=7, usual=0.5, p_value=1e-9, window_hours=12.0, mention_ids=(1,))
    arrived, stop = asyncio.Event(), asyncio.Event()
    loop, turns = asyncio.get_running_loop(), iter(range(3))
    flagged: list[tuple[Signal, ...]] = []

    def once() -> Analysed:
        turn = next(turns)
        if turn == 0:
            loop.call_soon_threadsafe(arrived.set)
            raise OSError("no space left on device")
        if turn == 1:
            return Analysed(mentions=1, signals=(signal,), more=True)
        loop.call_soon_threadsafe(stop.set)
        return Analysed(mentions=0, signals=(), more=False)

    async with asyncio.timeout(PATIENCE_SECONDS):
        await keep_analysing(once, arrived=arrived, stop=stop, flagged=flagged.append)
    assert flagged == [(signal,)]


@pytest.mark.parametrize(
    ("mentions", "busy_seconds", "rest"),
    [
        (1, 0.5, RESTS * 0.5),  # a fifth of the time is the most that drops may take
        (FEW - 1, 0.01, RESTS * 0.01),
        (1, 60.0, MOST_REST_SECONDS),  # a crisis is told within minutes whatever a batch costs
        (FEW, 0.5, 0.0),  # a backlog is worked off at once
        (0, 0.5, 0.0),  # texts are read again for another model
    ],
)
def test_what_arrives_in_drops_is_taken_up_together_and_a_backlog_at_once(mentions: int, busy_seconds: float, rest: float) -> None:
    """On a large home even one mention costs half a second: taken one by one they would keep a core busy beside the pages."""
    assert rest_after(mentions, busy_seconds=busy_seconds) == pytest.approx(rest)


async def test_the_analyser_rests_between_drops() -> None:
    arrived, stop, began = asyncio.Event(), asyncio.Event(), list[float]()

    def once() -> Analysed:
        began.append(time.monotonic())
        if len(began) == 3:
            stop.set()
        time.sleep(0.02)
        return Analysed(mentions=1, signals=(), more=True)

    async with asyncio.timeout(30):
        await keep_analysing(once, arrived=arrived, stop=stop, flagged=lambda _: None)
    assert all(after - before >= 0.02 * (RESTS + 1) for before, after in itertools.pairwise(began))


async def test_a_service_that_stops_waits_for_no_rest() -> None:
    """RULES F37: seconds count then."""
    arrived, stop, once_done = asyncio.Event(), asyncio.Event(), threading.Event()

    def once() -> Analysed:
        time.sleep(MOST_REST_SECONDS / RESTS)
        once_done.set()
        return Analysed(mentions=1, signals=(), more=True)

    running = asyncio.create_task(keep_analysing(once, arrived=arrived, stop=stop, flagged=lambda _: None))
    await asyncio.to_thread(once_done.wait)
    stop.set()
    async with asyncio.timeout(MOST_REST_SECONDS - 1):  # the longest rest has just begun
        await running
