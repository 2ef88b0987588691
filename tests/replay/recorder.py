"""Records what one source's pulls are answered, scrubbed, for a new test: `scripts/record SOURCE FOLDER`. For developers with keys.

Headers we send and bodies we post are not kept. Nothing is written unless all of it passes the look for secrets that survived.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import secrets as chance
import sys
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import yaml
from pydantic import ConfigDict

from listener.bootstrap_sources import secrets_of
from listener.clock import SystemClock
from listener.errors import InputError, ProductError
from listener.ports import Clock
from listener.settings.home import home_folder
from listener.settings.load import load_settings
from listener.settings.schema import ListenerSettings
from listener.sources.context import SourceContext
from listener.sources.http import HttpClient
from listener.sources.registry import build_source
from tests.replay.scrubbing import Scrubber, SecretSurvived

KEPT_HEADERS = ("content-type", "etag", "last-modified", "link", "retry-after", "ratelimit", "x-ratelimit", "x-rate-limit")
BY_LIBRARY = frozenset({"reddit", "x", "imap"})
MOST_PULLS = 20


@dataclass
class Recording(httpx.AsyncBaseTransport):
    """Passes requests on and keeps what was answered: method, address with the host that was meant, status, headers, body."""

    inner: httpx.AsyncBaseTransport = field(default_factory=httpx.AsyncHTTPTransport)
    held: list[tuple[str, str, int, dict[str, str], str]] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self.inner.handle_async_request(request)
        assert isinstance(answer.stream, httpx.AsyncByteStream)
        raw = b"".join([chunk async for chunk in answer.stream])
        await answer.aclose()
        host = request.headers.get("host", request.url.netloc.decode("ascii"))
        url = f"{request.url.scheme}://{host}{request.url.raw_path.decode('ascii')}"
        headers = {name.lower(): value for name, value in answer.headers.items() if name.lower().startswith(KEPT_HEADERS)}
        self.held.append((request.method, url, answer.status_code, headers, _words(raw, answer.headers.get("content-encoding", ""))))
        return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(raw))

    async def aclose(self) -> None:
        await self.inner.aclose()


async def record(
    home: Path, source_id: str, into: Path, *, pulls: int = 3, keep: Sequence[str] = (), clock: Clock | None = None
) -> tuple[Path, int]:
    """Pull a source from its look-back on and write what was answered; return the file and how many answers it holds.

    Nothing of the home changes: no cursor, no mention. Raises `InputError`, `SecretSurvived`, and what the source raises.
    """
    settings = load_settings(home, _Alone)
    found = next((one for one in settings.sources if one.id == source_id), None)
    if found is None:
        there = ", ".join(one.id for one in settings.sources) or "none yet, or --home names another folder"
        raise InputError(f"There is no source {source_id!r}; there are: {there}.")
    if found.kind in BY_LIBRARY:
        raise InputError(f"A {found.kind} source asks through a library of its own; only what our HTTP client asks is recorded.")
    known, sent, wire = secrets_of(home), set[str](), Recording()

    def secret(name: str) -> str | None:
        value = known.get(name)
        sent.update({str(value)} if value else ())
        return value

    http = HttpClient(settings.http, clock=clock or SystemClock(), transport=wire)
    context = SourceContext(http=http, clock=clock or SystemClock(), secrets=secret, brands=settings.brands)
    async with aclosing(http), aclosing(build_source(found, context=context)) as source:
        page = await source.pull(None)
        for _ in range(min(pulls, MOST_PULLS) - 1):
            if not page.more:
                break
            page = await source.pull(page.next)
    return _written(wire, Scrubber(chance.token_bytes(32), secrets=sent, keep=frozenset(keep)), into / f"{source_id}.yaml"), len(wire.held)


def _written(wire: Recording, scrubber: Scrubber, file: Path) -> Path:
    """Write what was held as vcrpy writes it, so that `exchanges_in` and vcrpy read it; the file is whole, or not there."""
    for _, _, _, _, body in wire.held:
        scrubber.learn(body)
    kept: list[dict[str, Any]] = []
    for method, url, status, headers, body in wire.held:
        clean = {name: [scrubber.scrubbed(value)] for name, value in headers.items()}
        answer = {"status": {"code": status, "message": ""}, "headers": clean, "body": {"string": scrubber.scrubbed(body)}}
        kept.append({"request": {"method": method, "uri": scrubber.scrubbed(url), "headers": {}, "body": None}, "response": answer})
    if file.exists():
        raise InputError(f"{file} is there already; name another folder.")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump({"interactions": kept, "version": 1}, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return file


def _words(raw: bytes, coding: str) -> str:
    """Return a body as text. What is no text cannot be looked through, so it is not kept."""
    try:
        return (gzip.decompress(raw) if "gzip" in coding else raw).decode("utf-8")
    except (OSError, EOFError, UnicodeDecodeError):
        raise SecretSurvived("An answer is no text in UTF-8, so nobody can see what it holds; it cannot be recorded.") from None


class _Alone(ListenerSettings):
    """The listening half of klankbord.yaml; the rest is left unread."""

    model_config = ConfigDict(extra="ignore", frozen=True)


def main() -> None:
    """Record as the command line says; exit 1 with one sentence when that cannot be."""
    asked = argparse.ArgumentParser(prog="scripts/record", description="Record scrubbed answers of one source's pulls.")
    asked.add_argument("source", help="id of the source in klankbord.yaml")
    asked.add_argument("into", type=Path, help="folder for the recording, outside the checkout")
    asked.add_argument("--home", help="home folder; KLANKBORD_HOME or the user's data folder by default")
    asked.add_argument("--pulls", type=int, default=3, help=f"pages to pull at most, up to {MOST_PULLS} (3)")
    asked.add_argument(
        "--keep", action="append", default=[], metavar="NAME", help="a name that is no private person's, such as your brand's"
    )
    given = asked.parse_args()
    try:
        file, answers = asyncio.run(record(home_folder(given.home), given.source, given.into, pulls=given.pulls, keep=given.keep))
    except (ProductError, SecretSurvived) as error:
        sys.exit(f"scripts/record: {error} Nothing was written.")
    print(f"{file}: {answers} answers. Read it through before you share it: names inside sentences are nobody's field.")


if __name__ == "__main__":
    main()
