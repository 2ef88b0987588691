"""A language model on loopback: an OpenAI-compatible address that answers what the test says and remembers what it was asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any


def saying(content: str) -> bytes:
    """Return a chat completion whose message is `content`."""
    return json.dumps({"choices": [{"index": 0, "message": {"role": "assistant", "content": content}}]}).encode()


class Chat:
    """The server. `asked` lists the decoded bodies, `headers` the heads as they came in."""

    def __init__(self) -> None:
        self.body = b""
        self.status = 200
        self.extra = ""
        self.stall_seconds = 0.0
        self.asked: list[Any] = []
        self.headers: list[str] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1/chat/completions"

    def title(self, title: str) -> None:
        """Answer as agreed."""
        self.body = saying(json.dumps({"title": title}))

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            length = next(int(line.split(":")[1]) for line in head.split("\r\n") if line.lower().startswith("content-length:"))
            self.headers.append(head)
            self.asked.append(json.loads(await reader.readexactly(length)))
            await asyncio.sleep(self.stall_seconds)
            writer.write(f"HTTP/1.1 {self.status} X\r\n{self.extra}Content-Length: {len(self.body)}\r\nConnection: close\r\n\r\n".encode())
            writer.write(self.body)
            await writer.drain()
        except (ConnectionError, asyncio.CancelledError):
            return
        finally:
            writer.close()


@asynccontextmanager
async def open_chat() -> AsyncIterator[Chat]:
    """Serve on a free port of 127.0.0.1 until the block ends."""
    chat = Chat()
    server = await asyncio.start_server(chat.handle, "127.0.0.1", 0)
    chat.port = server.sockets[0].getsockname()[1]
    try:
        yield chat
    finally:
        server.close()
