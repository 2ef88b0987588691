"""An answer that goes on, line by line: bounded in length and in silence, closed by whoever stops reading."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping

import httpx

from listener.errors import SourceUnavailable
from listener.sources.http import HttpClient

MOST_LINE_BYTES = 1_000_000
"""No post is longer with all that is told beside it; whoever sends more fills memory."""


class LineCutter:
    """Cuts what `who` sends into lines without their ends. What has no end yet is kept; at the end of all it was cut, and is no line."""

    def __init__(self, who: str) -> None:
        self._who = who
        self._kept = bytearray()

    def take(self, chunk: bytes) -> Iterator[bytes]:
        """Yield the lines that end in `chunk`. Raises `SourceUnavailable` behind them for one that is longer than any post."""
        self._kept += chunk
        if b"\n" in chunk:
            *lines, self._kept = self._kept.split(b"\n")
            yield from (bytes(line.removesuffix(b"\r")) for line in lines)
        if len(self._kept) > MOST_LINE_BYTES:
            raise SourceUnavailable(f"{self._who} sent a line of more than {MOST_LINE_BYTES:,} bytes; the stream was closed.")


async def lines_at(
    http: HttpClient,
    url: str,
    *,
    headers: Mapping[str, str],
    idle_seconds: float,
    allow_private: bool = False,
    allow_http: bool = False,
) -> AsyncGenerator[bytes, None]:
    """Connect and yield lines without their ends, an empty one first: connected. It ends when the server ends it.

    A last line without an end is no line: it was cut. Raises as `HttpClient.open`, also later, and `SourceUnavailable` for a line longer
    than any post and for a silence longer than `idle_seconds`.
    """
    response = await http.open(url, headers=headers, idle_seconds=idle_seconds, allow_private=allow_private, allow_http=allow_http)
    host = httpx.URL(url).host
    try:
        yield b""
        cutter = LineCutter(host)
        chunks = response.aiter_raw()
        while (chunk := await _next(chunks, host, idle_seconds)) is not None:
            for line in cutter.take(chunk):
                yield line
    finally:
        await response.aclose()


async def _next(chunks: AsyncIterator[bytes], host: str, idle_seconds: float) -> bytes | None:
    """Return what came next; None at the end."""
    try:
        async with asyncio.timeout(idle_seconds):
            return await anext(chunks)
    except StopAsyncIteration:
        return None
    except (TimeoutError, httpx.TimeoutException) as error:
        raise SourceUnavailable(f"{host} said nothing for {idle_seconds:g} seconds.") from error
    except (httpx.HTTPError, OSError) as error:
        raise SourceUnavailable(f"{host} broke the stream off: {type(error).__name__}.") from error
