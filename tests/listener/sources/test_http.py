"""The HTTP client against sites that misbehave: it ends in time, holds little, and says what to do (RULES F16-F19, P37)."""

from __future__ import annotations

import gzip
import json
import tracemalloc
import zlib
from collections.abc import AsyncIterator

import pytest

from listener.clock import ManualClock
from listener.errors import RateLimited, SourceError, SourceRefused, SourceUnavailable
from listener.settings.schema import HttpSettings
from listener.sources.http import Answer, HttpClient
from listener.sources.retry_after import wait_seconds
from tests.fakes.site import Reply, Site, open_site


@pytest.fixture
async def impatient(clock: ManualClock) -> AsyncIterator[HttpClient]:
    """One that waits two seconds for an answer; the other of these tests waits as long as a busy machine may need."""
    client = HttpClient(HttpSettings.model_validate({"timeout_seconds": 2}), clock=clock)
    yield client
    await client.aclose()


async def _get(http: HttpClient, site: Site, reply: Reply, path: str = "/") -> Answer:
    site.answer = lambda _: reply
    return await http.get(site.url(path), allow_http=True, allow_private=True)


async def test_a_request_names_us_and_whom_to_write_to(http: HttpClient, site: Site) -> None:
    """A site owner must be able to reach whoever polls them (RULES P37)."""
    await _get(http, site, Reply(body=b"x"))
    (request,) = site.requests
    assert request.headers["user-agent"].startswith("Klankbord/")
    assert "webcare@example.org" in request.headers["user-agent"]
    assert "cookie" not in request.headers


async def test_cookies_are_not_kept(http: HttpClient, site: Site) -> None:
    await _get(http, site, Reply(body=b"x", headers={"Set-Cookie": "who=you"}))
    await _get(http, site, Reply(body=b"x"))
    assert "cookie" not in site.requests[1].headers


async def test_an_answer_that_never_ends_is_stopped_by_its_size(http: HttpClient, site: Site) -> None:
    with pytest.raises(SourceUnavailable, match="more than 100,000 bytes"):
        await _get(http, site, Reply(body=b"x" * 20_000, endless=True))


async def test_an_answer_that_trickles_is_stopped_by_its_time(impatient: HttpClient, site: Site) -> None:
    """A byte now and then would satisfy every read time-out."""
    with pytest.raises(SourceUnavailable, match="longer than 2 seconds"):
        await _get(impatient, site, Reply(body=b"x", endless=True))


async def test_a_site_that_says_nothing_is_given_up(impatient: HttpClient, site: Site) -> None:
    with pytest.raises(SourceUnavailable):
        await _get(impatient, site, Reply(body=b"x", stall_seconds=10))


async def test_a_compressed_bomb_costs_little_memory(http: HttpClient, site: Site) -> None:
    """200 MB of zeros in 200 kB."""
    bomb = gzip.compress(b"\0" * 200_000_000, compresslevel=9)
    tracemalloc.start()
    try:
        with pytest.raises(SourceUnavailable, match="more than"):
            await _get(http, site, Reply(body=bomb, headers={"Content-Encoding": "gzip"}))
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("coding", "packed"),
    [("gzip", gzip.compress(b"words", mtime=0)), ("deflate", zlib.compress(b"words")), ("identity", b"words")],
    ids=["gzip", "deflate", "identity"],
)
async def test_usual_compression_is_unpacked(http: HttpClient, site: Site, coding: str, packed: bytes) -> None:
    answer = await _get(http, site, Reply(body=packed, headers={"Content-Encoding": coding}))
    assert answer.body == b"words"


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(body=b"not gzip", headers={"Content-Encoding": "gzip"}), SourceUnavailable),
        (Reply(body=b"x", headers={"Content-Encoding": "br"}), SourceUnavailable),
        (Reply(raw=b""), SourceUnavailable),
        (Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"), SourceUnavailable),
        (Reply(raw=b"\x16\x03\x01\x02\x00 this is no HTTP\r\n\r\n"), SourceUnavailable),
        (Reply(raw=b"HTTP/1.1 200 OK\r\nA: " + b"x" * 200_000 + b"\r\n\r\n"), SourceUnavailable),
        (Reply(status=400), SourceRefused),
        (Reply(status=401), SourceRefused),
        (Reply(status=403), SourceRefused),
        (Reply(status=404), SourceRefused),
        (Reply(status=410), SourceRefused),
        (Reply(status=418), SourceRefused),
        (Reply(status=451), SourceRefused),
        (Reply(status=408), SourceUnavailable),
        (Reply(status=500), SourceUnavailable),
        (Reply(status=502), SourceUnavailable),
        (Reply(status=503), SourceUnavailable),
        (Reply(status=304 + 1), SourceUnavailable),  # an odd redirect
        (Reply(status=302), SourceUnavailable),  # a redirect to nowhere
        (Reply(status=429), RateLimited),
        (Reply(status=503, headers={"Retry-After": "7"}), RateLimited),
    ],
)
async def test_every_kind_of_trouble_is_one_of_three(http: HttpClient, site: Site, reply: Reply, error: type[SourceError]) -> None:
    with pytest.raises(error) as told:
        await _get(http, site, reply, "/feed?key=canary")
    assert "canary" not in str(told.value)


