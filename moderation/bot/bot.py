"""The bot on the connection: gives servers their commands, hands on what is asked, and leaves nothing behind where it was sent away."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from listener.errors import ProductError, RateLimited
from listener.model.chat import Standing
from listener.ports import Clock
from moderation.bot.answering import Answering, Asks
from moderation.ledger.bot import BotLedger, Synced

logger = logging.getLogger(__name__)

Body = Mapping[str, Any]
_OF_ALL_SERVERS = frozenset({"contexts", "integration_types", "dm_permission"})
"""What Discord takes of commands that hold everywhere only; ours are a server's own."""
FIRST_RETRY_SECONDS = 10.0
MOST_RETRY_SECONDS = 900.0


class Connection(Asks, Protocol):
    """The connection, as far as the bot needs it; see `listener.sources.discord_connection.DiscordConnection`."""

    @property
    def places(self) -> frozenset[str]: ...
    @property
    def application_id(self) -> str: ...


class Bot:
    """Works in `guilds` alone. `commands` are the bodies of what may be typed there; `why_not` tells why the settings' channels receive
    nothing, by id, for whoever looks from another process.
    """

    intents: frozenset[str] = frozenset()
    """None beside servers: commands and presses come without any, and so do no messages of others."""

    def __init__(
        self,
        connection: Connection,
        ledger: BotLedger,
        answering: Answering,
        clock: Clock,
        *,
        guilds: frozenset[str],
        commands: Sequence[Body],
        why_not: Callable[[], Mapping[str, str]] = dict,
        retry_seconds: float = FIRST_RETRY_SECONDS,
    ) -> None:
        self._connection = connection
        self._ledger = ledger
        self._answering = answering
        self._clock = clock
        self._guilds = guilds
        self._commands = [{name: value for name, value in one.items() if name not in _OF_ALL_SERVERS} for one in commands]
        self._why_not = why_not
        self._retry_seconds = retry_seconds
        self._syncing: dict[str, asyncio.Task[None]] = {}

    async def connected(self) -> None:
        """Bring every server up to date; forget those that sent us away while nobody was listening.

        A connection that is gone by now sees no server at all, and that tells nothing of any.
        """
        places = self._connection.places
        if not self._connection.application_id:
            return
        for gone in await asyncio.to_thread(self._ledger.places) - places:
            await self._forget(gone)
        for guild_id in places:
            self._bring_up_to_date(guild_id)

    async def joined(self, guild_id: str) -> None:
        """Give a server its commands, when it is one of ours; its channels are known now."""
        self._bring_up_to_date(guild_id)
        if guild_id in self._guilds:
            await asyncio.to_thread(self._ledger.keep_channels, self._why_not())

    async def left(self, guild_id: str) -> None:
        """Stop there, and forget what was there."""
        if (task := self._syncing.pop(guild_id, None)) is not None:
            task.cancel()
        await self._forget(guild_id)

    async def interaction(self, body: Body) -> None:
        """Answer what somebody did."""
        await self._answering.interaction(body)

    async def stood(self, standing: Standing) -> None:
        """Nothing: the connection notes it, and commands come back with it."""

    async def message(self, event: str, body: Body) -> None:
        """Nothing: what others say is for sources (`listener/sources/discord_push.py`)."""

    async def close(self) -> None:
        """Take nothing more."""
        self._answering.close()
        for task in self._syncing.values():
            task.cancel()
        await asyncio.gather(*self._syncing.values(), return_exceptions=True)

    async def _forget(self, guild_id: str) -> None:
        rows = await asyncio.to_thread(self._ledger.forget_place, guild_id, at=self._clock.now())
        logger.info("the bot is no longer in a server", extra={"guild": guild_id, "rows": rows})

    def _bring_up_to_date(self, guild_id: str) -> None:
        under_way = self._syncing.get(guild_id)
        if under_way is None or under_way.done():
            self._syncing[guild_id] = asyncio.create_task(self._sync(guild_id))

    async def _sync(self, guild_id: str) -> None:
        """Give a server the commands that it should have, until it has them or Discord says no."""
        wait_seconds = self._retry_seconds
        while guild_id in self._connection.places:
            try:
                await self._sync_once(guild_id)
                return
            except RateLimited as error:
                wait_seconds = max(wait_seconds, error.wait_seconds)
            except ProductError as error:
                status, code = getattr(error, "status", 0), getattr(error, "code", 0)
                if 400 <= status < 500:
                    logger.warning("Discord does not take the bot's commands", extra={"guild": guild_id, "status": status, "code": code})
                    await self._keep(guild_id, f"refused:{code or status}")
                    return
            except Exception:  # a ledger that is busy, for instance: the next try may do
                logger.exception("a server was not given its commands", extra={"guild": guild_id})
            await asyncio.sleep(wait_seconds)
            wait_seconds = min(MOST_RETRY_SECONDS, wait_seconds * 2)

    async def _sync_once(self, guild_id: str) -> None:
        ours = guild_id in self._guilds
        had = (await asyncio.to_thread(self._ledger.synced)).get(guild_id)
        if not ours and had is None:
            return  # never had any of ours
        wanted = self._commands if ours else []
        mark = _hash(wanted)
        if had is not None and (had.application_id, had.commands) == (self._connection.application_id, mark):
            return
        if had is None:
            await self._keep(guild_id, "")  # first: whatever ends us now, a server that leaves the settings is still known to have some
        path = "/applications/{application_id}/guilds/{guild_id}/commands"
        await self._connection.request("PUT", path, body=wanted, application_id=self._connection.application_id, guild_id=guild_id)
        await self._keep(guild_id, mark)
        logger.info("a server was given the bot's commands", extra={"guild": guild_id, "commands": len(wanted)})

    async def _keep(self, guild_id: str, mark: str) -> None:
        synced = Synced(application_id=self._connection.application_id, commands=mark, at=self._clock.now())
        await asyncio.to_thread(self._ledger.keep_sync, guild_id, synced)


def _hash(commands: Sequence[Body]) -> str:
    return hashlib.sha256(json.dumps(commands, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
