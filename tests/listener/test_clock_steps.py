"""A clock that is set back while the service runs: sources are read as before, not when that time of day comes again (RULES F13)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from listener.clock import ManualClock
from listener.clock_steps import ClockSteps

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TEN_YEARS = timedelta(days=3_650)


class Planned:
    """A scheduler that runs, with one job ten minutes from now."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOON + TEN_YEARS)
        self.scheduler = AsyncIOScheduler(timezone="UTC")
        self.scheduler.start(paused=True)
        self.scheduler.add_job(asyncio.sleep, "date", run_date=self.clock.now() + timedelta(minutes=10), args=[0], id="pull:one")
        self.steps = ClockSteps(self.scheduler, self.clock)

    @property
    def at(self) -> datetime:
        found = self.scheduler.get_job("pull:one").next_run_time
        assert isinstance(found, datetime)
        return found


@pytest.mark.parametrize("back", [timedelta(hours=1), TEN_YEARS])
async def test_what_is_planned_goes_back_with_the_clock(back: timedelta) -> None:
    rig = Planned()
    rig.clock.advance(timedelta(minutes=4))
    rig.clock._now -= back
    await rig.steps.once()
    assert rig.at - rig.clock.now() == timedelta(minutes=6)
    rig.clock.advance(timedelta(minutes=1))
    await rig.steps.once()
    assert rig.at - rig.clock.now() == timedelta(minutes=5), "once is enough"
    rig.scheduler.shutdown()


async def test_time_that_passes_or_goes_ahead_plans_nothing_anew() -> None:
    rig = Planned()
    at = rig.at
    for ahead in (timedelta(0), timedelta(hours=1)):
        rig.clock.advance(timedelta(minutes=2))
        rig.clock._now += ahead
        await rig.steps.once()
    assert rig.at == at
    rig.scheduler.shutdown()


async def test_a_job_that_was_planned_ten_years_ahead_runs_now() -> None:
    """With the real scheduler: it waits by the time of day, and wakes up for what is planned anew."""
    clock, ran = ManualClock(datetime.now(UTC) + TEN_YEARS), asyncio.Event()

    async def job() -> None:
        ran.set()

    scheduler = AsyncIOScheduler(timezone="UTC")
    scheduler.start()
    scheduler.add_job(job, "date", run_date=clock.now() + timedelta(seconds=0.2), id="pull:one", misfire_grace_time=None)
    steps = ClockSteps(scheduler, clock)
    clock._now -= TEN_YEARS
    await steps.once()
    await asyncio.wait_for(ran.wait(), 5.0)
    scheduler.shutdown()
