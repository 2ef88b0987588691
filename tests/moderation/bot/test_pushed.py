"""The team's bot hears what happens in channels that a source reads: over a real gateway connection, with ids alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from listener.ledger.ledger import Ledger, open_ledger
from listener.settings.schema import HttpSettings
from listener.sources.discord import DiscordSource
from listener.sources.discord_connection import DiscordConnection
from listener.sources.discord_push import DiscordPush
from listener.sources.discord_rest import DiscordRest
from listener.sources.http import HttpClient
from tests.fakes.bot_rig import Echo, bot_on
from tests.fakes.bot_rig import Rig as BotRig
from tests.fakes.discord_history import CHANNEL, GUILD, PREFIX, TOKEN, FakeDiscord
from tests.fakes.discord_wire.gateway import GUILDS, MESSAGES
from tests.fakes.discord_wire.wire import DiscordWire, discord_wire
from tests.fakes.site import open_site
from tests.fakes.stream_rig import Rig


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}") as opened:
        yield opened


class Late:
    """The connection, once there is one."""

    connection: DiscordConnection | None = None

    def sees(self, channel_id: str) -> bool:
        return self.connection is not None and self.connection.sees(channel_id)

    def parent_of(self, channel_id: str) -> str:
        return self.connection.parent_of(channel_id) if self.connection is not None else ""


@dataclass
class House:
    """A source that reads a channel by REST, and the bot that is told of it."""

    history: FakeDiscord
    wire: DiscordWire
    bot: BotRig
    rig: Rig

    async def tell(self, event: str, message_id: str, *, channel: str = CHANNEL, **more: Any) -> None:
        said = {"id": message_id, "channel_id": channel, "guild_id": GUILD, "content": "words", "author": {"id": "21"}, **more}
        await self.wire.gateway.dispatch(event, said)

    @property
    def is_hurried(self) -> bool:
        return self.rig.due <= self.rig.clock.now() + timedelta(seconds=6)

    def texts(self) -> list[str]:
        return sorted(one.mention.text for one in self.rig.ledger.mentions.latest())

    async def until(self, fits: Callable[[], object]) -> None:
        await self.bot.until(fits)


@asynccontextmanager
async def house(ledger: Ledger, *, channels: tuple[str, ...] = (CHANNEL,), sees: bool = True) -> AsyncIterator[House]:
    """The source has been read once; its next pull is ten minutes off."""
    history, sight = FakeDiscord(), Late()
    async with open_site() as site, discord_wire() as wire:
        site.answer = history
        http = HttpClient(HttpSettings.model_validate({"timeout_seconds": 20}))
        rest = DiscordRest(token=lambda: TOKEN, http=http, base=site.url(PREFIX), allow_http=True, allow_private=True)
        rig = Rig(ledger, FakeSourceOf("gemeenschap"), kind="discord", channels=channels)
        rig.watched.source = DiscordSource("gemeenschap", rest, channels=channels, clock=rig.clock)
        push = DiscordPush({"gemeenschap": channels}, sight, rig.streams)
        await rig.run()
        async with bot_on(wire, ledger, Echo(), attach=push, wait=False) as bot:
            sight.connection = bot.connection if sees else None
            await bot.connected()
            made = House(history, wire, bot, rig)
            if sees:
                await made.until(lambda: ledger.streams.standing("gemeenschap"))
                await rig.run_what_is_due(rig.clock.now() + timedelta(seconds=30))
            yield made
        await http.aclose()


class FakeSourceOf:
    """A name, before the real source takes its place."""

    def __init__(self, source_id: str) -> None:
        self.source_id = source_id


async def test_least_intents_are_asked_for_and_messages_come_without_words(ledger: Ledger) -> None:
    async with house(ledger) as made:
        assert [one["intents"] for one in made.wire.book.identified] == [GUILDS | MESSAGES]
        assert not made.bot.connection.sees_texts


async def test_a_new_message_is_read_within_seconds(ledger: Ledger) -> None:
    async with house(ledger) as made:
        assert not made.is_hurried
        message_id = made.history.say("de storing duurt lang", made.rig.clock.now())
        await made.tell("MESSAGE_CREATE", message_id)
        await made.until(lambda: made.is_hurried)
        assert made.texts() == [], "what it says comes by the pull"
        await made.rig.run_what_is_due(made.rig.due)
        assert made.texts() == ["de storing duurt lang"]


async def test_a_deleted_message_is_gone_at_once(ledger: Ledger) -> None:
    async with house(ledger) as made:
        ids = [made.history.say(f"bericht {n}", made.rig.clock.now()) for n in range(3)]
        await made.tell("MESSAGE_CREATE", ids[0])
        await made.until(lambda: made.is_hurried)
        await made.rig.run_what_is_due(made.rig.due)
        asked = len(made.history.asked)
        await made.tell("MESSAGE_DELETE", ids[1])
        await made.until(lambda: made.texts() == ["bericht 0", "bericht 2"])
        await made.wire.gateway.dispatch("MESSAGE_DELETE_BULK", {"ids": [ids[0], ids[2]], "channel_id": CHANNEL, "guild_id": GUILD})
        await made.until(lambda: made.texts() == [])
        assert len(made.history.asked) == asked


async def test_an_edit_is_looked_up_and_stored_as_it_stands(ledger: Ledger) -> None:
    async with house(ledger) as made:
        now = made.rig.clock.now()
        message_id = made.history.say("fout", now)
        await made.tell("MESSAGE_CREATE", message_id)
        await made.until(lambda: made.is_hurried)
        await made.rig.run_what_is_due(made.rig.due)
        edited = (now + timedelta(hours=3)).isoformat()
        made.rig.clock.advance(timedelta(hours=4))  # long after the hour that pulls read again
        made.history.messages[CHANNEL][message_id] |= {"content": "goed", "edited_timestamp": edited}
        await made.tell("MESSAGE_UPDATE", message_id, content="", edited_timestamp=edited)
        await made.until(lambda: made.texts() == ["goed"])


@pytest.mark.parametrize("resumes", [True, False], ids=["resumed", "a new session"])
async def test_a_connection_that_broke_loses_and_doubles_nothing(ledger: Ledger, resumes: bool) -> None:
    """RULES F27: whether Discord sends what was missed or not, a pull reads it from the last saved id."""
    async with house(ledger) as made:
        made.wire.gateway.resumes_are_invalid = not resumes
        made.wire.gateway.cut_all()
        ids = [made.history.say(f"bericht {n:02}", made.rig.clock.now()) for n in range(40)]
        for one in ids:
            await made.tell("MESSAGE_CREATE", one)
        await made.until(lambda: made.is_hurried)
        await made.rig.run_what_is_due(made.rig.due)
        assert made.texts() == [f"bericht {n:02}" for n in range(40)]


async def test_a_bot_that_is_elsewhere_changes_nothing(ledger: Ledger) -> None:
    """The source has a token of its own; the team's bot is in another server, or does not see the channel."""
    async with house(ledger, sees=False) as made:
        due = made.rig.due
        await made.tell("MESSAGE_CREATE", "5", channel="999")
        await made.bot.until(lambda: made.wire.book.beats >= 0)
        assert ledger.streams.standing("gemeenschap") is None
        assert made.rig.due == due


async def test_coverage_says_when_the_bot_is_not_told_any_more(ledger: Ledger) -> None:
    async with house(ledger) as made:
        made.wire.gateway.refuses_close = made.wire.gateway.resumes_close = 4004
        made.wire.gateway.cut_all()
        await made.until(lambda: (found := ledger.streams.standing("gemeenschap")) is not None and not found.up)
