"""A ledger that listens to a real server: rounds of a source are stored as the service stores them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from listener.clock import SystemClock
from listener.ledger.ledger import Ledger, open_ledger
from listener.model.mention import StoredMention
from listener.ports import Source
from listener.settings.schema import HttpSettings
from listener.sources.http import HttpClient
from listener.workflows.collect_mentions import Collected, CollectMentions


class Ear:
    """Rounds of sources, all of what they bring kept."""

    def __init__(self, ledger: Ledger, clock: SystemClock) -> None:
        self.ledger = ledger
        self._collect = CollectMentions(ledger, (), clock=clock)

    async def round(self, source: Source) -> Collected:
        """Read until caught up; anything but a good end fails the test."""
        done = await self._collect.round(source, keep="all")
        assert done.error is None, done.error
        return done

    def heard(self) -> dict[str, StoredMention]:
        """Return what the ledger holds, by native id."""
        return {one.mention.native_id: one for one in self.ledger.mentions.latest(limit=1_000)}


@asynccontextmanager
async def listening(home: Path) -> AsyncIterator[tuple[Ear, HttpClient]]:
    """Open a ledger in `home`, and a client for requests to servers on this machine."""
    clock = SystemClock()
    client = HttpClient(HttpSettings.model_validate({"timeout_seconds": 20}), clock=clock)
    with open_ledger(f"sqlite:///{home / 'ledger.sqlite'}") as ledger:
        try:
            yield Ear(ledger, clock), client
        finally:
            await client.aclose()
