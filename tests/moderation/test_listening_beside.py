"""How the service wires what platforms push: who has a stream listens to it, and Discord's sources hear by the team's bot."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from listener.clock import SystemClock
from listener.ledger.ledger import Ledger
from listener.schedule import SourceSchedule, Watched
from listener.settings.schema import SourceSettings
from listener.sources.discord_push import DiscordPush
from listener.workflows.collect_mentions import CollectMentions
from moderation.running import listen_beside
from tests.fakes.source import FakeSource
from tests.fakes.stream import FakeStream
from tests.patience import PATIENCE_SECONDS


class Connection:
    """A connection to Discord, as far as somebody attaches to it."""

    def __init__(self) -> None:
        self.attached: list[Any] = []

    def attach(self, one: Any) -> None:
        self.attached.append(one)


def wired(ledger: Ledger, connection: Any, *watched: Watched) -> Any:
    clock, arrived = SystemClock(), asyncio.Event()
    collect = CollectMentions(ledger, (), clock=clock)
    pulls = SourceSchedule(AsyncIOScheduler(timezone="UTC"), collect, watched, clock=clock, arrived=arrived)
    listening: Any = SimpleNamespace(ledger=ledger, clock=clock)
    return listen_beside(list(watched), collect, pulls, listening, arrived, connection)


def watched(source_id: str, own: FakeStream | None = None, **settings: Any) -> Watched:
    told = SourceSettings.model_validate({"id": source_id, "kind": "feed", **settings})
    return Watched(FakeSource([], source_id=source_id), told, stream=own)


async def test_the_bot_is_asked_for_messages_only_where_a_source_wants_them(ledger: Ledger) -> None:
    """Without one it keeps to least intents: servers alone."""
    connection = Connection()
    wired(ledger, connection, watched("forum"), watched("quiet", kind="discord", channels=["1"], stream=False))
    assert connection.attached == []
    wired(ledger, connection, watched("gemeenschap", kind="discord", channels=["1"]))
    (push,) = connection.attached
    assert isinstance(push, DiscordPush)
    wired(ledger, None, watched("gemeenschap", kind="discord", channels=["1"]))  # the bot is switched off


async def test_streams_are_listened_to_while_the_service_lives(ledger: Ledger) -> None:
    stream, stop = FakeStream("masto"), asyncio.Event()
    streams = wired(ledger, None, watched("masto", stream, kind="mastodon"), watched("forum"))
    running = asyncio.create_task(streams.run(stop))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (found := ledger.streams.standing("masto")) is None or not found.up:  # noqa: ASYNC110 - the ledger has no event
            await asyncio.sleep(0.01)
        stop.set()
        await running
    assert (stream.connections, stream.closed) == (1, 1)
    assert (ledger.streams.standing("masto") or found).up is False
