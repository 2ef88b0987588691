"""An answer that goes on, line by line: bounded in length and in silence, closed by whoever stops reading."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping

import httpx

from listener.errors import SourceUnavailable
from listener.sources.http import HttpClient

MOST_LINE_BYTES = 1_000_000
"""No post is longer with all that is told beside it; whoever sends more fills memory."""


async def lines_at(
    http: HttpClient,
    url: str,
    *,
    headers: Mapping[str, str],
    idle_seconds: float,
    allow_private: bool = False,
    allow_http: bool = False,
    most_bytes: int = MOST_LINE_BYTES,
) -> AsyncGenerator[bytes, None]:
    """Connect and yield lines without their ends, an empty one first: connected. It ends when the server ends it.

    A last line without an end is no line: it was cut. Raises as `HttpClient.open`, also later, and `SourceUnavailable` for a line longer
    than `most_bytes` and for a silence longer than `idle_seconds`.
    """
    response = await http.open(url, headers=headers, idle_seconds=idle_seconds, allow_private=allow_private, allow_http=allow_http)
    host = httpx.URL(url).host
    try:
        yield b""
        kept = bytearray()
        chunks = response.aiter_raw()
        while (chunk := await _next(chunks, host, idle_seconds)) is not None:
            kept += chunk
            if b"\n" in chunk:
                *lines, kept = kept.split(b"\n")
                for line in lines:
                    yield bytes(line.removesuffix(b"\r"))
            if len(kept) > most_bytes:
                raise SourceUnavailable(f"{host} sent a line of more than {most_bytes:,} bytes; the stream was closed.")
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
