"""Recorded exchanges of any recorder as (method, address, status, headers, body), and a client that is answered from them."""

from __future__ import annotations

import base64
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
    """Return what a recording holds: one plain JSON body, or a conversation kept by vcrpy, betamax, or the vcr of R, Ruby or Go."""
    if path.suffix == ".json":
        held = _cassette(path)
        if held is None:
            return [Exchange(method="GET", url="", status=200, body=path.read_bytes())]
    else:
        held = yaml.load(path.read_text(encoding="utf-8"), _LOADER)  # the safe loader, in C where it is there
    return [_exchange(one) for one in held["http_interactions" if "http_interactions" in held else "interactions"]]


def _cassette(path: Path) -> dict[str, Any] | None:
    """Return a conversation that vcrpy or betamax kept as JSON, its placeholders filled in; None for any other JSON."""
    try:
        held = json.loads(filled_in(path))
    except ValueError:
        return None
    listed = held.get("interactions") or held.get("http_interactions") if isinstance(held, dict) else None
    return (
        held
        if isinstance(listed, list) and all(isinstance(one, dict) and {"request", "response"} <= one.keys() for one in listed)
        else None
    )


def _exchange(one: dict[str, Any]) -> Exchange:
    asked, answered = one["request"], one["response"]
    told = next(answered[name] for name in ("status_code", "code", "status") if name in answered)
    if isinstance(told, dict):
        told = told.get("code", told.get("status_code"))
    status = int(str(told).split()[0])
    body = answered["body"] if "body" in answered else answered.get("content")
    if isinstance(body, dict):
        body = base64.b64decode(body["base64_string"]) if "base64_string" in body else body.get("string")
    raw = body.encode() if isinstance(body, str) else bytes(body or b"")
    heads = answered.get("headers") or {}
    named = {str(name).lower(): str(value[0] if isinstance(value, list) and value else value) for name, value in heads.items()}
    headers = {name: value for name, value in named.items() if name.startswith(("ratelimit", "x-ratelimit", "retry-after"))}
    unpacked = gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw
    url = str(asked["uri"] if "uri" in asked else asked["url"])
    return Exchange(method=asked["method"].upper(), url=url, status=status, body=unpacked, headers=headers)


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
