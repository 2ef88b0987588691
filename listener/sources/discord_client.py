"""discord.py's client as we use it: least intents, no cache of messages, frames that cannot be read are left out, no flood of connections.

Imported only when a connection is made: discord.py takes half a second. What is used of it beyond its documentation is named here, and
was read in version 2.7.1.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import discord

logger = logging.getLogger(__name__)

PRIVILEGED = frozenset({"members", "presences", "message_content"})
"""Intents that Discord may refuse (close code 4014; reviewed for larger bots)."""
_UNGUARDED = frozenset({"READY", "RESUMED"})
"""A connection whose first frame cannot be read is no connection: then it is made anew."""
_READ_BY_US = ("MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK")
"""Events of messages, which come with the intent for them: no words of others are made into objects of the library, or kept."""
_READ_BY_BOTH = ("THREAD_CREATE", "THREAD_DELETE", "CHANNEL_DELETE")
"""Those that the library needs to know its channels by."""
_FRESH_SECONDS = 60.0
"""A connection that lived shorter than this says that the next one should wait."""
MOST_SESSIONS_PER_HOUR = 20
"""Discord takes a bot's token away after 1,000 new sessions in a day."""


MOST_QUICK_ENDS = 6
"""So many connections that ended at once are not mended by resuming: a session is begun anew, after a wait."""
MOST_FAILED = 4
"""The same for so many that were not made at all: the address to resume at may be gone, and discord.py asks for no other."""


class EndsAtOnce(Exception):
    """Connections end as soon as they begin, or never begin: what is resumed may be what Discord does not want."""


class TooManySessions(Exception):
    """So many sessions were begun lately that another one would endanger the token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """How long is waited, in seconds: before a new session, after quick ends of connections, after failures (the first and the longest)."""

    identify_seconds: float = 5.0
    reconnect_seconds: float = 1.0
    most_reconnect_seconds: float = 45.0
    first_seconds: float = 5.0
    most_seconds: float = 900.0
    token_seconds: float = 5.0


class Hears(Protocol):
    """Who is told what happens on the connection."""

    async def connected(self) -> None: ...
    async def lost(self) -> None: ...
    async def joined(self, guild_id: str) -> None: ...
    async def left(self, guild_id: str) -> None: ...
    def interaction(self, body: Mapping[str, Any]) -> None: ...
    def message(self, event: str, body: Mapping[str, Any]) -> None: ...


class GatewayClient(discord.Client):
    """One connection's client; it is made anew when one came to its end."""

    def __init__(self, intents: Iterable[str], hears: Hears, *, pauses: Pauses, sessions: deque[float]) -> None:
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nobody speaks here
        wanted = discord.Intents(**dict.fromkeys(intents, True))
        super().__init__(
            intents=wanted,
            max_messages=None,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=60.0,
        )
        self._hears = hears
        self._pauses = pauses
        self._sessions = sessions
        self._opened: deque[float] = deque(maxlen=8)
        self._failed = 0
        parsers = self._connection.parsers
        for event, parse in list(parsers.items()):
            if event not in _UNGUARDED:
                parsers[event] = _guarded(event, parse)
        parsers["INTERACTION_CREATE"] = _guarded("INTERACTION_CREATE", hears.interaction)  # as it came: we read it ourselves
        for event in _READ_BY_US:
            parsers[event] = _guarded(event, partial(hears.message, event))
        for event in _READ_BY_BOTH:
            parsers[event] = _both(parsers[event], _guarded(event, partial(hears.message, event)))
        self.http.ws_connect = self._paced(self.http.ws_connect)  # type: ignore[method-assign, assignment]  # the library has no other place to slow a new session down

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Keep new sessions few. Raises `TooManySessions`."""
        del shard_id
        now = asyncio.get_running_loop().time()
        while self._sessions and now - self._sessions[0] > 3600:
            self._sessions.popleft()
        if len(self._sessions) >= MOST_SESSIONS_PER_HOUR:
            raise TooManySessions
        self._sessions.append(now)
        if not initial:
            await asyncio.sleep(self._pauses.identify_seconds)

    def _paced(self, connect: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        """Return `connect` with a wait before it that doubles while connections end quickly; discord.py itself resumes for ever, at once.

        It raises `EndsAtOnce` when that does not help.
        """

        async def paced(url: str, **more: Any) -> Any:
            loop = asyncio.get_running_loop()
            quick = sum(loop.time() - at < _FRESH_SECONDS for at in self._opened)
            if quick >= MOST_QUICK_ENDS:
                raise EndsAtOnce
            if quick > 1:
                await asyncio.sleep(min(self._pauses.most_reconnect_seconds, self._pauses.reconnect_seconds * 2.0 ** (quick - 2)))
            try:
                made = await connect(url, **more)
            except Exception as error:
                self._failed += 1
                if self._failed >= MOST_FAILED:
                    raise EndsAtOnce from error
                raise
            self._failed = 0
            self._opened.append(loop.time())
            return made

        return paced

    async def on_connect(self) -> None:
        await self._hears.connected()

    async def on_resumed(self) -> None:
        await self._hears.connected()

    async def on_disconnect(self) -> None:
        await self._hears.lost()

    async def on_guild_join(self, guild: discord.Guild) -> None:
        await self._hears.joined(str(guild.id))

    async def on_guild_available(self, guild: discord.Guild) -> None:
        await self._hears.joined(str(guild.id))  # discord.py tells the two apart by a word that Discord may leave out

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        await self._hears.left(str(guild.id))

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """Log what failed in one of the above; the connection goes on."""
        del args, kwargs
        logger.exception("an event of Discord was not handled", extra={"event": event_method})


def _guarded(event: str, parse: Callable[[Any], Any]) -> Callable[[Any], None]:
    """Return `parse` so that a frame which it cannot read costs that frame, and not the connection."""

    def read(body: Any) -> None:
        try:
            parse(body)
        except Exception as error:  # noqa: BLE001 - whatever a frame of others does to a parser
            logger.warning("a frame of Discord could not be read", extra={"event": event, "error": type(error).__name__})

    return read


def _both(first: Callable[[Any], Any], then: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return what reads a frame twice: as the library does, and as we do."""

    def read(body: Any) -> None:
        first(body)
        then(body)

    return read
