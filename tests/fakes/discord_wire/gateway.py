"""Discord's gateway: hello, identify, ready, dispatch, heartbeats, op 7 and 9, resume with replay, one zlib stream a connection.

After docs.discord.com "Gateway", "Opcodes and Status Codes" (read 2026-11); close codes are Discord's.
"""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from tests.fakes.discord_wire.book import Book
from tests.patience import PATIENCE_SECONDS

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11
UNKNOWN_OP, DECODE, NOT_YET, BAD_TOKEN, TWICE, BAD_SEQ, TOO_FAST, BAD_INTENTS, DISALLOWED = (
    4001,
    4002,
    4003,
    4004,
    4005,
    4007,
    4008,
    4013,
    4014,
)
GUILDS, MEMBERS, MODERATION, PRESENCES, MESSAGES, CONTENT = 1 << 0, 1 << 1, 1 << 2, 1 << 8, 1 << 9, 1 << 15
PRIVILEGED = MEMBERS | PRESENCES | CONTENT
ALL_INTENTS = (1 << 17) - 1 | 1 << 20 | 1 << 21 | 1 << 24 | 1 << 25
_NEEDS = {"GUILD_": GUILDS, "CHANNEL_": GUILDS, "THREAD_": GUILDS, "MESSAGE_": MESSAGES, "GUILD_MEMBER_": MEMBERS, "PRESENCE_": PRESENCES}
_MOST_A_MINUTE = 120


@dataclass(slots=True)
class Session:
    """One session of a bot: it outlives its connections until it is closed in order or told to be invalid."""

    session_id: str
    intents: int
    seq: int = 0
    sent: list[dict[str, Any]] = field(default_factory=list)
    connection: Connection | None = None

    def next(self, event: str, said: Mapping[str, Any]) -> dict[str, Any]:
        """Return the frame that follows, and keep it for a resume."""
        self.seq += 1
        frame = {"op": DISPATCH, "t": event, "s": self.seq, "d": dict(said)}
        self.sent.append(frame)
        return frame

    async def send(self, event: str, said: Mapping[str, Any]) -> None:
        """Send any event now, whatever the intents."""
        frame = self.next(event, said)
        if self.connection is not None:
            await self.connection.send(frame)


class Connection:
    """One websocket: what goes out is compressed with one context for as long as it lives."""

    def __init__(self, socket: web.WebSocketResponse, *, compressed: bool) -> None:
        self._socket = socket
        self._zlib = zlib.compressobj() if compressed else None
        self.compressed = compressed
        self.closed_by_us = False
        self.session: Session | None = None
        self.taken = 0

    @property
    def open(self) -> bool:
        return not self._socket.closed

    async def send(self, frame: Mapping[str, Any]) -> None:
        """Send one frame; what the other side does not take any more is for the next resume."""
        await self.send_text(json.dumps(frame))

    async def send_text(self, text: str) -> None:
        """Send anything, also what is no frame."""
        try:
            if self._zlib is None:
                await self._socket.send_str(text)
            else:
                await self._socket.send_bytes(self._zlib.compress(text.encode()) + self._zlib.flush(zlib.Z_SYNC_FLUSH))
        except (ConnectionError, RuntimeError):
            return

    async def close(self, code: int) -> None:
        """Close it from our side; the session stays for a resume."""
        self.closed_by_us = True
        await self._socket.close(code=code)

    def cut(self) -> None:
        """End it as a network does: without a word."""
        if self._socket._req is not None and self._socket._req.transport is not None:
            self._socket._req.transport.abort()


