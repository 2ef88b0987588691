"""What holds for every kind of source that asks over our HTTP client, whatever its platform answers (RULES F16, F18, F38)."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from listener.clock import ManualClock
from listener.errors import RateLimited, SourceError, SourceRefused, SourceUnavailable
from listener.ledger.ledger import Ledger
from listener.ports import Source
from listener.settings.schema import BrandSettings, HttpSettings, SourceSettings
from listener.sources import addresses
from listener.sources.context import SourceContext
from listener.sources.http import HttpClient
from listener.sources.incoming import INCOMING
from listener.sources.registry import SOURCES, build_source
from listener.workflows.collect_mentions import CollectMentions
from tests.patience import busy

OTHERS = frozenset({"reddit", "reddit_modqueue", "x", "imap"})
"""Read by client libraries, which have suites of their own."""
ASKING: dict[str, dict[str, Any]] = {
    "bluesky": {"account": "kim.example", "query": "stroomwerk"},
    "discord": {"channels": ["1170000000000000103"]},
    "discourse": {"url": "https://forum.example", "account": "kim"},
    "feed": {"url": "https://news.example/feed"},
    "hackernews": {"query": "stroomwerk"},
    "mastodon": {"url": "https://social.example", "hashtags": ["stroomwerk"]},
    "matrix": {"url": "https://matrix.example", "rooms": ["!room:matrix.example"]},
    "meta_graph": {"network": "facebook", "accounts": ["1234"]},
    "stackexchange": {"site": "stackoverflow", "query": "stroomwerk"},
    "youtube": {"videos": ["dQw4w9WgXcQ"]},
}
LATER = {"retry-after": "600"}
ODD: dict[str, tuple[int, bytes, str]] = {
    "an empty body": (200, b"", "application/json"),
    "no content": (204, b"", ""),
    "a web page": (200, b"<!doctype html><title>Just a moment</title><p>Checking your browser</p>", "text/html"),
    "a web page that says it is JSON": (200, b"<html>login</html>", "application/json"),
    "a captcha": (200, b"<html><form action=/captcha></form></html>", "text/html"),
    "cut JSON": (200, b'{"data": [{"id": "1", "te', "application/json"),
    "cut in a character": (200, '{"data": "Zo\u00eb'.encode()[:-1], "application/json"),
    "a number": (200, b"7", "application/json"),
    "a word": (200, b'"ok"', "application/json"),
    "null": (200, b"null", "application/json"),
    "true": (200, b"true", "application/json"),
    "not a number": (200, b"NaN", "application/json"),
    "a number beyond all": (200, b"1e999999", "application/json"),
    "nesting without end": (200, b"[" * 100_000, "application/json"),
    "a list of lists": (200, b"[[[]]]", "application/json"),
    "a list of numbers": (200, b"[1, 2, 3]", "application/json"),
    "an error in a 200": (200, b'{"error": "internal", "message": "try later"}', "application/json"),
    "an error list in a 200": (200, b'{"errors": [{"message": "x"}]}', "application/json"),
    "other keys": (200, b'{"hello": "world"}', "application/json"),
    "a key given twice": (200, b'{"x": 1, "x": 2}', "application/json"),
    "bytes that are no text": (200, bytes(range(256)), "application/json"),
    "zeros": (200, bytes(5_000), "application/json"),
    "a picture": (200, b"\x89PNG\r\n\x1a\n" + bytes(50), "image/png"),
    "a hundred megabytes": (200, b"[" + b" " * 20_000_000, "application/json"),
    "not modified, though nobody asked": (304, b"", ""),
    "a redirect to a login": (302, b"", "https://login.example/"),
    "a redirect to nowhere": (301, b"", ""),
    "a server error": (500, b"oops", "text/plain"),
    "a gateway error": (502, b"<html>502</html>", "text/html"),
    "a teapot": (418, b"{}", "application/json"),
}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 3, 2, 12, tzinfo=UTC))


async def _anywhere(host: str, port: int) -> tuple[str, ...]:
    del host, port
    return ("93.184.215.14",)


async def _nowhere(host: str, port: int) -> tuple[str, ...]:
    del port
    raise socket.gaierror(f"{host}: Temporary failure in name resolution")


def _reply(status: int, body: bytes, headers: dict[str, str]) -> httpx.Response:
    return httpx.Response(status, stream=httpx.ByteStream(body), headers=headers)


def _context(clock: ManualClock, answer: Callable[[httpx.Request], httpx.Response], resolve: Any = _anywhere) -> SourceContext:
    http = HttpClient(HttpSettings.model_validate({}), clock=clock, resolve=resolve, transport=httpx.MockTransport(answer))
    return SourceContext(http=http, clock=clock, secrets=lambda _: "a-key", brands=(BrandSettings.model_validate({"name": "Stroomwerk"}),))


def _source(kind: str, context: SourceContext) -> Source:
    return build_source(SourceSettings.model_validate({"id": kind.replace("_", "-"), "kind": kind, **ASKING[kind]}), context=context)


def test_every_kind_is_in_this_file() -> None:
    """A new kind has to hold too."""
    assert ASKING.keys() == SOURCES.keys() - INCOMING.keys() - OTHERS


@pytest.mark.parametrize("kind", ASKING)
async def test_no_odd_answer_passes_for_nothing_new(kind: str, clock: ManualClock) -> None:
    """RULES F18: it is an error of ours, or what was odd is listed; a page that is silently empty would be a lie."""
    lied: list[str] = []
    for name, (status, body, of_type) in ODD.items():
        where = {"location": of_type} if status in (301, 302) and of_type else {"content-type": of_type or "text/plain"}
        context = _context(clock, lambda _, status=status, body=body, where=where: _reply(status, body, where))  # type: ignore[misc]  # mypy infers no type for a lambda with defaults
        source = _source(kind, context)
        try:
            async with asyncio.timeout(10):
                page = await source.pull(None)
        except SourceError:
            continue
        finally:
            await source.aclose()
        if not (page.mentions or page.skipped or page.gap):
            lied.append(name)
    assert lied == []


@pytest.mark.parametrize("kind", ASKING)
async def test_a_platform_that_asks_to_wait_is_left_alone_until_then(kind: str, clock: ManualClock) -> None:
    """RULES F16: whoever asks within the window is told to wait without a single request."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return _reply(429, b"", LATER)

    context = _context(clock, answer)
    for _ in range(5):
        source = _source(kind, context)
        with pytest.raises(RateLimited) as told:
            await source.pull(None)
        assert told.value.wait_seconds == pytest.approx(600, abs=1)
        await source.aclose()
    assert len(asked) == 1


