"""A TCP proxy between a publisher and a real server that loses, spoils or delays answers: what was accepted is not heard of."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit


class Spoil(StrEnum):
    """What happens to the answer of one request."""

    CUT = "cut"  # the connection is reset when the answer comes
    GARBLE = "garble"  # noise comes instead
    DELAY = "delay"  # it comes too late
    DROP = "drop"  # the request itself never arrives: the connection is reset as soon as it is asked


@dataclass
class Proxy:
    """`spoil(needle, how)`: the next request whose bytes hold `needle` gets `how`; each is used once. `heard` lists what was spoilt."""

    port: int = 0
    delay_seconds: float = 30.0
    heard: list[Spoil] = field(default_factory=list)
    _queue: list[tuple[bytes, Spoil]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def spoil(self, needle: bytes, how: Spoil) -> None:
        """Spoil the answer to the next request that holds these bytes."""
        self._queue.append((needle, how))

    def take(self, sent: bytes) -> Spoil | None:
        """Return what happens to the connection that sent these bytes so far."""
        for index, (needle, how) in enumerate(self._queue):
            if needle in sent:
                del self._queue[index]
                self.heard.append(how)
                return how
        return None


@asynccontextmanager
async def proxied(upstream: str) -> AsyncIterator[Proxy]:
    """Serve a proxy before `upstream` (an http address, or "smtp://127.0.0.1:port") until the block ends."""
    there = urlsplit(upstream)
    proxy = Proxy()
    open_tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        open_tasks.add(task)
        try:
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):  # either side, or the test, may go away at any time
                await _connect(proxy, reader, writer, there.hostname or "127.0.0.1", there.port or 80)
        finally:
            open_tasks.discard(task)
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        for task in open_tasks:
            task.cancel()
        await asyncio.gather(*open_tasks, return_exceptions=True)


async def _connect(proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, port: int) -> None:
    far_reader, far_writer = await asyncio.open_connection(host, port)
    told: list[Spoil] = []

    async def there() -> None:
        sent = b""
        while chunk := await reader.read(65_536):
            sent += chunk
            if (how := proxy.take(sent)) is not None:
                sent = b""
                if how is Spoil.DROP:
                    _reset(writer)
                    return
                told.append(how)
            far_writer.write(chunk)
            await far_writer.drain()
        far_writer.write_eof()

    async def back() -> None:
        while chunk := await far_reader.read(65_536):
            how = told.pop() if told else None
            if how is Spoil.CUT:
                _reset(writer)
                return
            if how is Spoil.GARBLE:
                writer.write(bytes(255 - one for one in chunk) + b"\r\n")
                await writer.drain()
                return
            if how is Spoil.DELAY:
                await asyncio.sleep(proxy.delay_seconds)
            writer.write(chunk)
            await writer.drain()

    asking = asyncio.create_task(there())
    try:
        await back()
    finally:
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        far_writer.close()


def _reset(writer: asyncio.StreamWriter) -> None:
    """End the connection with RST, as a firewall or a dying machine does."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
