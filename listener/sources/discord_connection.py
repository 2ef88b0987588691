"""The one connection to Discord that everything here shares: the bot today, a source of messages beside it.

It connects, resumes, waits as long as it is told, stays away with a token that was refused, and says in our words how it stands. Who uses
it attaches, asks for the intents it needs, and works without those that Discord refuses.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from listener.errors import NotSent, ProductError
from listener.model.chat import Stand, Standing
from listener.ports import Clock
from listener.settings.secrets import Secret
from listener.sources.discord_attached import Attached, Audience
from listener.sources.discord_places import Place, parent_of, place_of, sees
from listener.sources.extras import missing_library

if TYPE_CHECKING:
    from listener.sources.discord_client import GatewayClient, Pauses

logger = logging.getLogger(__name__)

LOGIN_SECONDS = 60.0
CLOSE_SECONDS = 2.0
MOST_WAIT_SECONDS = 86_400.0
"""What we are told to wait is sat out; nonsense beyond a day is not."""


class DiscordConnection:
    """`token` is asked before each try, so that a new one is taken up without a restart; it may raise a `ProductError`.

    `tell` hears every change of how it stands, and may block.
    """

    def __init__(
        self,
        token: Callable[[], Secret | None],
        clock: Clock,
        *,
        tell: Callable[[Standing], None] = lambda _: None,
        pauses: Pauses | None = None,
    ) -> None:
        self._token = token
        self._clock = clock
        self._tell = tell
        self._pauses = pauses
        self._attached = Audience()
        self._client: GatewayClient | None = None
        self._sessions: deque[float] = deque()
        self._denied: frozenset[str] = frozenset()
        self._refused_token: Secret | None = None
        self._failures = 0
        self._working: set[asyncio.Task[None]] = set()
        self._telling = asyncio.Lock()
        self.standing = Standing(stand=Stand.OFF, since=clock.now())

    def attach(self, one: Attached) -> None:
        """Let somebody hear what happens. Before `run`: intents are asked for when a session begins."""
        self._attached.add(one)

    @property
    def places(self) -> frozenset[str]:
        """The servers we are in, by id; those that are down too."""
        return frozenset(str(one.id) for one in self._client.guilds) if self._client is not None else frozenset()

    @property
    def application_id(self) -> str:
        """Our own id at Discord; empty before the first login."""
        found = self._client.application_id if self._client is not None else None
        return str(found) if found else ""

    @property
    def sees_texts(self) -> bool:
        """Whether messages of others come with what they say: wished for, and not refused."""
        return "message_content" in self._attached.wished - self._denied

    def place(self, channel_id: str) -> Place | None:
        """Return a channel that we see; None when there is none, or we are not connected."""
        return place_of(self._client, channel_id) if self._client is not None else None

    def sees(self, channel_id: str) -> bool:
        """Whether we are told what happens in a channel."""
        return self._client is not None and sees(self._client, channel_id)

    def parent_of(self, channel_id: str) -> str:
        """Return the channel that a thread hangs in; "" for what is none, or is not known."""
        return parent_of(self._client, channel_id) if self._client is not None else ""

    async def run(self, stop: asyncio.Event) -> None:
        """Keep the connection until `stop`; whatever Discord, the network or a token does, this goes on."""
        if why := missing_library("discord"):
            logger.warning("the team's bot stays off", extra={"why": why})
            await self._stand(Stand.NO_TOKEN, why)
            await stop.wait()
            return
        from listener.sources.discord_client import Pauses

        pauses = self._pauses or Pauses()
        while not stop.is_set():
            try:
                wait_seconds = await self._try(stop, pauses)
            except Exception:  # what nobody foresaw costs one try, not the service
                logger.exception("the connection to Discord failed")
                wait_seconds = await self._failed("something unexpected; the log has it", pauses)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), timeout=wait_seconds)
        await self._stand(Stand.OFF)

    async def _try(self, stop: asyncio.Event, pauses: Pauses) -> float:
        """Connect and stay until it ends; return the seconds to wait before the next try."""
        from listener.sources.discord_client import GatewayClient

        try:
            token = await asyncio.to_thread(self._token)
        except ProductError as error:
            await self._stand(Stand.NO_TOKEN, str(error))
            return pauses.token_seconds
        if token is None:
            await self._stand(Stand.NO_TOKEN)
            return pauses.token_seconds
        if token == self._refused_token:
            return pauses.token_seconds  # the same one: nobody is asked (RULES F19)
        await self._stand(Stand.CONNECTING)
        wished = {"guilds", *(self._attached.wished - self._denied)}
        self._client = GatewayClient(wished, self, pauses=pauses, sessions=self._sessions)
        try:
            return await self._connected(self._client, token, stop, pauses)
        finally:
            await self._close()

    async def _connected(self, client: GatewayClient, token: Secret, stop: asyncio.Event, pauses: Pauses) -> float:
        """Log in and listen until it ends or `stop`; read how it ended."""

        async def live() -> None:
            await asyncio.wait_for(client.login(token), timeout=LOGIN_SECONDS)
            await client.connect()

        living, stopping = asyncio.create_task(live()), asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({living, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not living.done():
                return 0.0
            error = living.exception()
            return await self._ended(error, token, pauses)
        finally:
            stopping.cancel()
            await self._close()
            living.cancel()
            await asyncio.gather(living, stopping, return_exceptions=True)

    async def _ended(self, error: BaseException | None, token: Secret, pauses: Pauses) -> float:
        from listener.sources.discord_ends import End, end_of

        end = end_of(error, self._clock.now())
        match end.end:
            case End.BAD_TOKEN:
                self._refused_token = token
                await self._stand(Stand.BAD_TOKEN, end.why)
                return pauses.token_seconds
            case End.DENIED if wished := self._attached.wished - self._denied:
                from listener.sources.discord_client import PRIVILEGED

                self._denied |= (wished & PRIVILEGED) or wished
                logger.warning("Discord refuses intents", extra={"intents": sorted(self._denied)})
                return 0.0
            case End.LIMITED:
                await self._stand(Stand.LIMITED, end.why, wait_seconds=end.wait_seconds)
                return min(end.wait_seconds, MOST_WAIT_SECONDS) * random.uniform(1.0, 1.1)  # noqa: S311 - spreads tries, guards nothing
            case End.REFUSED | End.DENIED:
                await self._stand(Stand.REFUSED, end.why)
                return pauses.most_seconds
            case _:
                return await self._failed(end.why, pauses)

    async def _failed(self, why: str, pauses: Pauses) -> float:
        self._failures += 1
        await self._stand(Stand.UNREACHABLE, why)
        longest = min(pauses.most_seconds, pauses.first_seconds * 2.0 ** min(self._failures - 1, 20))
        return longest * random.uniform(0.8, 1.0)  # noqa: S311 - spreads tries, guards nothing

    async def request(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        files: Sequence[tuple[str, bytes]] = (),
        params: Mapping[str, str] | None = None,
        timeout_seconds: float = 20.0,
        **parts: str,
    ) -> Any:
        """Ask Discord over the connection's own client, which keeps to its limits; `parts` fill `path`.

        Raises `NotSent` (nothing left), `RateLimited`, `DiscordRefused` (it said no), and for everything else `PublishUnknown`, or
        `SourceUnavailable` when it was a question.
        """
        from listener.sources.discord_ends import asked

        if self._client is None:
            raise NotSent("There is no connection to Discord now; nothing was sent.")
        return await asked(self._client.http, method, path, body=body, files=files, params=params, seconds=timeout_seconds, parts=parts)

    # what the client tells: see `discord_client.Hears`

    async def connected(self) -> None:
        """Take note that a session is there, and tell who is attached."""
        self._failures, self._refused_token = 0, None
        client = self._client
        await self._stand(Stand.CONNECTED)
        if client is not None and self._client is client:  # noting it may take as long as the ledger is busy
            await self._attached.each(lambda one: one.connected())

    async def lost(self) -> None:
        """Take note that the connection broke; discord.py makes it anew."""
        if self.standing.stand is Stand.CONNECTED:
            await self._stand(Stand.LOST)

    async def joined(self, guild_id: str) -> None:
        """Take note of a server that we were let into."""
        await self._stand(self.standing.stand)
        await self._attached.each(lambda one: one.joined(guild_id))

    async def left(self, guild_id: str) -> None:
        """Take note of a server that we were taken out of."""
        await self._stand(self.standing.stand)
        await self._attached.each(lambda one: one.left(guild_id))

    def interaction(self, body: Mapping[str, Any]) -> None:
        """Hand on what somebody did, without holding up the next frame."""
        self._hand_on(lambda one: one.interaction(body))

    def message(self, event: str, body: Mapping[str, Any]) -> None:
        """Hand on what became of a message, likewise."""
        self._hand_on(lambda one: one.message(event, body))

    def _hand_on(self, tell: Callable[[Attached], Awaitable[None]]) -> None:
        task = asyncio.create_task(self._attached.each(tell))
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    async def _stand(self, stand: Stand, why: str = "", *, wait_seconds: float = 0.0) -> None:
        was = self.standing
        now = Standing(
            stand=stand,
            since=was.since if was.stand is stand else self._clock.now(),
            why=why,
            wait_seconds=wait_seconds,
            places=tuple(sorted(self.places)) if stand is Stand.CONNECTED else was.places,
            denied=tuple(sorted(self._denied)),
            sees_texts=stand is Stand.CONNECTED and self.sees_texts,
            application_id=self.application_id or was.application_id,
        )
        if replace(now, since=was.since) == was and now.stand is was.stand:
            return
        self.standing = now
        logger.info("the connection to Discord", extra={"stand": stand.value})
        try:
            async with self._telling:
                await asyncio.to_thread(self._tell, self.standing)  # the newest, also for who waited here
        except Exception:  # what nobody could note does not end the connection
            logger.exception("how Discord stands could not be noted")
        await self._attached.each(lambda one: one.stood(now))

    async def _close(self) -> None:
        client, self._client = self._client, None
        if client is None:
            return
        if self._working:
            _, late = await asyncio.wait(set(self._working), timeout=CLOSE_SECONDS)
            for task in late:
                task.cancel()
        with contextlib.suppress(Exception):
            await asyncio.wait_for(client.close(), timeout=CLOSE_SECONDS)
