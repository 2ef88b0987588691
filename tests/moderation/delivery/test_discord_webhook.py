"""Sending a digest to Discord: once, silently, and the secret stays ours."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from moderation.delivery import discord_webhook
from moderation.delivery.discord_webhook import Delivered, NotDelivered, post_digest
from moderation.delivery.outgoing import plain_transport

TOKEN = "geheim-token_AbC123"
ADDRESS = f"https://discord.com/api/webhooks/123456789012345678/{TOKEN}"
PAYLOAD: dict[str, Any] = {"embeds": [{"title": "Nieuw", "description": "x"}], "allowed_mentions": {"parse": ["everyone"]}}

Answer = Callable[[httpx.Request], httpx.Response]


class FakeDiscord(httpx.AsyncBaseTransport):
    """Answers what it is told to, one answer a request, and keeps what it was sent."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(answer.content))


class Waits:
    """Remembers how long somebody wanted to wait, and does not."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def accepted() -> httpx.Response:
    return httpx.Response(200, json={"id": "998877665544332211"})


async def test_discord_is_told_which_klankbord_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever looks into a fault there asks for the version first; one that is written down by hand is soon wrong."""
    monkeypatch.setattr(discord_webhook, "product_version", lambda: "9.8.7")
    discord = FakeDiscord(accepted())
    await post_digest(SecretStr(ADDRESS), PAYLOAD, http=discord)
    assert discord.requests[0].headers["User-Agent"] == "Klankbord (self-hosted, 9.8.7)"


async def test_an_accepted_digest_is_delivered_and_pings_nobody() -> None:
    """Even a payload that asks for @everyone cannot have it (RULES S22)."""
    discord = FakeDiscord(accepted())
    assert await post_digest(SecretStr(ADDRESS), PAYLOAD, http=discord) == Delivered(message_id="998877665544332211")
    [request] = discord.requests
    assert (request.method, request.url.path, request.url.params["wait"]) == ("POST", f"/api/webhooks/123456789012345678/{TOKEN}", "true")
    assert json.loads(request.content) == {**PAYLOAD, "allowed_mentions": {"parse": []}}


@pytest.mark.parametrize(
    "address",
    [
        "",
        "not an address",
        "http://discord.com/api/webhooks/1/abc",  # no TLS
        "https://discord.com.slecht.example/api/webhooks/1/abc",
        "https://slecht.example/api/webhooks/1/abc",
        "https://discord.com@slecht.example/api/webhooks/1/abc",
        "https://iemand:x@discord.com/api/webhooks/1/abc",
        "https://discord.com:8443/api/webhooks/1/abc",
        "https://discord.com/api/users/@me",
        "https://discord.com/api/webhooks/1/abc/../../../users",
        "https://discord.com/api/webhooks/1/abc?wait=false&x=1",
        "https://discord.com/api/webhooks/1",
        "http://127.0.0.1:5000/api/webhooks/1/abc",  # loopback only when a test asks for it
        "https://[::1",
    ],
)
async def test_only_a_discord_webhook_is_ever_called(address: str) -> None:
    discord = FakeDiscord()
    outcome = await post_digest(SecretStr(address), PAYLOAD, http=discord)
    assert isinstance(outcome, NotDelivered)
    assert "not a Discord webhook" in outcome.reason
    assert not outcome.may_have_arrived
    assert discord.requests == []


@pytest.mark.parametrize("host", sorted(discord_webhook.HOSTS))
async def test_every_host_of_discord_and_a_thread_may_be_named(host: str) -> None:
    discord = FakeDiscord(accepted())
    address = f"https://{host}/api/v10/webhooks/1/abc?thread_id=42"
    assert isinstance(await post_digest(SecretStr(address), PAYLOAD, http=discord), Delivered)
    assert dict(discord.requests[0].url.params) == {"thread_id": "42", "wait": "true"}


async def test_a_rate_limit_is_waited_out_once() -> None:
    """A 429 says that nothing was accepted, so sending again doubles nothing."""
    waits = Waits()
    discord = FakeDiscord(httpx.Response(429, json={"retry_after": 1.25}), accepted())
    assert isinstance(await post_digest(SecretStr(ADDRESS), PAYLOAD, http=discord, sleep=waits), Delivered)
    assert waits.seconds == [1.25]
    discord = FakeDiscord(httpx.Response(429, headers={"Retry-After": "2"}), httpx.Response(429, json={"retry_after": 3}), accepted())
    outcome = await post_digest(SecretStr(ADDRESS), PAYLOAD, http=discord, sleep=waits)
    assert isinstance(outcome, NotDelivered)
    assert (len(discord.requests), waits.seconds) == (2, [1.25, 2.0])


