"""What a Mastodon server pushes: server-sent events of hashtags and of an account's notifications.

docs.joinmastodon.org/methods/streaming, read 2026-11-27: needs a token of a person since 4.2; heartbeats are comments (":thump"); may be
served by another host, which `/api/v2/instance` names. A `delete` names a status by its number on that server alone, and is sent after
the server let go of the status (its RemoveStatusService).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from urllib.parse import urlencode, urlsplit

from listener.errors import SourceError, SourceRefused, SourceUnavailable
from listener.model.mention import Removal
from listener.model.page import Found
from listener.model.push import Arrived, Connected, Edited, Gone, Pushed
from listener.sources.fields import part, word
from listener.sources.http import HttpClient
from listener.sources.http_lines import lines_at
from listener.sources.json_text import read_object
from listener.sources.mastodon_listing import Ask
from listener.sources.mastodon_statuses import key_of, native_id_of
from listener.sources.mastodon_threads import Threads
from listener.sources.server_events import EventReader, ServerEvent

MOST_CONNECTIONS = 8
"""One for each hashtag; those beyond are read by pulls alone, so that one source never looks like a flood."""
IDLE_SECONDS = 60.0
"""Servers send a heartbeat every fifteen seconds."""
MOST_WAITING = 100

_Told = ServerEvent | SourceError | None


class MastodonStream:
    """One connection for each hashtag and one for notifications; all of them or none, so that "connected" means what it says.

    What a status says is never taken from here. `ask` and `look_up` are the source's: a deletion counts once the server itself no longer
    has the status (404, 410), and only for a status whose name in the fediverse `threads` saw.
    """

    def __init__(
        self,
        source_id: str,
        server: str,
        *,
        token: Callable[[], str],
        http: HttpClient,
        tags: Sequence[str],
        mentions: bool,
        ask: Ask,
        threads: Threads,
        look_up: Callable[[str, str], Awaitable[Found]],
        idle_seconds: float = IDLE_SECONDS,
        allow_http: bool = False,
        allow_private: bool = False,
    ) -> None:
        notifications = ("/api/v1/streaming/user/notification",) if mentions else ()
        hashtags = tuple(f"/api/v1/streaming/hashtag?{urlencode({'tag': tag})}" for tag in tags)
        self._paths = (*notifications, *hashtags)[:MOST_CONNECTIONS]
        self._source_id = source_id
        self._server = server
        self._host = urlsplit(server).netloc.casefold()
        self._token = token
        self._http = http
        self._ask = ask
        self._threads = threads
        self._look_up = look_up
        self._idle_seconds = idle_seconds
        self._allow_http = allow_http
        self._allow_private = allow_private

    @property
    def source_id(self) -> str:
        return self._source_id

    @property
    def is_wanted(self) -> bool:
        """Tell whether there is a token: without one no server streams, and open hashtags are pulled."""
        return bool(self._token())

    async def events(self) -> AsyncGenerator[Pushed, None]:
        """Connect to all of them and yield what is told. See `Stream.events`."""
        base = await self._streaming_at()
        told: asyncio.Queue[tuple[bool, _Told]] = asyncio.Queue(MOST_WAITING)
        connections = [asyncio.create_task(self._listen(f"{base}{path}", told)) for path in self._paths]
        opened = 0
        try:
            while True:
                is_open, one = await told.get()
                if is_open:
                    opened += 1
                    if opened == len(connections):
                        yield Connected()
                elif one is None:
                    return
                elif isinstance(one, SourceError):
                    raise one
                else:
                    for pushed in await self._read(one):
                        yield pushed
        finally:
            for task in connections:
                task.cancel()
            await asyncio.gather(*connections, return_exceptions=True)

    async def _listen(self, url: str, told: asyncio.Queue[tuple[bool, _Told]]) -> None:
        """Put into `told` that the connection is open (True), then its events, then what ended it."""
        headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {self._token()}"}
        private = self._allow_private and urlsplit(url).hostname == urlsplit(self._server).hostname
        end: _Told = None
        try:
            lines = lines_at(
                self._http, url, headers=headers, idle_seconds=self._idle_seconds, allow_private=private, allow_http=self._allow_http
            )
            async with aclosing(lines):
                await anext(lines)
                await told.put((True, None))
                await self._tell_events(lines, told)
        except SourceError as error:
            end = error
        except Exception as error:  # noqa: BLE001 - whatever it is ends this connection, and its waiters have to hear of it
            end = SourceUnavailable(f"{self._host}: the stream cannot be read ({type(error).__name__}).")
        await told.put((False, end))

    async def _tell_events(self, lines: AsyncGenerator[bytes, None], told: asyncio.Queue[tuple[bool, _Told]]) -> None:
        reader = EventReader()
        async for line in lines:
            if (event := reader.take(line)) is not None:
                await told.put((False, event))

    async def _streaming_at(self) -> str:
        """Return the address that streams; the server itself unless it names another one."""
        try:
            instance = await self._ask("/api/v2/instance", {})
        except SourceRefused as error:
            if error.status not in (403, 404, 410):
                raise
            return self._server
        named = urlsplit(word(part(part(instance, "configuration"), "urls"), "streaming"))
        scheme = {"wss": "https", "ws": "http", "https": "https", "http": "http"}.get(named.scheme, "")
        return f"{scheme}://{named.netloc}{named.path.rstrip('/')}" if scheme and named.netloc else self._server

    async def _read(self, event: ServerEvent) -> tuple[Pushed, ...]:
        """Return what an event means; of what cannot be read only that something happened."""
        match event.name:
            case "update":
                self._threads.note(read_object(event.data))
                return (Arrived(),)
            case "status.update":
                native_id = native_id_of(read_object(event.data), host=self._host)
                return (Edited((key_of(native_id),)) if native_id else Arrived(),)
            case "notification":
                notification = read_object(event.data)
                return (Arrived(),) if word(notification, "type") in ("mention", "") else ()
            case "delete":
                return (await self._gone(event.data.strip()),)
        return ()

    async def _gone(self, own_id: str) -> Pushed:
        """Return that a status is gone when its server says so itself; otherwise let a pull look."""
        native_id = self._threads.name_of(own_id) if own_id.isascii() and own_id.isalnum() else ""
        if not native_id:
            return Arrived()
        try:
            found = await self._look_up(native_id, own_id)
        except SourceError:
            return Arrived()
        return Gone(removals=(found,)) if isinstance(found, Removal) else Arrived()
