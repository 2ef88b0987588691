"""One POST to an address that somebody typed: never inside our network, never repeated, no redirect, and its outcome in our words.

The address of a chat's webhook is its key, so it stands in no error and no log: a bare transport is used, which logs nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx

from listener.errors import SourceRefused, SourceUnavailable
from listener.ports import Clock
from listener.sources.addresses import Resolve, checked_ip, checked_url, may_connect, resolve_by_system
from listener.sources.http import product_version
from listener.sources.retry_after import wait_seconds
from moderation.model.delivery import SENT, DeliveryState, Outcome
from moderation.outbox.crash_points import reach

TIMEOUT_SECONDS = 10.0
MOST_ANSWER_BYTES = 100_000
LATER_SECONDS = 300.0
_GONE = frozenset({401, 403, 404, 410})


@asynccontextmanager
async def plain_transport() -> AsyncIterator[httpx.AsyncBaseTransport]:
    """Open what a POST leaves through: TLS checked, no retries, no redirects, no proxy.

    A bare transport and not a client: httpx's client writes the whole address, token and all, into its log.
    """
    async with httpx.AsyncHTTPTransport(retries=0, trust_env=False) as transport:
        yield transport


class Outgoing:
    """Posts bodies to addresses. `resolve` is for tests."""

    def __init__(self, transport: httpx.AsyncBaseTransport, clock: Clock, *, resolve: Resolve = resolve_by_system) -> None:
        self._transport = transport
        self._clock = clock
        self._resolve = resolve

    async def post(self, address: str, body: bytes, *, headers: Mapping[str, str], allow_private: bool = False) -> Outcome:
        """Post once and say what became of it: taken (2xx), certainly not (4xx, 429 for now), or unknown (anything that proves nothing)."""
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                url, ip = await self._checked(address, allow_private=allow_private)
        except (SourceUnavailable, TimeoutError):
            return Outcome(state=DeliveryState.WAITING, reason="not_reached", wait_seconds=LATER_SECONDS)
        except SourceRefused:  # its text names the address
            return Outcome(state=DeliveryState.REFUSED, reason="not_allowed")
        reach("post.checked")
        return await self._sent(_request(url, ip, body, headers))

    async def _checked(self, address: str, *, allow_private: bool) -> tuple[httpx.URL, str]:
        url = checked_url(address.strip(), allow_http=allow_private, allow_private=allow_private)
        ip = await checked_ip(url, self._resolve, allow_private=allow_private)
        if url.scheme == "http" and may_connect(ip, allow_private=False):
            raise SourceRefused("plain http is for addresses inside only")
        return url, ip

    async def _sent(self, request: httpx.Request) -> Outcome:
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                response = await self._transport.handle_async_request(request)
                try:
                    body = await beginning(response)
                finally:
                    await response.aclose()
        except (httpx.ConnectError, httpx.ConnectTimeout):
            return Outcome(state=DeliveryState.WAITING, reason="not_reached", wait_seconds=LATER_SECONDS)
        except (TimeoutError, httpx.HTTPError, OSError):
            return Outcome(state=DeliveryState.UNKNOWN, reason="no_clear_answer")
        reach("post.answered")
        return self._outcome(response, body)

    def _outcome(self, response: httpx.Response, body: bytes) -> Outcome:
        status, note = response.status_code, str(response.status_code)
        if 200 <= status < 300:
            return SENT
        if status == 429:
            headers = {name.lower(): value for name, value in response.headers.items()}
            seconds = wait_seconds(headers, body, now=self._clock.now())
            return Outcome(state=DeliveryState.WAITING, reason="later", note=note, wait_seconds=seconds)
        if status in _GONE:
            return Outcome(state=DeliveryState.REFUSED, reason="gone", note=note)
        if status < 500 and status != 408:
            return Outcome(state=DeliveryState.REFUSED, reason="not_accepted", note=note)
        return Outcome(state=DeliveryState.UNKNOWN, reason="no_clear_answer", note=note)


def _request(url: httpx.URL, ip: str, body: bytes, headers: Mapping[str, str]) -> httpx.Request:
    """Return the request to the checked address, under the name that was asked for."""
    own = {
        "User-Agent": f"Klankbord/{product_version()}",
        "Accept-Encoding": "identity",
        "Content-Type": "application/json; charset=utf-8",
        **headers,
        "Host": url.netloc.decode("ascii"),
        "Connection": "close",
    }
    timeouts = dict.fromkeys(("connect", "read", "write", "pool"), TIMEOUT_SECONDS)
    extensions = {"timeout": timeouts, "sni_hostname": url.raw_host.decode("ascii")}
    return httpx.Request("POST", url.copy_with(host=ip, fragment=None), headers=own, content=body, extensions=extensions)


async def beginning(response: httpx.Response) -> bytes:
    """Return the beginning of an answer: nobody may fill our memory."""
    taken = bytearray()
    async for chunk in response.aiter_raw():
        taken += chunk
        if len(taken) >= MOST_ANSWER_BYTES:
            break
    return bytes(taken[:MOST_ANSWER_BYTES])
