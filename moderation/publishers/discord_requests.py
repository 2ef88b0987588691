"""discord.py's HTTP client with each of its requests made once: no second try on 5xx, lost connection or 429, and an end to waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

import aiohttp

from listener.errors import NotSent, ProductError, PublishRejected, PublishUnknown, SourceRefused, SourceUnavailable
from listener.ports import Clock
from moderation.publishers.said import MOST_BYTES, Said, raise_unless_clear

API_URL = "https://discord.com/api/v10"
_WHY = {
    10003: "gone",
    10008: "gone",
    40007: "banned",
    50001: "forbidden",
    50007: "banned",
    50013: "forbidden",
    50035: "invalid",
    50083: "locked",
    160005: "locked",
    200000: "forbidden",
    200001: "forbidden",
}
"""Discord's JSON error codes → `PublishRejected.why` (docs.discord.com, Opcodes and Status Codes, read 2026-11-25)."""


class NotShown(SourceRefused):
    """Discord will not show something; `code` is its JSON error code, 0 without."""

    def __init__(self, message: str, *, status: int, code: int) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class DiscordRequests:
    """Requests with one bot's token. discord.py makes addresses and bodies; how they travel and what an answer means is decided here."""

    def __init__(self, token: str, clock: Clock, *, api_url: str, timeout_seconds: float) -> None:
        self._token = token
        self._clock = clock
        self._api_url = api_url
        self._timeout = timeout_seconds
        self._session: aiohttp.ClientSession | None = None
        self._client: Any = None

    def now(self) -> datetime:
        """Return the moment by the clock that waits are counted with."""
        return self._clock.now()

    async def ask(self, method: str, path: str, *, params: dict[str, Any] | None = None, **parts: str) -> Any:
        """Return what Discord shows. Raises `SourceError` kinds; what it will not show is `NotShown`."""
        from discord.http import Route

        return await self._opened().request(Route(method, path, **parts), **({"params": params} if params else {}))

    async def write(self, make: Callable[[Any], Any]) -> dict[str, Any]:
        """Return what Discord made. `make` calls one method of discord.py's client. Raises the errors of `Publisher.publish`."""
        made = await make(self._opened())
        if not isinstance(made, dict):
            raise PublishUnknown("Discord accepted, but did not say what.")
        return made

    async def delete(self, make: Callable[[Any], Any]) -> None:
        """Take something away; Discord answers with nothing. Raises the errors of `Publisher.publish`."""
        await make(self._opened())

    async def aclose(self) -> None:
        """Let go of connections; harmless when called twice."""
        if self._session is not None:
            await self._session.close()
        self._session = None

    def _opened(self) -> Any:
        if self._client is None:
            from discord.http import HTTPClient

            once = self._once

            class OneRequest(HTTPClient):
                """discord.py's client, whose every request comes through here."""

                async def request(self, route: Any, *, files: Any = None, form: Any = None, **more: Any) -> Any:
                    del files, form  # we attach nothing
                    more.pop("reason", None)
                    return await once(route, self.user_agent, **more)

            self._client = OneRequest(asyncio.get_running_loop())
        return self._client

    async def _once(self, route: Any, user_agent: str, **more: Any) -> Any:
        write = route.method != "GET"
        headers = {"Authorization": f"Bot {self._token}", "User-Agent": user_agent}
        url = self._api_url + route.url.removeprefix(route.BASE)
        try:
            async with asyncio.timeout(self._timeout):
                said = await self._exchange(route.method, url, headers, more)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            if write:
                raise NotSent(f"Discord could not be reached: {type(error).__name__}; nothing was sent.") from error
            raise SourceUnavailable(f"Discord could not be reached: {type(error).__name__}.") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:  # OSError: also TimeoutError
            what = "did not answer in time" if isinstance(error, TimeoutError) else f"gave no whole answer: {type(error).__name__}"
            raise (PublishUnknown if write else SourceUnavailable)(f"Discord {what}.") from error
        if route.method == "DELETE" and said.status == 204:
            return None
        raise_unless_clear(said, _refusal, now=self._clock.now())
        return said.json()

    async def _exchange(self, method: str, url: str, headers: dict[str, str], more: dict[str, Any]) -> Said:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(force_close=True),  # a kept connection may die under a write
                timeout=aiohttp.ClientTimeout(total=self._timeout, sock_connect=self._timeout / 2),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
            self._session._retry_connection = False  # else it repeats a DELETE whose connection broke
        async with self._session.request(method, url, headers=headers, allow_redirects=False, **more) as response:
            body = bytearray()
            async for chunk in response.content.iter_chunked(64 * 1024):
                body += chunk
                if len(body) > MOST_BYTES:
                    raise ValueError("too long")
            answered = {name.lower(): value for name, value in response.headers.items()}
            return Said(platform="Discord", status=response.status, headers=answered, body=bytes(body), write=method != "GET")


def _refusal(said: Said) -> ProductError | None:
    """Read a 4xx by Discord's own code."""
    fields = said.fields()
    code = fields["code"] if isinstance(fields.get("code"), int) else 0
    if not said.write:
        return NotShown(f"Discord refuses to show this (status {said.status}, code {code}).", status=said.status, code=code)
    errors = str(fields.get("errors", ""))
    why = "too_long" if "MAX_LENGTH" in errors else "gone" if "UNKNOWN_MESSAGE" in errors else _WHY.get(code, "")
    return PublishRejected(f"Discord refused (status {said.status}, code {code}).", why=why) if why else None
