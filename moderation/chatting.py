"""The Discord bot, put together on an open home and kept while the service lives. It delays nothing else, and nothing else ends with it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from listener.model.chat import Stand
from listener.sources.discord_connection import DiscordConnection
from moderation.bot.answering import Answering as Carrying
from moderation.bot.answers import BotAnswers
from moderation.bot.bot import Bot
from moderation.bot.call import BotParts
from moderation.bot.channels import Channels
from moderation.bot.commands import commands
from moderation.bot.linking import Linking, link_command
from moderation.bot.thread_card import ThreadCards
from moderation.inbox.sign_in import SignIn
from moderation.ledger.bot import BotLedger
from moderation.ledger.bot_people import BotPeopleLedger
from moderation.ledger.issue_threads import IssueThreadLedger
from moderation.page_parts.bot import bot_parts
from moderation.page_parts.staff import staff_parts
from moderation.parts import Answering
from moderation.schedule import BOT_THREADS_SECONDS
from moderation.service import every_async
from moderation.settings import KlankbordSettings
from moderation.workflows.keep_issue_threads import KeepIssueThreads
from moderation.workflows.link_discord import LinkDiscord

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """The bot with its connection, and the team's channels for whoever keeps something up to date there."""

    connection: DiscordConnection
    bot: Bot
    channels: Channels
    threads: KeepIssueThreads | None = None
    forget: Callable[[], object] = int

    async def run(self, stop: asyncio.Event) -> None:
        """Stay connected until `stop`, and keep the threads of issues up to date where the settings want them."""
        threads = asyncio.create_task(every_async(BOT_THREADS_SECONDS, self.keep, stop, "keeping threads"))
        try:
            await self.connection.run(stop)
        finally:
            threads.cancel()
            await asyncio.gather(threads, return_exceptions=True)
            await self.bot.close()

    async def keep(self) -> None:
        """Forget buttons that are too old, and bring the threads up to date while connected."""
        await asyncio.to_thread(self.forget)
        if self.threads is not None and self.connection.standing.stand is Stand.CONNECTED:
            await self.threads.once()


def chat_over(parts: Answering, connection: DiscordConnection, sign_in: SignIn) -> Chat:
    """Return the bot over an open home, attached to its connection."""
    listening, settings = parts.listening, parts.desk.settings.bot
    engine, guilds = listening.ledger.engine, frozenset(settings.guilds)
    people = BotPeopleLedger(engine)
    fed = bot_parts(parts, staff_parts(parts, sign_in), people.person_of, sees_texts=lambda: connection.sees_texts)
    answers = Linking(
        BotAnswers(fed, guilds=guilds, monotonic=time.monotonic),
        LinkDiscord(people, listening.clock),
        guilds=guilds,
        monotonic=time.monotonic,
    )
    channels = Channels(connection, guilds=guilds)
    used = used_channels(parts.desk.settings)
    bot = Bot(
        connection,
        BotLedger(engine),
        Carrying(connection, answers),
        listening.clock,
        guilds=guilds,
        commands=[*commands(), link_command()],
        why_not=lambda: {one: channels.why_not(one) for one in used},
    )
    connection.attach(bot)
    return Chat(
        connection=connection,
        bot=bot,
        channels=channels,
        threads=_threads(parts, fed, channels, settings.issue_channel) if settings.issue_channel else None,
        forget=lambda: fed.presses.forget_before(listening.clock.now()),
    )


def used_channels(settings: KlankbordSettings) -> tuple[str, ...]:
    """Return the channels of Discord that the settings name, by id."""
    named = (settings.bot.issue_channel, *(one.channel_id for one in settings.delivery.channels if one.kind == "discord_channel"))
    return tuple(dict.fromkeys(one for one in named if one))


def _threads(parts: Answering, fed: BotParts, channels: Channels, channel_id: str) -> KeepIssueThreads:
    listening = parts.listening
    cards = ThreadCards(fed, lambda: listening.pseudonym_key, channel_id=channel_id, language=listening.settings.digest.language)
    return KeepIssueThreads(IssueThreadLedger(listening.ledger.engine), channels, cards.now, listening.clock, channel_id=channel_id)


async def keep_chat(parts: Answering, sign_in: SignIn, stop: asyncio.Event) -> None:
    """Keep the bot until `stop`, where the settings want one. Whatever goes wrong with it is logged, and is nobody else's."""
    if parts.discord is None:
        return
    try:
        await chat_over(parts, parts.discord, sign_in).run(stop)
    except Exception:  # the bot's own trouble
        logger.exception("the Discord bot ended")