@pytest.mark.parametrize(("given", "waited"), [(-5, 0.0), ("soon", 1.0), (None, 1.0), (float("nan"), 1.0)])
async def test_a_strange_wait_is_a_short_one(given: object, waited: float) -> None:
    waits = Waits()
    body = json.dumps({"retry_after": given}).encode()
    discord = FakeDiscord(httpx.Response(429, content=body), accepted())
    assert isinstance(await post_digest(SecretStr(ADDRESS), PAYLOAD, http=discord, sleep=waits), Delivered)
    assert waits.seconds == [waited]


async def test_a_long_wait_is_not_sat_out() -> None:
    waits = Waits()
    discord = FakeDiscord(httpx.Response(429, json={"retry_after": 3600}))
    outcome = await post_digest(SecretStr(ADDRESS), PAYLOAD, http=discord, sleep=waits)
    assert outcome == NotDelivered(reason="Discord asks to wait 3600 seconds", why="later", wait_seconds=3600.0)
    assert waits.seconds == []


@pytest.mark.parametrize(
    ("answer", "words", "may_have_arrived"),
    [
        (httpx.Response(404, json={"message": "Unknown Webhook", "code": 10015}), "make a new one", False),
        (httpx.Response(401), "make a new one", False),
        (httpx.Response(400, json={"message": "Invalid Form Body", "code": 50035}), "code 50035", False),
        (httpx.Response(400, content=b"[" * 100_000), "code unknown", False),
        (httpx.Response(302, headers={"Location": "https://slecht.example"}), "302", False),
        (httpx.Response(500), "500", True),
        (httpx.Response(502, text="<html>"), "502", True),
        (httpx.ReadTimeout(f"timed out {ADDRESS}"), "no answer within", True),
        (httpx.ReadError(f"reset {ADDRESS}"), "connection broke", True),
        (httpx.RemoteProtocolError(f"gone {ADDRESS}"), "connection broke", True),
        (httpx.ConnectError(f"refused {ADDRESS}"), "could not be reached", False),
        (httpx.ConnectTimeout(f"slow {ADDRESS}"), "could not be reached", False),
    ],
)
async def test_a_failure_is_told_once_without_the_secret(
    answer: httpx.Response | Exception, words: str, may_have_arrived: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """No retry, no redirect, no exception, and the token in no reason and no log line (RULES S29)."""
    caplog.set_level(logging.DEBUG)
    discord = FakeDiscord(answer)
    outcome = await post_digest(SecretStr(ADDRESS), PAYLOAD, http=discord)
    assert isinstance(outcome, NotDelivered)
    assert words in outcome.reason
    assert outcome.may_have_arrived is may_have_arrived
    assert len(discord.requests) == 1
    assert TOKEN not in repr(outcome) + caplog.text


@asynccontextmanager
async def loopback_server(answer: bytes | None) -> AsyncIterator[tuple[int, list[bytes]]]:
    """Serve HTTP on a free port: `answer` to each request, or silence for None."""
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.read(100_000))
        if answer is None:
            await asyncio.sleep(5)
        else:
            writer.write(answer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], seen


async def test_a_real_connection_sends_one_request_and_logs_no_token(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    body = b'{"id": "42"}'
    reply = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(body), body)
    async with loopback_server(reply) as (port, seen), plain_transport() as http:
        address = SecretStr(f"http://127.0.0.1:{port}/api/webhooks/1/{TOKEN}")
        assert await post_digest(address, PAYLOAD, http=http, allow_loopback=True) == Delivered(message_id="42")
    assert len(seen) == 1
    assert b"POST /api/webhooks/1/" in seen[0]
    assert TOKEN not in caplog.text


async def test_a_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discord_webhook, "TIMEOUT_SECONDS", 0.2)
    async with loopback_server(None) as (port, seen), plain_transport() as http:
        address = SecretStr(f"http://127.0.0.1:{port}/api/webhooks/1/abc")
        outcome = await post_digest(address, PAYLOAD, http=http, allow_loopback=True)
    assert isinstance(outcome, NotDelivered)
    assert outcome.may_have_arrived
    assert len(seen) == 1
