"""The one HTTP client for our own write requests: one attempt, no redirects, no address inside, errors translated once (RULES 2.1, S20).

Why plain requests instead of the platforms' client libraries (Mastodon.py, pydiscourse, atproto, matrix-nio): those send again, follow
redirects or turn every refusal into one error by themselves, each in its own way. What a lost answer means has to be decided in one place
that a test can read. praw, tweepy and discord.py stay, with their retries off, because their platforms' sign-in is worth a library.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import quote

import httpx

from listener.clock import SystemClock
from listener.errors import NotSent, PublishRejected, PublishUnknown, RateLimited, SourceRefused, SourceUnavailable
from listener.ports import Clock
from listener.settings.schema import HttpSettings
from listener.sources.addresses import Resolve, checked_ip, checked_url, may_connect, resolve_by_system
from listener.sources.http import product_version
from listener.sources.retry_after import wait_seconds
from moderation.publishers.answer import Answer, is_page, said_in
from moderation.publishers.statuses import REFUSALS, is_refusal

Headers = Callable[[], Mapping[str, str]]
"""Gives the headers that prove who we are, anew for each request, so that a token can be replaced while we run."""

Judge = Callable[[Answer], Exception | None]
"""A platform's own reading of a refusal (4xx): the error it means, or None to leave it to the table of `refusals`."""


def path_part(value: str) -> str:
    """Return an id as one part of a path, its slashes and question marks escaped."""
    return quote(value, safe="")


def no_headers() -> Mapping[str, str]:
    """Prove nothing."""
    return {}


