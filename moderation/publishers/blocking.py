"""Blocking client libraries (praw, tweepy) made safe for writing: each request once, with an end, and in a thread.

A session of `requests` stands below the library. It follows no redirect, repeats nothing, keeps no connection for the next write (one that
died meanwhile would be taken for a lost answer), and raises our errors before the library can sleep on an answer or send again (RULES M9).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, TypeVar

import requests
from urllib3.exceptions import NewConnectionError

from listener.errors import NotSent, ProductError, PublishUnknown, SourceUnavailable
from moderation.publishers.said import MOST_BYTES, Refusal, Said, raise_unless_clear

Result = TypeVar("Result")


class OneTry(requests.Session):
    """Requests to one platform. `is_write` tells posts from questions (signing in is none); `now` gives the time for waits.

    base: what the addresses that the library asks for begin with → what to ask instead (tests).
    """

    def __init__(
        self,
        platform: str,
        *,
        is_write: Callable[[str, str], bool],
        refusal: Refusal,
        timeout_seconds: float,
        now: Callable[[], datetime],
        base: tuple[str, str] | None = None,
    ) -> None:
        super().__init__()
        self.trust_env = False
        self._platform = platform
        self._is_write = is_write
        self._refusal = refusal
        self._timeout = timeout_seconds
        self._now = now
        self._base = base
        self.headers["Connection"] = "close"

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **more: Any) -> requests.Response:  # noqa: ARG002  # requests' own signature
        """Ask once. Raises the errors of `Publisher.publish` for writes, `SourceError` kinds for questions."""
        verb, address = str(method), str(url)
        write = self._is_write(verb, address)
        if self._base is not None and address.startswith(self._base[0]):
            address = self._base[1] + address.removeprefix(self._base[0])
        until = time.monotonic() + self._timeout
        more |= {"timeout": self._timeout, "allow_redirects": False, "stream": True}
        try:
            response = super().request(verb, address, **more)
            body = _read(response, until)
        except (requests.RequestException, OSError, ValueError) as error:
            raise self._network(error, write=write) from error
        response._content = body  # the library reads it from here; `stream` left it empty
        response.raw = None
        for name in [name for name in response.headers if name.lower().startswith("x-ratelimit")]:
            del response.headers[name]  # prawcore would sleep by them; whoever calls us waits
        headers = {name.lower(): value for name, value in response.headers.items()}
        said = Said(platform=self._platform, status=response.status_code, headers=headers, body=body, write=write)
        raise_unless_clear(said, self._refusal, now=self._now())
        return response

    def _network(self, error: Exception, *, write: bool) -> ProductError:
        """Translate; the library's text may hold an address with a key in it, so only its name is repeated."""
        name = type(error).__name__
        if not write:
            return SourceUnavailable(f"{self._platform} could not be asked: {name}.")
        if isinstance(error, requests.ConnectTimeout) or _never_connected(error):
            return NotSent(f"{self._platform} could not be reached; nothing was sent.")
        return PublishUnknown(f"{self._platform} gave no whole answer: {name}.")


class InThread:
    """Runs blocking work, one piece at a time, for `seconds` at most; a thread that hangs longer is left behind and replaced."""

    def __init__(self, platform: str, *, seconds: float) -> None:
        self._platform = platform
        self._seconds = seconds
        self._thread: ThreadPoolExecutor | None = None

    async def ask(self, work: Callable[[], Result]) -> Result:
        """Return what blocking reads give. Raises `SourceError` kinds."""
        try:
            return await self._run(work)
        except TimeoutError as error:
            raise SourceUnavailable(f"{self._platform} did not answer in time.") from error
        except ProductError:
            raise
        except Exception as error:  # a library shows its surprise at odd JSON in many ways; all of them mean "cannot be said now"
            raise SourceUnavailable(f"{self._platform} answered something that cannot be read: {type(error).__name__}.") from error

    async def write(self, work: Callable[[], Result]) -> Result:
        """Return what one blocking write gives. Raises the errors of `Publisher.publish`."""
        try:
            return await self._run(work)
        except TimeoutError as error:
            raise PublishUnknown(f"{self._platform} did not answer in time.") from error
        except SourceUnavailable as error:  # signing in failed, so the post itself was never asked for
            raise NotSent(f"{error} Nothing was sent.") from error
        except ProductError:
            raise
        except Exception as error:  # it may well have been accepted before the library failed to read what it said
            raise PublishUnknown(f"{self._platform} answered something that cannot be read: {type(error).__name__}.") from error

    def close(self) -> None:
        """Let go of the thread; a request under way is left to its time-out. Harmless when called twice."""
        if self._thread is not None:
            self._thread.shutdown(wait=False, cancel_futures=True)
        self._thread = None

    async def _run(self, work: Callable[[], Result]) -> Result:
        self._thread = self._thread or ThreadPoolExecutor(max_workers=1, thread_name_prefix=self._platform)
        try:
            return await asyncio.wait_for(asyncio.get_running_loop().run_in_executor(self._thread, work), self._seconds)
        except TimeoutError:
            self.close()
            raise


def _read(response: requests.Response, until: float) -> bytes:
    """Read the whole body; ValueError when it is too long or takes too long."""
    received = bytearray()
    for chunk in response.iter_content(64 * 1024):
        received += chunk
        if len(received) > MOST_BYTES:
            raise ValueError("too long")
        if time.monotonic() > until:
            raise ValueError("too slow")
    return bytes(received)


def _never_connected(error: BaseException | None) -> bool:
    """Tell whether no connection was made: the reason lies below requests' own error."""
    reason = getattr(error.args[0], "reason", None) if error is not None and error.args else None
    return isinstance(reason, NewConnectionError)
