"""Ask a source that is silent for unusually long a question with a known answer: is it quiet there, or do we see nothing?"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Literal

from listener.errors import SourceError
from listener.ledger.ledger import Ledger
from listener.model.page import Cursor
from listener.ports import Clock, Source
from listener.sources.purse import Purse

logger = logging.getLogger(__name__)

ASKED_EVERY = timedelta(hours=24)
FAILED_WAIT_SECONDS = 3_600.0
"""After a question that brought no answer, or one that could not be kept: it may have been paid for all the same."""
MOST_PAGES = 3
MOST_REQUESTS = 10
MOST_USD = 0.20
"""A canary is one small look; where a platform charges, it may not eat the day's money."""


class AskCanary:
    """The canary of one source. Called after each round that went well; asks once a day while the silence lasts."""

    def __init__(self, source_id: str, ledger: Ledger, *, purse: Purse, open_source: Callable[[Purse], Source], clock: Clock) -> None:
        """purse: the source's own; what the canary costs comes out of it. `open_source` builds the source that asks."""
        self._source_id = source_id
        self._ledger = ledger
        self._purse = purse
        self._open_source = open_source
        self._clock = clock
        self._rests_until_seconds = 0.0

    async def once(self) -> Literal["", "found", "empty"]:
        """Return what the canary brought, noted in the ledger; "" when it was not asked or could not be."""
        now, steady = self._clock.now(), self._clock.monotonic()
        state = self._ledger.sources.state(self._source_id)
        # one that lies further ahead was noted by a clock that was set wrong (RULES F13)
        asked_lately = state is not None and state.canary_at is not None and abs(now - state.canary_at) < ASKED_EVERY
        if asked_lately or steady < self._rests_until_seconds or self._source_id not in self._ledger.sources.silent(now):
            return ""
        self._rests_until_seconds = steady + FAILED_WAIT_SECONDS
        part = self._purse.part(most_requests=MOST_REQUESTS, most_usd=MOST_USD)
        try:
            async with aclosing(self._open_source(part)) as source:
                outcome: Literal["found", "empty"] = "found" if await _answers(source, part) else "empty"
        except SourceError as error:
            logger.warning("canary failed", extra={"source": self._source_id, "error": str(error)})
            return ""
        finally:
            await asyncio.to_thread(self._note_spent, part, now)
        await asyncio.to_thread(self._ledger.sources.note_canary, self._source_id, outcome, at=now)
        logger.info("canary asked", extra={"source": self._source_id, "outcome": outcome})
        return outcome

    def _note_spent(self, part: Purse, now: datetime) -> None:
        spent = part.told()
        self._purse.count(spent.requests)
        self._purse.pay(spent.usd)
        told = self._purse.told()
        try:
            self._ledger.sources.note_spent(self._source_id, told, at=now)
        except BaseException:
            self._purse.tell_again(told)  # a full disk must not make it forget what was paid
            raise


async def _answers(source: Source, purse: Purse) -> bool:
    """Tell whether anything at all comes, within a few pages. Nothing of it is kept."""
    cursor: Cursor | None = None
    for _ in range(MOST_PAGES):
        page = await source.pull(cursor)
        purse.count(page.requests)
        purse.pay(page.cost_usd)
        if page.mentions or page.skipped:
            return True
        if not page.more:
            return False
        cursor = page.next
    return False
