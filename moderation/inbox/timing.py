"""How long pages and calls take, counted as they leave: buckets for a histogram, nobody's address and nobody's name."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from moderation.inbox.api.problems import is_call

BOUNDS_SECONDS = (0.05, 0.1, 0.3, 0.5, 1.0, 2.0, 5.0)
"""Upper ends of the buckets; 0.3 and 2 seconds are what pages and dashboards promise (RULES B2)."""
STREAM = "/events"
STATIC = "/static/"


@dataclass(slots=True)
class Times:
    """Answers of one kind: how many fell into each bucket (the last takes all that are slower), their seconds, and how many failed."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_SECONDS) + 1))
    seconds: float = 0.0
    failed: int = 0


class PageTimes:
    """Counts answers by kind: "page" or "call". Streams and our own files are left out. Added to by the event loop alone."""

    def __init__(self) -> None:
        self._times = {"page": Times(), "call": Times()}

    def add(self, kind: str, seconds: float, *, failed: bool) -> None:
        """Count one answer; `failed` is a status of 500 or more."""
        one = self._times[kind]
        one.counts[bisect_left(BOUNDS_SECONDS, seconds)] += 1
        one.seconds += seconds
        one.failed += failed

    def now(self) -> Mapping[str, Times]:
        return self._times


class Timed:
    """Measures every answer of an app from its request to its last byte."""

    def __init__(self, app: ASGIApp, *, times: PageTimes, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.app = app
        self._times = times
        self._monotonic = monotonic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] == STREAM or scope["path"].startswith(STATIC):
            await self.app(scope, receive, send)
            return
        began, status = self._monotonic(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            self._times.add("call" if is_call(scope) else "page", self._monotonic() - began, failed=status >= 500)
