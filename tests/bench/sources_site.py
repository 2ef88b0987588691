"""A platform of many pages in a process of its own, so that what it costs is not counted as ours."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PER_PAGE = 40
_ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def platform_of_pages() -> Iterator[str]:
    """Serve /<source>/<page> until the block ends, and /dead, which never answers; yield the address."""
    command = [sys.executable, "-m", "tests.bench.sources_site"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True, cwd=_ROOT) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


def page_of(source: str, page: int) -> bytes:
    """Return a page's body: posts with ids of their own, a few words each, as a forum's are."""
    posts = [
        {
            "id": f"{source}-{page}-{n}",
            "at": 1_772_400_000 + page * PER_PAGE + n,
            "by": f"kim{n}",
            "text": f"Stroomwerk doet het niet, {page}.{n}",
        }
        for n in range(PER_PAGE)
    ]
    return json.dumps(posts).encode()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError, asyncio.IncompleteReadError):
        _, source, page = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1].decode().split("/")
        if source == "dead":
            await asyncio.sleep(3_600)
        body = page_of(source, int(page))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n")
        writer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
    writer.close()


async def _serve() -> None:
    server = await asyncio.start_server(_answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
