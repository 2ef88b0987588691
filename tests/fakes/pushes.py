"""Connections that stay open, and what a server pushes over them: server-sent events, as Mastodon writes them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator

from tests.fakes.site import Reply


class Pushes:
    """`answer` is given in place of a connection while it is set; `opened` are the paths that were asked for, in order."""

    def __init__(self) -> None:
        self.answer: Reply | None = None
        self.opened: list[str] = []
        self._open: list[asyncio.Queue[bytes | None]] = []

    @property
    def connections(self) -> int:
        """How many are open now."""
        return len(self._open)

    def reply(self, path: str) -> Reply:
        """Open a connection, or refuse it."""
        self.opened.append(path)
        if self.answer is not None:
            return self.answer
        said: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._open.append(said)

        async def chunks() -> AsyncGenerator[bytes, None]:
            try:
                yield b":)\n"
                while (one := await said.get()) is not None:
                    yield one
            finally:
                if said in self._open:
                    self._open.remove(said)

        return Reply(headers={"Content-Type": "text/event-stream"}, chunks=chunks())

    def tell(self, event: str, payload: object) -> None:
        """Push an event to everybody; a number is written as Mastodon writes ids."""
        text = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
        self.send(f"event: {event}\ndata: {text}\n\n".encode())

    def send(self, some: bytes) -> None:
        """Send anything, also what is no event."""
        for one in self._open:
            one.put_nowait(some)

    def cut(self) -> None:
        """End every connection."""
        for one in self._open:
            one.put_nowait(None)