@pytest.mark.parametrize("kind", ASKING)
async def test_a_key_that_is_no_longer_good_is_told_as_such(kind: str, clock: ManualClock) -> None:
    """RULES F19: a person has to act, and which key it is about is what they are told."""
    body = json.dumps({"error": "invalid_token", "errcode": "M_UNKNOWN_TOKEN"}).encode()
    context = _context(clock, lambda _: _reply(401, body, {}))
    source = _source(kind, context)
    with pytest.raises(SourceRefused) as told:
        await source.pull(None)
    assert told.value.cause in ("token_expired", "token_rejected")
    await source.aclose()


async def test_without_a_network_every_source_says_so_and_nothing_else_fails(ledger: Ledger, clock: ManualClock) -> None:
    """RULES F38: the service is up in seconds, its collectors are red, and each is tried again."""
    began = time.monotonic()
    context = _context(clock, lambda _: _reply(200, b"", {}), resolve=_nowhere)
    collect = CollectMentions(ledger, (), clock=clock)
    results = await asyncio.gather(*(collect.round(_source(kind, context)) for kind in ASKING))
    assert time.monotonic() - began < 15 * busy()
    assert all(isinstance(one.error, SourceUnavailable) for one in results), [one.error for one in results]
    assert {one.state for one in ledger.sources.states()} == {"blind"}


async def test_names_that_hang_hold_up_no_other_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's resolver blocks a thread for as long as it likes; a dozen dead hosts must not use up those of everybody."""
    free = threading.Event()

    def resolve(host: str, *_: object, **__: object) -> list[Any]:
        if host == "dead.example":
            free.wait(60)
        return [(2, 1, 6, "", ("93.184.215.14", 443))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    hanging = [asyncio.create_task(addresses.resolve_by_system("dead.example", 443)) for _ in range(16)]
    await asyncio.sleep(0)
    try:
        assert await addresses.resolve_by_system("alive.example", 443) == ("93.184.215.14",)
        assert await asyncio.to_thread(lambda: 7) == 7
        assert not any(one.done() for one in hanging), "whoever comes later is answered before them"
    finally:
        free.set()
        await asyncio.gather(*hanging)