class Gateway:
    """The gateway of one application. Faults are attributes that a test sets.

    `refuses_close`: a code that ends every connection at identify, `resumes_close` at resume; `intents_close` is said to intents that are
    not allowed. `silent_acks`: heartbeats get no answer.
    """

    def __init__(self, book: Book, *, token: str, beat_seconds: float = 41.25) -> None:
        self.book = book
        self.token = token
        self.beat_seconds = beat_seconds
        self.allowed_intents = ALL_INTENTS
        self.refuses_close = 0
        self.resumes_close = 0
        self.intents_close = DISALLOWED
        self.silent_acks = False
        self.resumes_are_invalid = False
        self.sessions: dict[str, Session] = {}
        self.connections: list[Connection] = []
        self.ready: Mapping[str, Any] = {}
        self.first: list[tuple[str, Mapping[str, Any]]] = []
        self.changed = asyncio.Condition()

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection until it ends."""
        socket = web.WebSocketResponse(autoping=True, max_msg_size=0)
        await socket.prepare(request)
        if request.query.get("v") != "10" or request.query.get("encoding") != "json":
            await socket.close(code=4012)
            return socket
        mine = Connection(socket, compressed=request.query.get("compress") == "zlib-stream")
        self.connections.append(mine)
        await mine.send({"op": HELLO, "t": None, "s": None, "d": {"heartbeat_interval": int(self.beat_seconds * 1000), "_trace": ["[]"]}})
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            if code := await self._take(mine, message.data):
                await socket.close(code=code)
                break
        self._ended(mine, socket.close_code or 0)
        await self._tell()
        return socket

    def _ended(self, mine: Connection, code: int) -> None:
        self.book.closed.append(code)
        if mine.session is not None and mine.session.connection is mine:
            mine.session.connection = None
            if code in (WSCloseCode.OK, WSCloseCode.GOING_AWAY) and not mine.closed_by_us:
                self.sessions.pop(mine.session.session_id, None)  # closed in order: the session is over

    async def _take(self, mine: Connection, text: str) -> int:
        """Answer one frame; return the code to close with, 0 to go on."""
        mine.taken += 1
        if mine.taken > _MOST_A_MINUTE:
            return TOO_FAST
        try:
            frame = json.loads(text)
            op, said = int(frame["op"]), frame.get("d")
        except (ValueError, KeyError, TypeError):
            return DECODE
        if len(text.encode()) > 4096:
            return DECODE
        if op == HEARTBEAT:
            self.book.beats += 1
            if not self.silent_acks:
                await mine.send({"op": ACK, "t": None, "s": None, "d": None})
            await self._tell()
            return 0
        if op == IDENTIFY:
            return TWICE if mine.session else await self._identify(mine, said)
        if op == RESUME:
            return await self._resume(mine, said)
        if mine.session is None:
            return NOT_YET
        return 0 if op in (3, 4, 8, 31) else UNKNOWN_OP

    async def _identify(self, mine: Connection, said: Mapping[str, Any]) -> int:
        self.book.identified.append(said)
        if self.refuses_close:
            return self.refuses_close
        if said.get("token") != self.token:
            return BAD_TOKEN
        if not {"os", "browser", "device"} <= set(said.get("properties") or ()):
            return DECODE
        intents = said.get("intents")
        if not isinstance(intents, int) or intents & ~ALL_INTENTS:
            return BAD_INTENTS
        if intents & ~self.allowed_intents:
            return self.intents_close
        session = Session(session_id=f"session{len(self.book.identified):032d}", intents=intents, connection=mine)
        self.sessions[session.session_id] = mine.session = session
        await mine.send(session.next("READY", {**self.ready, "session_id": session.session_id}))
        for event, what in self.first:
            if _sees(session, event):
                await mine.send(session.next(event, what))
        await self._tell()
        return 0

    async def _resume(self, mine: Connection, said: Mapping[str, Any]) -> int:
        self.book.resumed.append(said)
        if said.get("token") != self.token:
            return BAD_TOKEN
        if self.resumes_close:
            return self.resumes_close
        session = self.sessions.get(str(said.get("session_id")))
        if session is None or self.resumes_are_invalid:
            await mine.send({"op": INVALID, "t": None, "s": None, "d": False})
            return 0
        seq = said.get("seq")
        if not isinstance(seq, int) or seq > session.seq:
            return BAD_SEQ
        mine.session, session.connection = session, mine
        for frame in [one for one in session.sent if one["s"] > seq]:
            await mine.send(frame)
        await mine.send(session.next("RESUMED", {"_trace": ["[]"]}))
        await self._tell()
        return 0

    async def dispatch(self, event: str, said: Mapping[str, Any]) -> None:
        """Send an event to every session that may see it; one without a connection gets it when it resumes."""
        for session in list(self.sessions.values()):
            if _sees(session, event):
                await session.send(event, _seen(session, event, said))

    async def send_raw(self, text: str) -> None:
        """Send to every open connection what need be no frame at all."""
        for one in self._open():
            await one.send_text(text)

    async def ask_reconnect(self) -> None:
        """Send op 7: the client has to connect again and resume."""
        for one in self._open():
            await one.send({"op": RECONNECT, "t": None, "s": None, "d": None})

    async def invalidate(self, *, resumable: bool) -> None:
        """Send op 9. A session that cannot be resumed is gone."""
        for one in self._open():
            if not resumable and one.session is not None:
                self.sessions.pop(one.session.session_id, None)
            await one.send({"op": INVALID, "t": None, "s": None, "d": resumable})

    async def close_all(self, code: int) -> None:
        """Close every connection with Discord's own code."""
        for one in self._open():
            await one.close(code)

    async def cut_softly(self) -> None:
        """The same, to be awaited."""
        self.cut_all()

    def cut_all(self) -> None:
        """Drop every connection without a word; sessions stay."""
        for one in self._open():
            one.cut()

    def _open(self) -> list[Connection]:
        return [one for one in self.connections if one.open]

    async def until(self, fits: Any, *, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until `fits()`; looked at whenever something changed here, and now and then."""
        async with asyncio.timeout(seconds):
            async with self.changed:
                while not fits():
                    try:
                        await asyncio.wait_for(self.changed.wait(), timeout=0.02)
                    except TimeoutError:
                        continue

    async def _tell(self) -> None:
        async with self.changed:
            self.changed.notify_all()


def _sees(session: Session, event: str) -> bool:
    needed = max(((len(start), intent) for start, intent in _NEEDS.items() if event.startswith(start)), default=(0, 0))[1]
    return event == "INTERACTION_CREATE" or session.intents & needed == needed


def _seen(session: Session, event: str, said: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without the intent for it, Discord leaves out what messages say."""
    if event.startswith("MESSAGE_") and "content" in said and not session.intents & CONTENT:
        return {**said, "content": "", "embeds": [], "attachments": [], "components": []}
    return said
