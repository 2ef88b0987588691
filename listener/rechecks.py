"""When kept posts are looked at again: a question at a time per source, beside its pulls and never at the same time as one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from listener.ports import Clock
from listener.schedule import Watched
from listener.workflows.recheck_mentions import FAILED_WAIT, Asking, Rechecked, RecheckMentions

logger = logging.getLogger(__name__)

FIRST_WAIT = timedelta(seconds=20)
"""After a start: sources are read first."""
BREATH = timedelta(seconds=0.2)
QUESTION_SECONDS = 150.0
"""A question that takes longer is given up and asked again: a pull of the same source may wait for it."""


class RecheckSchedule:
    """Looks again for each source that was asked to. A question holds up no pull but its own source's, and that one once at most."""

    def __init__(
        self,
        scheduler: AsyncIOScheduler,
        recheck: RecheckMentions,
        watched: Sequence[Watched],
        *,
        clock: Clock,
        arrived: asyncio.Event,
    ) -> None:
        self._scheduler = scheduler
        self._recheck = recheck
        self._watched = [(one, one.asking) for one in watched if one.asking is not None]
        self._clock = clock
        self._arrived = arrived

    def start(self) -> None:
        """Schedule the first question of each source, one after the other. What is due is in the ledger: a restart goes on there."""
        for place, (one, asking) in enumerate(self._watched):
            self._plan(one, asking, FIRST_WAIT + timedelta(seconds=place))

    def _plan(self, one: Watched, asking: Asking, wait: timedelta) -> None:
        self._scheduler.add_job(
            self._question,
            "date",
            run_date=self._clock.now() + max(wait, BREATH),
            args=[one, asking],
            id=f"recheck:{one.settings.id}",
            replace_existing=True,
            misfire_grace_time=None,
        )

    async def _question(self, one: Watched, asking: Asking) -> None:
        result = Rechecked(source=one.settings.id, wait=FAILED_WAIT)
        try:
            async with one.turn, asyncio.timeout(QUESTION_SECONDS):
                result = await self._recheck.once(asking)
        except Exception:  # a source must never end its own schedule: the question is asked again
            logger.exception("looking again broke off", extra={"source": one.settings.id})
        finally:
            if result.looked.edited or result.looked.removed:
                self._arrived.set()
            self._plan(one, asking, result.wait)
