"""The one HTTP client for addresses that people typed: safe against reaching inward, endless answers and bombs (RULES S20, F16-F19)."""

from __future__ import annotations

import asyncio
import copy
import json
import zlib
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import PackageNotFoundError, version
from typing import TypeVar
from urllib.parse import urlencode

import httpx

from listener.clock import SystemClock
from listener.errors import RateLimited, SourceRefused, SourceUnavailable
from listener.ports import Clock
from listener.settings.schema import HttpSettings
from listener.sources.addresses import Resolve, checked_ip, checked_url, resolve_by_system
from listener.sources.http_refusals import host_of, refuse_bad
from listener.sources.pacing import Pace
from listener.sources.purse import Purse

MOST_REDIRECTS = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PASSED_ON = frozenset({"accept", "accept-language", "if-modified-since", "if-none-match"})
"""What a redirect to somebody else takes along of the heads a source gave: any other may be a key, whatever it is called."""


Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a site answered: status 2xx or 304, headers by lower-case name, the decoded body, and the address after redirects."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


def product_version() -> str:
    """Return Klankbord's version, or "0" when it runs without being installed."""
    try:
        return version("klankbord")
    except PackageNotFoundError:
        return "0"


class HttpClient:
    """Requests to addresses that settings name. One object serves all sources.

    Each hop is resolved once and we connect to the checked IP; redirects (at most 3) are checked again; an answer larger than
    `most_bytes` or slower in all than `timeout_seconds` is given up. Environment proxies are not used: they would defeat the check.
    `resolve` and `transport` are for tests.
    """

    def __init__(
        self,
        settings: HttpSettings,
        *,
        clock: Clock | None = None,
        resolve: Resolve | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock or SystemClock()
        self._resolve = resolve or resolve_by_system
        contact = f" (+{settings.contact})" if settings.contact.isascii() and settings.contact.isprintable() and settings.contact else ""
        self._pace: Pace | None = None
        self._purse: Purse | None = None
        self._user_agent = f"Klankbord/{product_version()}{contact}"
        # No kept connections: the pool knows servers by IP, and two names on one IP must not share a TLS session.
        limits = httpx.Limits(max_connections=50, max_keepalive_connections=0)
        self._client = httpx.AsyncClient(
            trust_env=False,
            follow_redirects=False,
            limits=limits,
            timeout=settings.timeout_seconds,
            transport=transport,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),  # the jar, too, would know servers by IP; we need none
        )

    def at_pace(self, pace: Pace, purse: Purse) -> HttpClient:
        """Return this client for one source: its requests wait for their turn in `pace` and are counted in `purse`.

        Both share connections and guards with this one, which is the one to close.
        """
        paced = copy.copy(self)
        paced._pace, paced._purse = pace, purse
        return paced

    def close_for(self, seconds: float) -> None:
        """Ask nothing at this pace for `seconds`: a platform said so in its own words (Stack Exchange's `backoff`)."""
        if self._pace is not None:
            self._pace.close_for(seconds)

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        allow_private: bool = False,
        allow_http: bool = False,
        units: int = 1,
    ) -> Answer:
        """Return the answer to a GET of `url`.

        `allow_private` opens private addresses for the host of `url` only: a redirect from it to another private host is refused.
        `units` is what this request counts for where the platform counts units.
        Raises `RateLimited` (429, 503 that says how long, or our own pace), `SourceUnavailable` (network, time-out, 5xx, too large,
        broken compression), `SourceRefused` (an address we must not visit, 4xx) and `BudgetSpent` (our own cap).
        """

        def asking() -> Coroutine[None, None, Answer]:
            return self._follow(url, dict(headers or {}), allow_private=allow_private, allow_http=allow_http)

        return await self._answer(url, asking, units)

    async def open(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        idle_seconds: float,
        allow_private: bool = False,
        allow_http: bool = False,
    ) -> httpx.Response:
        """Return an answer (200) whose body goes on for as long as the server likes; `listener/sources/http_lines.py` reads and closes it.

        `idle_seconds` is the longest silence in it. A redirect is not followed: the headers hold a secret. Raises as `get`.
        """

        async def asking() -> httpx.Response:
            target = checked_url(url, allow_http=allow_http, allow_private=allow_private)
            ip = await checked_ip(target, self._resolve, allow_private=allow_private)
            response = await self._sent(target, ip, {**headers, "Accept-Encoding": "identity"}, idle_seconds=idle_seconds)
            if response.status_code != 200:
                self._refuse_bad(await self._closed(response, target))
                raise SourceUnavailable(f"{target.host} answered with status {response.status_code}, not with a stream.")
            return response

        await self._out()
        return await self._asked(url, asking)

    async def post_form(
        self,
        url: str,
        fields: Mapping[str, str],
        *,
        headers: Mapping[str, str] | None = None,
        allow_private: bool = False,
        allow_http: bool = False,
    ) -> Answer:
        """Return the answer to one POST of a form to `url`; a redirect is not followed, for the form may hold a secret. Raises as `get`."""
        kind = {**(headers or {}), "Content-Type": "application/x-www-form-urlencoded"}
        return await self._post(url, urlencode(fields).encode("ascii"), kind, allow_private=allow_private, allow_http=allow_http)

    async def post_json(
        self,
        url: str,
        body: object,
        *,
        headers: Mapping[str, str] | None = None,
        allow_private: bool = False,
        allow_http: bool = False,
    ) -> Answer:
        """Return the answer to one POST of `body` as JSON to `url`; a redirect is not followed, as with a form. Raises as `get`."""
        kind = {**(headers or {}), "Content-Type": "application/json"}
        return await self._post(url, json.dumps(body).encode("ascii"), kind, allow_private=allow_private, allow_http=allow_http)

    async def _post(self, url: str, content: bytes, headers: Mapping[str, str], *, allow_private: bool, allow_http: bool) -> Answer:
        async def asking() -> Answer:
            target = checked_url(url, allow_http=allow_http, allow_private=allow_private)
            ip = await checked_ip(target, self._resolve, allow_private=allow_private)
            return await self._fetch(target, ip, headers, content=content)

        return await self._answer(url, asking)

    async def _answer(self, url: str, asking: Callable[[], Coroutine[None, None, Answer]], units: int = 1) -> Answer:
        """Wait for our turn, then for an answer as long as the settings allow; every failure becomes one of ours."""
        await self._out(units)
        answer = await self._asked(url, asking)
        self._refuse_bad(answer)
        if self._pace is not None:
            self._pace.heed(answer.headers, now=self._clock.now())
        return answer

    def _refuse_bad(self, answer: Answer) -> None:
        try:
            refuse_bad(answer.status, answer.headers, answer.body, url=answer.url, now=self._clock.now())
        except RateLimited as error:
            self.close_for(error.wait_seconds)
            raise

    async def _out(self, units: int = 1) -> None:
        """Wait for our turn and count the request that is about to go out."""
        if self._pace is not None:
            await self._pace.turn(self._clock.sleep, units)
        if self._purse is not None:
            self._purse.ask()

    async def _asked(self, url: str, asking: Callable[[], Coroutine[None, None, Result]]) -> Result:
        try:
            async with asyncio.timeout(self._settings.timeout_seconds):
                return await asking()
        except TimeoutError as error:
            raise SourceUnavailable(f"{host_of(url)} took longer than {self._settings.timeout_seconds:g} seconds.") from error
        except httpx.TimeoutException as error:
            raise SourceUnavailable(f"{host_of(url)} did not answer in time.") from error
        except httpx.ConnectError as error:
            why = "its certificate is not valid" if "CERTIFICATE" in str(error) else "no connection"
            raise SourceUnavailable(f"{host_of(url)} could not be reached: {why}.") from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise SourceUnavailable(f"{host_of(url)} could not be reached: {type(error).__name__}.") from error

    async def aclose(self) -> None:
        """Let go of connections; harmless when called twice."""
        await self._client.aclose()

    async def _follow(self, url: str, headers: dict[str, str], *, allow_private: bool, allow_http: bool) -> Answer:
        first_host = here = ""
        asked: tuple[str, str, int | None] | None = None
        for _ in range(MOST_REDIRECTS + 1):
            target = checked_url(url, allow_http=allow_http, allow_private=allow_private and here in ("", first_host))
            first_host = first_host or target.host
            origin = (target.scheme, target.host, target.port)
            if asked not in (None, origin):  # another port or a plain connection is somebody else too
                headers = {name: value for name, value in headers.items() if name.lower() in PASSED_ON}
            here, asked = target.host, origin
            ip = await checked_ip(target, self._resolve, allow_private=allow_private and here == first_host)
            answer = await self._fetch(target, ip, headers)
            location = answer.headers.get("location", "")
            if answer.status not in REDIRECTS or not location:
                return answer
            url = str(target.join(location))
        raise SourceRefused(f"{first_host} redirects more than {MOST_REDIRECTS} times; use the address where it ends.")

    async def _fetch(self, url: httpx.URL, ip: str, headers: Mapping[str, str], *, content: bytes | None = None) -> Answer:
        return await self._closed(await self._sent(url, ip, headers, content=content), url)

    async def _sent(
        self, url: httpx.URL, ip: str, headers: Mapping[str, str], *, content: bytes | None = None, idle_seconds: float | None = None
    ) -> httpx.Response:
        """Ask `ip` for `url`: the Host header and the TLS name stay those of the URL, so certificates are checked as usual."""
        most = self._settings.timeout_seconds
        own = {
            "User-Agent": self._user_agent,
            "Accept-Encoding": "gzip",
            **headers,
            "Host": url.netloc.decode("ascii"),
            "Connection": "close",
        }
        request = self._client.build_request(
            "GET" if content is None else "POST",
            url.copy_with(host=ip, fragment=None),
            headers=own,
            content=content,
            timeout=httpx.Timeout(most, read=idle_seconds or most),
            extensions={"sni_hostname": url.raw_host.decode("ascii")},
        )
        return await self._client.send(request, stream=True)

    async def _closed(self, response: httpx.Response, url: httpx.URL) -> Answer:
        """Read an answer to its end, and let go of its connection."""
        try:
            body = b"" if response.status_code in REDIRECTS else await self._read(response, url.host)
        finally:
            await response.aclose()
        return Answer(
            status=response.status_code, headers={name.lower(): value for name, value in response.headers.items()}, body=body, url=str(url)
        )

    async def _read(self, response: httpx.Response, host: str) -> bytes:
        """Read and unpack the body, never holding more than the limit, so that a bomb of zeros costs nothing."""
        most = self._settings.most_bytes
        coding = response.headers.get("content-encoding", "identity").strip().lower()
        if coding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise SourceUnavailable(f"{host} answered in a compression we did not ask for ({coding[:20]}).")
        unpack = zlib.decompressobj(zlib.MAX_WBITS | 32) if coding not in ("", "identity") else None
        received = bytearray()
        async for chunk in response.aiter_raw():
            try:
                received += unpack.decompress(chunk, most + 1 - len(received)) if unpack is not None else chunk
            except zlib.error as error:
                raise SourceUnavailable(f"{host} answered with broken compression.") from error
            if len(received) > most:
                raise SourceUnavailable(f"{host} answered with more than {most:,} bytes; reading stopped there.")
        return bytes(received)