class WriteClient:
    """Requests to one platform at `base_url`. Nothing is ever repeated, no redirect is followed, no cookie kept, no proxy used.

    The name is resolved once and we connect to the checked address; plain http only where that address lies inside and `allow_private`
    is set. `refusals` and `judge` hold what the platform's refusals mean; `speaks_json`: a refusal in HTML then comes from something in
    between, and proves nothing. `resolve` and `transport` are for tests.
    """

    def __init__(
        self,
        base_url: str,
        *,
        settings: HttpSettings,
        headers: Headers = no_headers,
        refusals: Mapping[int, str] = REFUSALS,
        judge: Judge = lambda _answer: None,
        allow_private: bool = False,
        speaks_json: bool = True,
        clock: Clock | None = None,
        resolve: Resolve = resolve_by_system,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._base = base_url.rstrip("/")
        self._settings = settings
        self._headers = headers
        self._refusals = refusals
        self._judge = judge
        self._allow_private = allow_private
        self._speaks_json = speaks_json
        self._clock = clock or SystemClock()
        self._resolve = resolve
        contact = settings.contact if settings.contact.isascii() and settings.contact.isprintable() else ""
        self._user_agent = f"Klankbord/{product_version()}" + (f" (+{contact})" if contact else "")
        self._client = httpx.AsyncClient(
            trust_env=False,
            follow_redirects=False,
            limits=httpx.Limits(max_connections=10, max_keepalive_connections=0),  # a kept connection may die under a write
            timeout=httpx.Timeout(settings.timeout_seconds, connect=settings.timeout_seconds / 2),  # a slow connect is told apart
            transport=transport,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        )

    @property
    def host(self) -> str:
        """The platform's host, for messages."""
        try:
            return httpx.URL(self._base).host or "the address"
        except (httpx.InvalidURL, UnicodeError, ValueError):
            return "the address"

    async def write(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **body: Any) -> Answer:
        """Make one request that changes something, and return its 2xx answer.

        body: `json`, `data` (a form) or `content` (bytes), and `params`. Raises `PublishRejected`, `RateLimited` (429), `NotSent` (nothing
        left this machine), `SourceRefused` (401, or an address we must not visit: nothing accepted, a person acts) and, whenever it may
        have been accepted, `PublishUnknown`.
        """
        try:
            url, ip = await self._checked(path)
            request = self._request(method, url, ip, headers, body)
        except SourceUnavailable as error:
            raise NotSent(str(error)) from error
        except (ValueError, TypeError) as error:  # half a surrogate pair, for one
            raise PublishRejected("The text cannot be written as JSON or a form.", why="invalid") from error
        try:
            async with asyncio.timeout(self._settings.timeout_seconds):
                answer = await self._exchange(request)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotSent(f"{self.host} could not be reached: {_why(error)}; nothing was sent.") from error
        except (TimeoutError, httpx.TimeoutException) as error:
            raise PublishUnknown(f"{self.host} did not answer in time.") from error
        except (httpx.HTTPError, OSError, _Unreadable) as error:
            raise PublishUnknown(f"{self.host} gave no whole answer: {_why(error)}.") from error
        self._judge_write(answer)
        return answer

    async def write_json(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **body: Any) -> dict[str, Any]:
        """Make one request that changes something, and return its answer, a JSON object. One that is none is `PublishUnknown`."""
        answer = await self.write(method, path, headers=headers, **body)
        try:
            found = answer.json()
        except (ValueError, RecursionError) as error:
            raise PublishUnknown(f"{self.host} accepted ({answer.status}), but its answer cannot be read.") from error
        if not isinstance(found, dict):
            raise PublishUnknown(f"{self.host} accepted ({answer.status}), but did not say what.")
        return found

    async def ask(
        self, path: str, *, headers: Mapping[str, str] | None = None, params: Mapping[str, str] | None = None, gone: bool = False
    ) -> Answer:
        """Make one request that changes nothing, and return its 2xx answer; with `gone` a 404 or 410 too.

        Raises `RateLimited`, `SourceUnavailable` (also for an answer that cannot be read) and `SourceRefused`.
        """
        url, ip = await self._checked(path)
        request = self._request("GET", url, ip, headers, {"params": params} if params else {})
        try:
            async with asyncio.timeout(self._settings.timeout_seconds):
                answer = await self._exchange(request)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise SourceUnavailable(f"{self.host} did not answer in time.") from error
        except (httpx.HTTPError, OSError, _Unreadable) as error:
            raise SourceUnavailable(f"{self.host} could not be asked: {_why(error)}.") from error
        if gone and answer.status in (404, 410):
            return answer
        self._judge_read(answer)
        return answer

    async def ask_json(self, path: str, *, headers: Mapping[str, str] | None = None, params: Mapping[str, str] | None = None) -> Any:
        """Ask, and return the JSON answered. Raises like `ask`."""
        return self.read_json(await self.ask(path, headers=headers, params=params))

    def read_json(self, answer: Answer) -> Any:
        """Return the JSON of an answer to `ask`. Raises `SourceUnavailable` when it is none: never an empty list instead."""
        try:
            return answer.json()
        except (ValueError, RecursionError) as error:
            raise SourceUnavailable(f"{self.host} answered something that cannot be read.") from error

    async def aclose(self) -> None:
        """Let go of connections; harmless when called twice."""
        await self._client.aclose()

    async def _checked(self, path: str) -> tuple[httpx.URL, str]:
        """Return the whole address, and the one IP address to connect to. Raises `SourceRefused` or `SourceUnavailable`."""
        url = checked_url(f"{self._base}{path}", allow_http=self._allow_private, allow_private=self._allow_private)
        try:
            async with asyncio.timeout(self._settings.timeout_seconds):
                ip = await checked_ip(url, self._resolve, allow_private=self._allow_private)
        except TimeoutError as error:
            raise SourceUnavailable(f"The name {self.host} could not be looked up in time.") from error
        if url.scheme == "http" and may_connect(ip, allow_private=False):
            raise SourceRefused(f"{self.host} is addressed without TLS; write https:// (plain http is for addresses inside only).")
        return url, ip

    def _request(self, method: str, url: httpx.URL, ip: str, headers: Mapping[str, str] | None, body: Mapping[str, Any]) -> httpx.Request:
        own = {
            "User-Agent": self._user_agent,
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            **self._headers(),
            **(headers or {}),
            "Host": url.netloc.decode("ascii"),
            "Connection": "close",
        }
        return self._client.build_request(
            method, url.copy_with(host=ip, fragment=None), headers=own, extensions={"sni_hostname": url.raw_host.decode("ascii")}, **body
        )

    async def _exchange(self, request: httpx.Request) -> Answer:
        response = await self._client.send(request, stream=True)
        try:
            body = await self._read(response)
        finally:
            await response.aclose()
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(status=response.status_code, headers=headers, body=body, said=said_in(body, request) if response.is_error else "")

    async def _read(self, response: httpx.Response) -> bytes:
        """Read and unpack the body, never holding more than the limit."""
        most, coding = self._settings.most_bytes, response.headers.get("content-encoding", "identity").strip().lower()
        if coding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise _Unreadable(f"in a compression we did not ask for ({coding[:20]})")
        unpack = zlib.decompressobj(zlib.MAX_WBITS | 32) if coding not in ("", "identity") else None
        received = bytearray()
        async for chunk in response.aiter_raw():
            try:
                received += unpack.decompress(chunk, most + 1 - len(received)) if unpack is not None else chunk
            except zlib.error as error:
                raise _Unreadable("broken compression") from error
            if len(received) > most:
                raise _Unreadable(f"more than {most:,} bytes")
        return bytes(received)

    def _judge_write(self, answer: Answer) -> None:
        status, said = answer.status, f": {answer.said}" if answer.said else ""
        if 200 <= status < 300:
            return
        self._raise_if_limited(answer)
        if not is_refusal(status) or (self._speaks_json and is_page(answer)):
            raise PublishUnknown(f"{self.host} answered with status {status}, which does not tell whether it accepted anything.")
        if meant := self._judge(answer):
            raise meant
        if status == 401:
            raise SourceRefused(f"{self.host} does not take our key; a person has to renew it (401){said}")
        why = self._refusals.get(status, REFUSALS.get(status, ""))
        raise PublishRejected(f"{self.host} refused ({status}){said}", why=why)

    def _judge_read(self, answer: Answer) -> None:
        status, said = answer.status, f": {answer.said}" if answer.said else ""
        if 200 <= status < 300:
            return
        self._raise_if_limited(answer)
        if status in (401, 403):
            raise SourceRefused(f"{self.host} does not take our key for this ({status}){said}")
        if is_refusal(status):
            raise SourceRefused(f"{self.host} refuses the request ({status}){said}")
        raise SourceUnavailable(f"{self.host} answered with status {status}.")

    def _raise_if_limited(self, answer: Answer) -> None:
        if answer.status == 429:
            wait = wait_seconds(answer.headers, answer.body, now=self._clock.now())
            raise RateLimited(f"{self.host} asks us to wait {wait:.0f} seconds.", wait_seconds=wait)


class _Unreadable(Exception):
    """An answer whose bytes we will not or cannot take."""


def _why(error: Exception) -> str:
    """Name an error without its text, which may hold an address with a key in it."""
    if isinstance(error, _Unreadable):
        return str(error)
    if isinstance(error, httpx.ConnectError):
        return "its certificate is not valid" if "CERTIFICATE" in str(error) else "no connection"
    return type(error).__name__
