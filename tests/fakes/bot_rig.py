"""The bot on a connection to the Discord of tests: everything of ours is the real thing, only waits are short."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from listener.clock import SystemClock
from listener.ledger.ledger import Ledger
from listener.model.chat import Standing
from listener.settings.secrets import Secret
from listener.sources.discord_attached import Attached
from listener.sources.discord_client import Pauses
from listener.sources.discord_connection import DiscordConnection
from moderation.bot.answering import Answering, Answers
from moderation.bot.asked import Asked, Kind
from moderation.bot.bot import Bot
from moderation.bot.channels import Channels
from moderation.bot.said import Said
from moderation.ledger.bot import BotLedger
from tests.fakes.discord_wire.people import GUILD
from tests.fakes.discord_wire.wire import DiscordWire
from tests.patience import PATIENCE_SECONDS

QUICK = Pauses(
    identify_seconds=0.0, reconnect_seconds=0.005, most_reconnect_seconds=0.02, first_seconds=0.01, most_seconds=0.05, token_seconds=0.01
)
ASK: dict[str, Any] = {"name": "ask", "type": 1, "description": "Ask"}
FORM: dict[str, Any] = {"name": "form", "type": 1, "description": "Form"}


@dataclass
class Echo:
    """Answers with what was asked, and keeps it: `asked` is what had an effect, each once or there is a fault."""

    asked: list[Asked] = field(default_factory=list)
    said: Callable[[Asked], Said] = lambda asked: Said(text=f"{asked.kind.value} {asked.name} {dict(asked.options)} {asked.language}")

    def at_once(self, asked: Asked) -> bool:
        return asked.kind is Kind.HINT or asked.name.startswith("form")

    def answer(self, asked: Asked) -> Said:
        self.asked.append(asked)
        return self.said(asked)

    def failed(self, asked: Asked) -> Said:
        return Said(choices=()) if asked.kind is Kind.HINT else Said(text="failed")


@dataclass
class Rig:
    """A running bot. `token` is what it finds when it looks; `told` is how its connection stood, in order."""

    wire: DiscordWire
    connection: DiscordConnection
    bot: Bot
    channels: Channels
    ledger: BotLedger
    token: list[str]
    told: list[Standing]
    stop: asyncio.Event
    running: asyncio.Task[None]
    guilds: frozenset[str]

    async def until(self, fits: Callable[[], object], *, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until `fits()`."""
        await self.wire.gateway.until(fits, seconds=seconds)

    async def connected(self) -> None:
        """Wait until the bot is connected, and its servers have their commands and are noted to have them."""
        await self.wire.ready()
        await self.until(lambda: self.connection.standing.stand.value == "connected")
        await self.until(lambda: set(self.wire.guilds) & self.guilds <= set(self.wire.book.commands))
        await self.until(lambda: set(self.wire.guilds) & self.guilds <= {one for one, had in self.ledger.synced().items() if had.commands})


@asynccontextmanager
async def bot_on(
    wire: DiscordWire,
    ledger: Ledger,
    answers: Answers,
    *,
    guilds: Sequence[str] = (GUILD,),
    commands: Sequence[dict[str, Any]] = (ASK, FORM),
    token: str | None = None,
    wait: bool = True,
    attach: Attached | None = None,
    watched: Sequence[str] = (),
) -> AsyncIterator[Rig]:
    """Run the bot until the block ends; `wait`: until it is connected and gave its servers their commands."""
    kept, told = BotLedger(ledger.engine), list[Standing]()
    tokens = [wire.token if token is None else token]

    def tell(standing: Standing) -> None:
        told.append(standing)
        kept.keep_standing(standing)

    connection = DiscordConnection(lambda: Secret(tokens[-1]) if tokens[-1] else None, SystemClock(), tell=tell, pauses=QUICK)
    allowed = frozenset(guilds)
    channels = Channels(connection, guilds=allowed)
    bot = Bot(
        connection,
        kept,
        Answering(connection, answers),
        SystemClock(),
        guilds=allowed,
        commands=commands,
        why_not=lambda: {one: channels.why_not(one) for one in watched},
        retry_seconds=0.01,
    )
    connection.attach(bot)
    if attach is not None:
        connection.attach(attach)
    stop = asyncio.Event()
    running = asyncio.create_task(connection.run(stop))
    rig = Rig(wire, connection, bot, channels, kept, tokens, told, stop, running, allowed)
    try:
        if wait:
            await rig.connected()
        yield rig
    finally:
        stop.set()
        await asyncio.wait_for(running, timeout=PATIENCE_SECONDS)
        await bot.close()
