"""One write request is made once, to a checked address, and its outcome is never guessed (RULES 2.1, F16, F18, S20)."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from listener.clock import ManualClock
from listener.errors import NotSent, ProductError, PublishRejected, PublishUnknown, RateLimited, SourceRefused, SourceUnavailable
from listener.settings.schema import HttpSettings
from moderation.publishers.answer import Answer
from moderation.publishers.http import WriteClient
from tests.fakes.desk import MORNING
from tests.listener.sources.test_addresses import INSIDE, NO_ADDRESSES, SPELLINGS

PUBLIC = "93.184.215.14"
TOKEN = "Bearer kb-secret-token"
HTML = b"<!doctype html><html><body>We'll be right back</body></html>"
JSON = {"content-type": "application/json"}
PAGE = {"content-type": "text/html; charset=utf-8"}


async def public(host: str, port: int) -> tuple[str, ...]:
    return (PUBLIC,)


def client(answer: Callable[[httpx.Request], httpx.Response], *, reached: list[httpx.Request] | None = None) -> WriteClient:
    """Return a client whose platform answers this, and that notes what reached it."""

    def handle(request: httpx.Request) -> httpx.Response:
        if reached is not None:
            reached.append(request)
        return answer(request)

    return WriteClient(
        "https://social.example",
        settings=HttpSettings.model_validate({"timeout_seconds": 0.5, "most_bytes": 2_000}),
        headers=lambda: {"Authorization": TOKEN},
        clock=ManualClock(MORNING),
        resolve=public,
        transport=httpx.MockTransport(handle),
    )


def said(status: int, body: bytes, headers: dict[str, str] = JSON) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _request: httpx.Response(status, headers=headers, stream=Raw(body))


# status, body and headers after which the platform may have accepted, or may not
UNCLEAR: list[tuple[int, bytes, dict[str, str]]] = [
    (200, HTML, PAGE), (200, b"", JSON), (204, b"", {}), (200, b'{"id": "1', JSON), (200, b"[]", JSON), (200, b"null", JSON),
    (200, b'"x"', JSON), (200, b'{"id": NaN}', JSON), (200, b'{"id": "1", "id": "2"}', JSON), (200, b"\xff\xfe", JSON),
    (200, b"[" * 1500, JSON), (200, b"x" * 2_001, JSON), (200, b"{}", {"content-encoding": "br"}),
    (200, b"no gzip", {"content-encoding": "gzip"}), (302, b"", {"location": "/login"}), (301, b"", {"location": "https://x.example"}),
    (303, b"", {}), (500, b"{}", JSON), (502, HTML, PAGE), (503, b"", {}), (503, b"", {"retry-after": "30"}), (504, HTML, PAGE),
    (408, b"", {}), (421, b"", {}), (425, b"", {}), (403, HTML, PAGE), (404, HTML, {}), (600, b"", {}),
]  # fmt: skip


class Raw(httpx.AsyncByteStream):
    """A body as it stands, not unpacked by the test's own library."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._content


@pytest.mark.parametrize(("status", "body", "headers"), UNCLEAR)
async def test_an_answer_that_proves_nothing_is_unknown_and_the_request_is_made_once(
    status: int, body: bytes, headers: dict[str, str]
) -> None:
    reached: list[httpx.Request] = []
    here = client(said(status, body, headers), reached=reached)
    with pytest.raises(PublishUnknown):
        await here.write_json("POST", "/posts", json={"text": "Dag"})
    assert len(reached) == 1


@pytest.mark.parametrize(("status", "body", "headers"), UNCLEAR)
async def test_reading_never_takes_such_an_answer_for_an_empty_list(status: int, body: bytes, headers: dict[str, str]) -> None:
    here = client(said(status, body, headers))
    if body in (b"[]", b"null", b'"x"'):  # JSON; whether it is a list of posts is for the platform's file to say
        assert await here.ask_json("/own") in ([], None, "x")
        return
    with pytest.raises((SourceUnavailable, SourceRefused)):
        await here.ask_json("/own")


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (400, "invalid"),
        (403, "forbidden"),
        (404, "gone"),
        (410, "gone"),
        (413, "too_long"),
        (422, "invalid"),
        (409, ""),
    ],
)
async def test_a_refusal_is_final_and_says_why(status: int, why: str) -> None:
    with pytest.raises(PublishRejected, match="Not here") as refused:
        await client(said(status, b'{"error": "Not here"}')).write("POST", "/posts", json={})
    assert refused.value.why == why


async def test_a_key_that_is_not_taken_is_for_a_person_to_renew() -> None:
    with pytest.raises(SourceRefused, match="renew"):
        await client(said(401, b'{"error": "The access token is invalid"}')).write("POST", "/posts", json={})


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"retry-after": "30"}, b"", 30),
        ({"retry-after": "Mon, 02 Mar 2026 09:00:40 GMT"}, b"", 40),
        ({"retry-after": "soon"}, b"", 60),
        ({"retry-after": "1000000000"}, b"", 900),
        ({}, b"", 60),
        ({}, b'{"retry_after": 2.5, "global": true}', 2.5),
        ({}, b'{"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 4000}', 4),
        ({}, b'{"errors": ["slow down"], "extras": {"wait_seconds": 12}}', 12),
        ({"x-ratelimit-reset": "2026-03-02T09:05:00Z"}, b"", 300),
        ({"x-rate-limit-reset": str(int(MORNING.timestamp()) + 70)}, b"", 70),
        ({"content-type": "text/html"}, HTML, 60),
    ],
)
async def test_too_many_requests_is_told_in_every_dialect(headers: dict[str, str], body: bytes, seconds: float) -> None:
    with pytest.raises(RateLimited) as limited:
        await client(said(429, body, headers)).write("POST", "/posts", json={})
    assert limited.value.wait_seconds == pytest.approx(seconds)


