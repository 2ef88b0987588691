"""Reading a feed without letting it hold us up: a small one in a thread, a large one in a process that can be ended (RULES F24).

feedparser is Python all the way: 0.6 MB of nested tags keep it busy for six seconds, 10 MB for minutes, and a thread cannot be ended.
"""

from __future__ import annotations

import asyncio
import multiprocessing
from multiprocessing.connection import Connection

from listener.errors import SourceError, SourceRefused, SourceUnavailable
from listener.sources.feed_entries import FeedBody, read_feed

SMALL_BYTES = 200_000
SMALL_SECONDS = 5.0
LARGE_SECONDS = 20.0


async def read_feed_in_time(body: bytes, *, url: str, content_type: str) -> FeedBody:
    """Return what `read_feed` returns; raises `SourceUnavailable` when a small feed takes 5 seconds or a large one 20."""
    small = len(body) <= SMALL_BYTES
    limit = SMALL_SECONDS if small else LARGE_SECONDS
    try:
        if small:
            return await asyncio.wait_for(asyncio.to_thread(read_feed, body, url=url, content_type=content_type), limit)
        return await asyncio.to_thread(_in_process, body, url, content_type, limit)
    except TimeoutError as error:
        raise SourceUnavailable(f"Reading the feed took longer than {limit:g} seconds; it was given up.") from error


def _in_process(body: bytes, url: str, content_type: str, limit: float) -> FeedBody:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(theirs, body, url, content_type), daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(limit):
            raise TimeoutError
        found: FeedBody | SourceError = ours.recv()
    except EOFError as error:
        raise SourceUnavailable("Reading the feed ended the process that read it; the feed is left alone until next time.") from error
    finally:
        process.kill()
        process.join()
        ours.close()
    if isinstance(found, SourceError):
        raise found
    return found


def _answer(connection: Connection, body: bytes, url: str, content_type: str) -> None:
    """Runs in the process: sends what the feed holds, or the error to be raised."""
    try:
        connection.send(read_feed(body, url=url, content_type=content_type))
    except (SourceRefused, SourceUnavailable) as error:
        connection.send(type(error)(*error.args))  # without its cause, which may not survive the way