async def test_a_refused_connection_is_told(http: HttpClient) -> None:
    with pytest.raises(SourceUnavailable):
        await http.get("http://127.0.0.1:1/", allow_http=True, allow_private=True)


async def test_loopback_stays_closed_without_leave(http: HttpClient, site: Site) -> None:
    with pytest.raises(SourceRefused):
        await http.get(site.url("/"), allow_http=True)
    assert site.requests == []


async def test_a_redirect_from_an_allowed_site_to_another_loopback_address_is_refused(http: HttpClient, site: Site) -> None:
    site.answer = lambda request: Reply(status=302, headers={"Location": f"http://127.0.0.2:{site.port}/inside"})
    with pytest.raises(SourceRefused):
        await http.get(site.url("/"), allow_http=True, allow_private=True)
    assert len(site.requests) == 1


@pytest.mark.parametrize("name", ["Authorization", "Api-Key", "Api-Username", "X-Goog-Api-Key", "Cookie", "X-A-Key-Of-Tomorrow"])
async def test_a_key_does_not_follow_a_redirect_to_another_port(http: HttpClient, site: Site, name: str) -> None:
    """Another port of the same machine may be somebody else's program."""
    async with open_site() as other:
        other.answer = lambda _: Reply(body=b"x")
        site.answer = lambda _: Reply(status=302, headers={"Location": other.url("/")})
        await http.get(site.url("/"), headers={name: "Bearer canary"}, allow_http=True, allow_private=True)
        assert site.requests[0].headers[name.lower()] == "Bearer canary"
        assert name.lower() not in other.requests[0].headers


async def test_what_asks_for_a_language_or_whether_it_changed_goes_along(http: HttpClient, site: Site) -> None:
    async with open_site() as other:
        other.answer = lambda _: Reply(body=b"x")
        site.answer = lambda _: Reply(status=302, headers={"Location": other.url("/")})
        heads = {"Accept": "application/json", "If-None-Match": '"1"'}
        await http.get(site.url("/"), headers=heads, allow_http=True, allow_private=True)
        assert {name: other.requests[0].headers[name.lower()] for name in heads} == heads


async def test_not_modified_is_an_answer(http: HttpClient, site: Site) -> None:
    answer = await _get(http, site, Reply(status=304))
    assert (answer.status, answer.body) == (304, b"")


NOW = 1_772_452_800.0  # 2 March 2026, 12:00 UTC


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"retry-after": "30"}, b"", 30),
        ({"retry-after": "4.5"}, b"", 4.5),
        ({"retry-after": "Mon, 02 Mar 2026 12:01:30 GMT"}, b"", 90),
        ({"retry-after": "Mon, 02 Mar 2026 11:00:00 GMT"}, b"", 1),  # a moment that is over
        ({"retry-after": "0"}, b"", 1),  # never at once
        ({"retry-after": "-5"}, b"", 1),
        ({"retry-after": "1e9"}, b"", 900),  # a quarter of an hour at most at a time
        ({"retry-after": "inf"}, b"", 60),
        ({"retry-after": "nan"}, b"", 60),
        ({"retry-after": "soon"}, b"", 60),
        ({"retry-after": ""}, b"", 60),
        ({}, b"", 60),
        ({"x-rate-limit-reset": str(int(NOW) + 120)}, b"", 120),  # X: a moment
        ({"x-ratelimit-reset": "244"}, b"", 244),  # Reddit: seconds left
        ({"x-ratelimit-reset": "2026-03-02T12:05:00Z"}, b"", 300),  # Mastodon: a moment
        ({"ratelimit-reset": "12"}, b"", 12),
        ({}, b'{"message": "slow", "retry_after": 64.57, "global": true}', 64.57),  # Discord
        ({}, b'{"retry_after": "no"}', 60),
        ({}, b"{" * 5_000, 60),
        ({"retry-after": "x" * 10_000}, b"", 60),
    ],
)
def test_a_wait_is_read_in_every_dialect(clock: ManualClock, headers: dict[str, str], body: bytes, seconds: float) -> None:
    assert clock.now().timestamp() == NOW
    assert wait_seconds(headers, body, now=clock.now()) == pytest.approx(seconds)


async def test_the_wait_travels_with_the_error(http: HttpClient, site: Site) -> None:
    with pytest.raises(RateLimited, match="17 seconds") as told:
        await _get(http, site, Reply(status=429, headers={"Retry-After": "17"}))
    assert told.value.wait_seconds == 17


async def test_json_is_posted_with_the_same_guards_as_a_form(http: HttpClient, site: Site) -> None:
    """A redirect is not followed, for the body may hold a secret; a private address stays closed without leave."""
    site.answer = lambda request: Reply(body=request.body) if request.path == "/" else Reply(status=307, headers={"Location": "/"})
    answer = await http.post_json(site.url("/"), {"naam": "Zoë"}, headers={"Authorization": "k"}, allow_http=True, allow_private=True)
    assert json.loads(answer.body) == {"naam": "Zoë"}
    (request,) = site.requests
    assert (request.method, request.headers["content-type"], request.headers["authorization"]) == ("POST", "application/json", "k")
    with pytest.raises(SourceUnavailable):
        await http.post_json(site.url("/on"), {}, allow_http=True, allow_private=True)
    with pytest.raises(SourceRefused):
        await http.post_json(site.url("/"), {}, allow_http=True)
    assert len(site.requests) == 2