@pytest.mark.parametrize(
    "failure", [httpx.ReadTimeout, httpx.WriteTimeout, httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError, ConnectionResetError]
)
async def test_a_connection_that_dies_with_the_request_under_way_is_unknown(failure: type[Exception]) -> None:
    def die(_: httpx.Request) -> httpx.Response:
        raise failure("gone")

    with pytest.raises(PublishUnknown):
        await client(die).write("POST", "/posts", json={})


@pytest.mark.parametrize("failure", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
async def test_without_a_connection_nothing_was_sent(failure: type[Exception]) -> None:
    def die(_: httpx.Request) -> httpx.Response:
        raise failure("refused")

    with pytest.raises(NotSent):
        await client(die).write("POST", "/posts", json={})


async def test_a_closed_port_of_this_machine_gets_nothing() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        here = WriteClient(f"http://127.0.0.1:{taken.getsockname()[1]}", settings=HttpSettings.model_validate({}), allow_private=True)
        with pytest.raises(NotSent):
            await here.write("POST", "/posts", json={})
        await here.aclose()


async def test_a_platform_that_hangs_is_given_up_and_unknown() -> None:
    held = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await held.wait()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    settings = HttpSettings.model_validate({"timeout_seconds": 0.2})
    here = WriteClient(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", settings=settings, allow_private=True)
    try:
        with pytest.raises(PublishUnknown):
            await here.write("POST", "/posts", json={})
        with pytest.raises(SourceUnavailable):
            await here.ask("/own")
    finally:
        held.set()
        await here.aclose()
        server.close()


async def test_a_name_that_is_not_known_means_nothing_was_sent() -> None:
    async def unknown(host: str, port: int) -> tuple[str, ...]:
        raise OSError("no such name")

    here = WriteClient("https://social.example", settings=HttpSettings.model_validate({}), resolve=unknown)
    with pytest.raises(NotSent):
        await here.write("POST", "/posts", json={})
    with pytest.raises(SourceUnavailable):
        await here.ask("/own")


@pytest.mark.parametrize("address", [*SPELLINGS, *NO_ADDRESSES])
async def test_no_address_inside_is_ever_written_to(address: str) -> None:
    """A server name that somebody typed must not become a way into the network we run in (S20, I24)."""
    reached: list[httpx.Request] = []

    def note(request: httpx.Request) -> httpx.Response:
        reached.append(request)
        return httpx.Response(200, json={})

    here = WriteClient(address, settings=HttpSettings.model_validate({}), transport=httpx.MockTransport(note))
    with pytest.raises((SourceRefused, NotSent)):
        await here.write("POST", "/posts", json={})
    assert reached == []


@pytest.mark.parametrize("inside", INSIDE)
async def test_no_name_leads_a_write_inside(inside: str) -> None:
    reached: list[httpx.Request] = []

    async def resolve(host: str, port: int) -> tuple[str, ...]:
        return (PUBLIC, inside)

    def note(request: httpx.Request) -> httpx.Response:
        reached.append(request)
        return httpx.Response(200, json={})

    here = WriteClient(
        "https://social.example", settings=HttpSettings.model_validate({}), resolve=resolve, transport=httpx.MockTransport(note)
    )
    with pytest.raises((SourceRefused, NotSent)):
        await here.write("POST", "/posts", json={})
    assert reached == []


async def test_a_private_account_sends_no_key_over_plain_http_to_the_world() -> None:
    here = WriteClient("http://social.example", settings=HttpSettings.model_validate({}), allow_private=True, resolve=public)
    with pytest.raises(SourceRefused, match="without TLS"):
        await here.write("POST", "/posts", json={})


async def test_the_request_goes_to_the_checked_address_under_the_platforms_own_name() -> None:
    reached: list[httpx.Request] = []
    await client(said(200, b'{"id": "1"}'), reached=reached).write("POST", "/posts?x=1", json={"text": "Dag"})
    (request,) = reached
    assert (request.url.host, request.headers["host"], request.headers["authorization"]) == (PUBLIC, "social.example", TOKEN)
    assert request.extensions["sni_hostname"] == "social.example"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500])
async def test_no_error_repeats_what_we_sent_in_our_headers(status: int) -> None:
    body = b'{"error": "bad token kb-secret-token in request"}'
    here = client(said(status, body))
    for asked in (here.write("POST", "/posts", json={}), here.ask("/own")):
        with pytest.raises(ProductError) as told:
            await asked
        assert "kb-secret" not in str(told.value)


async def test_a_text_that_cannot_be_encoded_is_refused_before_anything_is_sent() -> None:
    reached: list[httpx.Request] = []
    with pytest.raises(PublishRejected):
        await client(said(200, b"{}"), reached=reached).write("POST", "/posts", json={"text": "half \ud83d"})
    assert reached == []


async def test_a_platform_reads_its_own_refusals_first() -> None:
    def judge(answer: Answer) -> Exception | None:
        return PublishUnknown("said before") if answer.status == 422 and "similar" in answer.said else None

    here = client(said(422, b'{"errors": ["Body is too similar to what you recently posted"]}'))
    here._judge = judge
    with pytest.raises(PublishUnknown):
        await here.write("POST", "/posts", json={})
