"""What a clock that is set back would hold up: jobs are planned by the time of day, and would wait for it to come again (RULES F13)."""

from __future__ import annotations

import logging
from datetime import timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from listener.ports import Clock

logger = logging.getLogger(__name__)

LOOK_SECONDS = 30.0
LEAST_STEP = timedelta(seconds=30)
"""Less than this is how clocks are kept right."""


class ClockSteps:
    """Plans jobs anew by as much as the clock went back. A clock that goes ahead runs them early, which loses nothing."""

    def __init__(self, scheduler: AsyncIOScheduler, clock: Clock) -> None:
        self._scheduler = scheduler
        self._clock = clock
        self._wall, self._steady = clock.now(), clock.monotonic()

    async def once(self) -> None:
        """Compare the time of day with the clock that nobody sets, since the last look. For the event loop."""
        now, steady = self._clock.now(), self._clock.monotonic()
        step = (now - self._wall) - timedelta(seconds=steady - self._steady)
        self._wall, self._steady = now, steady
        if step > -LEAST_STEP:
            return
        jobs = self._scheduler.get_jobs()
        for job in jobs:
            self._scheduler.modify_job(job.id, next_run_time=job.next_run_time + step)
        logger.warning("the clock was set back: what is planned went with it", extra={"seconds": round(-step.total_seconds())})
