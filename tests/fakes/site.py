"""A web server on loopback that answers what the test says, byte for byte, and remembers what it was asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as it came in: method, path with query, headers by lower-case name, and the body of a POST."""

    path: str
    headers: Mapping[str, str]
    method: str = "GET"
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What to answer. `raw` replaces the whole answer; `endless` repeats the body for ever; `stall_seconds` waits before answering.

    `chunks` are sent after the body, each when it comes, and the connection ends when they do.
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    endless: bool = False
    stall_seconds: float = 0.0
    with_length: bool = True
    chunks: AsyncGenerator[bytes, None] | None = None


Answering = Callable[[Request], Reply]


class Site:
    """The server. `answer` may be replaced at any time; `requests` lists what came in."""

    def __init__(self) -> None:
        self.answer: Answering = lambda _: Reply(status=404)
        self.requests: list[Request] = []
        self.port = 0

    def url(self, path: str = "/") -> str:
        """Return the address of a path on this server."""
        return f"http://127.0.0.1:{self.port}{path}"

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            method, path = head[0].split(" ")[:2]
            request = Request(path=path, headers=headers, method=method, body=body)
            self.requests.append(request)
            await self._write(writer, self.answer(request))
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            return
        finally:
            writer.close()

    async def _write(self, writer: asyncio.StreamWriter, reply: Reply) -> None:
        await asyncio.sleep(reply.stall_seconds)
        if reply.raw is not None:
            writer.write(reply.raw)
            await writer.drain()
            return
        headers = {"Content-Type": "text/plain", "Connection": "close", **reply.headers}
        if reply.with_length and not reply.endless and reply.chunks is None:
            headers["Content-Length"] = str(len(reply.body))
        lines = [f"HTTP/1.1 {reply.status} Whatever", *(f"{name}: {value}" for name, value in headers.items())]
        writer.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + reply.body)
        await writer.drain()
        if reply.chunks is not None:
            async with aclosing(reply.chunks) as chunks:
                async for chunk in chunks:
                    writer.write(chunk)
                    await writer.drain()
        while reply.endless:
            writer.write(reply.body)
            await writer.drain()
            await asyncio.sleep(0.001)


@asynccontextmanager
async def open_site() -> AsyncIterator[Site]:
    """Serve on a free port of 127.0.0.1 until the block ends."""
    site = Site()
    server = await asyncio.start_server(site.handle, "127.0.0.1", 0, limit=1 << 20)
    site.port = server.sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        server.close()
