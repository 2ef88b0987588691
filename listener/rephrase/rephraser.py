"""Asks a language model for a smoother title; whatever goes wrong, the extracted title stays."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any

import httpx

from listener.errors import SourceError
from listener.ports import Clock
from listener.rephrase.prompt import messages_for, safe_quotes, title_in
from listener.rephrase.support import unsupported
from listener.settings.schema import RephraseSettings
from listener.settings.secrets import Secret
from listener.sources.addresses import checked_ip, checked_url, resolve_by_system

logger = logging.getLogger(__name__)

MOST_BYTES = 100_000
MOST_TOKENS = 100
HOUR = timedelta(hours=1)


class NoTitleError(Exception):
    """The language model gave no title that may be used. The text says why, without anything people or the model wrote."""


class Rephraser:
    """One per process. Redirects are not followed: the key and people's words go to the address that a person typed and nowhere else."""

    def __init__(self, settings: RephraseSettings, *, key: Secret | None, clock: Clock, stop_words: frozenset[str]) -> None:
        self._settings = settings
        self._key = key
        self._clock = clock
        self._stop_words = stop_words
        self._asked: deque[datetime] = deque()

    @property
    def on(self) -> bool:
        """Whether settings name a language model."""
        return bool(self._settings.url and self._settings.model)

    async def title(self, extracted: str, phrases: Sequence[str], quotes: Sequence[str], *, language: str) -> str:
        """Return a title that the quotes support, or `extracted`: when the model is off, slow, over its hourly limit, or says too much.

        Never raises for what the other side does; each failure is one log line without texts or key.
        """
        try:
            return await self._title(phrases, safe_quotes(quotes, language), language)
        except NoTitleError as error:
            logger.warning("title not rephrased", extra={"why": str(error)})
        return extracted

    async def _title(self, phrases: Sequence[str], quotes: Sequence[str], language: str) -> str:
        if not self.on or not quotes:
            raise NoTitleError("no address of a language model, or nothing to quote")
        self._count()
        answer = await self._ask(messages_for(phrases, quotes, language))
        title = title_in(answer)
        why = "not of the agreed form" if not title else unsupported(title, [*phrases, *quotes], self._stop_words)
        if why:
            raise NoTitleError(f"its title was dropped: {why}")
        return title

    def _count(self) -> None:
        now = self._clock.now()
        while self._asked and self._asked[0] <= now - HOUR:
            self._asked.popleft()
        if len(self._asked) >= self._settings.most_per_hour:
            raise NoTitleError(f"asked {self._settings.most_per_hour} times in the last hour, which is the limit set")
        self._asked.append(now)

    async def _ask(self, messages: Sequence[dict[str, str]]) -> Any:
        try:
            async with asyncio.timeout(self._settings.timeout_seconds):
                return json.loads(await self._post(messages))
        except TimeoutError as error:
            raise NoTitleError(f"no answer within {self._settings.timeout_seconds:g} seconds") from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise NoTitleError(f"not reached ({type(error).__name__})") from error
        except (ValueError, RecursionError) as error:
            raise NoTitleError("its answer is no JSON") from error

    async def _post(self, messages: Sequence[dict[str, str]]) -> bytes:
        url, ip = await self._address()
        asked = {"model": self._settings.model, "messages": list(messages), "temperature": 0, "max_tokens": MOST_TOKENS}
        headers = {"Accept-Encoding": "identity", "Host": url.netloc.decode("ascii")}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key!s}"
        named = {"sni_hostname": url.raw_host.decode("ascii")}  # the TLS name stays that of the URL, so certificates are checked as usual
        async with (
            httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=self._settings.timeout_seconds) as client,
            client.stream("POST", url.copy_with(host=ip, fragment=None), json=asked, headers=headers, extensions=named) as response,
        ):
            if response.status_code != httpx.codes.OK:
                raise NoTitleError(f"it answered with status {response.status_code}")
            body = bytearray()
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise NoTitleError(f"it answered with more than {MOST_BYTES:,} bytes")
            return bytes(body)

    async def _address(self) -> tuple[httpx.URL, str]:
        """Return the address and the one IP to connect to: nowhere forbidden (such as a cloud's own), without TLS only a private one."""
        try:
            url = checked_url(self._settings.url, allow_http=True, allow_private=True)
            ip = await checked_ip(url, resolve_by_system, allow_private=True)
        except SourceError as error:
            raise NoTitleError("its address may not be visited, or its name is not known") from error
        if url.scheme == "http" and not ip_address(ip).is_private:
            raise NoTitleError("its address is public and without TLS")
        return url, ip
