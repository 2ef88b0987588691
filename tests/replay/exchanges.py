"""Recorded exchanges of any recorder as (method, address, status, headers, body), and a client that is answered from them."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import yaml

from listener.clock import ManualClock
from listener.settings.schema import HttpSettings
from listener.sources.http import HttpClient
from tests.replay.cassettes import filled_in

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and what was answered; `found` is its JSON, None when it is none."""

    method: str
    url: str
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def found(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            return None


def exchanges_in(path: Path) -> list[Exchange]:
    """Return what a recording holds: vcrpy's YAML or JSON, R-vcr's YAML, or one plain JSON body."""
    if path.suffix == ".json":
        held = _cassette(path)
        if held is None:
            return [Exchange(method="GET", url="", status=200, body=path.read_bytes())]
    else:
        held = yaml.load(path.read_text(encoding="utf-8"), _LOADER)  # the safe loader, in C where it is there
    if "http_interactions" in held:
        return [_exchange(one, one["response"]["status"]) for one in held["http_interactions"]]
    return [_exchange(one, one["response"]["status"]["code"]) for one in held["interactions"]]


def _cassette(path: Path) -> dict[str, Any] | None:
    """Return a conversation that vcrpy kept as JSON, its placeholders filled in; None for any other JSON."""
    try:
        held = json.loads(filled_in(path))
    except ValueError:
        return None
    return held if isinstance(held, dict) and isinstance(held.get("interactions"), list) else None


def _exchange(one: dict[str, Any], status: int) -> Exchange:
    body = one["response"]["body"].get("string") or b""
    raw = body.encode() if isinstance(body, str) else bytes(body)
    named = {
        str(name).lower(): str(value[0] if isinstance(value, list) else value) for name, value in one["response"].get("headers", {}).items()
    }
    headers = {name: value for name, value in named.items() if name.startswith(("ratelimit", "x-ratelimit", "retry-after"))}
    unpacked = gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw
    return Exchange(method=one["request"]["method"].upper(), url=one["request"]["uri"], status=status, body=unpacked, headers=headers)


Answering = Callable[[httpx.Request], httpx.Response]


@asynccontextmanager
async def answered_by(answering: Answering, clock: ManualClock) -> AsyncIterator[HttpClient]:
    """Open an HTTP client whose every request is answered by a function: no network, no waiting."""

    def streamed(request: httpx.Request) -> httpx.Response:
        answer = answering(request)
        return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(answer.content))

    client = HttpClient(HttpSettings.model_validate({}), clock=clock, resolve=_anywhere, transport=httpx.MockTransport(streamed))
    try:
        yield client
    finally:
        await client.aclose()


async def _anywhere(_: str, __: int) -> tuple[str, ...]:
    return ("93.184.215.14",)


def response(exchange: Exchange) -> httpx.Response:
    """Return a recorded answer for a client."""
    return httpx.Response(exchange.status, headers=dict(exchange.headers), content=exchange.body)


def things(body: Any, is_one: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
    """Return every object within a body, however deep, that `is_one` takes; objects within those are not looked at."""
    if isinstance(body, list):
        return [thing for inner in body for thing in things(inner, is_one)]
    if not isinstance(body, dict):
        return []
    if is_one(body):
        return [body]
    return [thing for value in body.values() for thing in things(value, is_one)]


def recordings_of(folder: Path, *endings: str) -> Sequence[Path]:
    """Return the recordings of a platform, by name."""
    return sorted(path for path in folder.rglob("*") if path.suffix in endings)
