"""A source with its stream on a real ledger, wired as the service wires it; time moves by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from listener.clock import ManualClock
from listener.ledger.ledger import Ledger
from listener.model.mention import Removal
from listener.model.push import Gone
from listener.schedule import SourceSchedule, Watched
from listener.settings.schema import SourceSettings
from listener.sources.purse import Purse
from listener.streams import StreamSchedule
from listener.text.query import BrandQuery
from listener.workflows.collect_mentions import CollectMentions
from listener.workflows.take_pushed import TakePushed
from tests.fakes.stream import FakeStream
from tests.patience import PATIENCE_SECONDS

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Rig:
    """A schedule with streams on a real ledger; the clock stands still, and due rounds are run by hand."""

    def __init__(
        self, ledger: Ledger, source: Any, stream: FakeStream | None = None, *, queries: Sequence[BrandQuery] = (), **settings: Any
    ) -> None:
        self.clock = ManualClock(NOON)
        self.ledger = ledger
        self.source = source
        self.stream = stream
        self.arrived = asyncio.Event()
        self.stop = asyncio.Event()
        told = SourceSettings.model_validate({"id": source.source_id, "kind": "feed", "keep": "all", "interval_minutes": 10, **settings})
        purse = Purse(most_requests=told.budget_requests_per_day, most_usd=told.budget_usd_per_day)
        self.watched = Watched(source, told, purse, stream=stream)
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self.collect = CollectMentions(ledger, queries, clock=self.clock)
        self.schedule = SourceSchedule(self._scheduler, self.collect, [self.watched], clock=self.clock, arrived=self.arrived)
        take = TakePushed(ledger, self.collect, clock=self.clock, hurry=self.schedule.hurry)
        self.streams = StreamSchedule([self.watched], take, self.collect, ledger.streams, clock=self.clock, arrived=self.arrived)
        self.schedule.start(ledger.sources.state)

    @property
    def due(self) -> datetime:
        found: datetime = self._scheduler.get_jobs()[-1].trigger.run_date  # not started, it keeps those that were replaced too
        return found

    async def run(self) -> None:
        job = self._scheduler.get_jobs()[-1]
        await job.func(*job.args)

    async def run_what_is_due(self, until: datetime) -> None:
        """Move on to `until`, and pull whenever a pull is due on the way."""
        while self.due <= until:
            self.clock.move_to(self.due)
            await self.run()
        self.clock.move_to(until)

    async def take(self, *events: Any) -> None:
        for one in events:
            await self.streams.take(self.source.source_id, one)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[FakeStream]:
        """Listen until the block ends."""
        running = asyncio.create_task(self.streams.run(self.stop))
        assert self.stream is not None
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self.until(lambda: self.stream is not None and self.stream.connections)
                yield self.stream
        finally:
            self.stop.set()
            await running

    async def until(self, fits: Callable[[], object]) -> None:
        """Let others go on until `fits()`."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not fits():  # noqa: ASYNC110 - what changes has no event of its own
                await asyncio.sleep(0)

    async def settled(self) -> None:
        """Let every task come to where it waits."""
        for _ in range(50):
            await asyncio.sleep(0.001)


def gone(*native_ids: str, **how: bool) -> Gone:
    """Return what a stream tells when exactly these posts were deleted."""
    return Gone(removals=tuple(Removal(platform="fake", realm="fake.example", native_id=one) for one in native_ids), **how)
