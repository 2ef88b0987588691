"""Answers that go wrong on purpose: 429 with buckets and a global one, 5xx, pages of a proxy, requests that hang."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes.discord_wire.book import Book


@dataclass(slots=True, kw_only=True)
class Fault:
    """What the next `times` requests that fit get. `after`: the request is carried out first, and only its answer is lost."""

    method: str
    path: re.Pattern[str]
    times: int
    status: int = 500
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    hang_seconds: float = 0.0
    after: bool = False

    def fits(self, method: str, path: str) -> bool:
        return self.times > 0 and self.method in ("*", method) and self.path.search(path) is not None


class Limits:
    """Faults that wait their turn, and windows of 429 in which nobody should ask again: who does is written in `book.too_soon`."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._faults: list[Fault] = []
        self._windows: list[tuple[str, re.Pattern[str], float]] = []

    def add(self, fault: Fault) -> None:
        self._faults.append(fault)

    def too_many(self, method: str, path: str, retry_after: float, *, times: int = 1, everywhere: bool = False) -> None:
        """Answer the next request with 429 as Discord does; `everywhere`: its global limit, which holds for every route."""
        body = {"message": "You are being rate limited.", "retry_after": retry_after, "global": everywhere}
        headers = {"Retry-After": str(int(retry_after) + 1), "Via": "1.1 google", "X-RateLimit-Scope": "global" if everywhere else "user"}
        headers |= {"X-RateLimit-Global": "true"} if everywhere else {"X-RateLimit-Bucket": "limited", **_bucket(0, retry_after)}
        self.add(Fault(method=method, path=re.compile(path), times=times, status=429, body=body, headers=headers))

    def note(self, method: str, path: str) -> None:
        """Write down who asks within a window that was announced."""
        now = asyncio.get_running_loop().time()
        for in_method, in_path, until in self._windows:
            if now < until and in_method in ("*", method) and in_path.search(path):
                self._book.too_soon.append(f"{method} {path}")

    def take(self, method: str, path: str, *, after: bool) -> Fault | None:
        """Return the fault that this request meets, and use it up."""
        found = next((one for one in self._faults if one.after is after and one.fits(method, path)), None)
        if found is not None:
            found.times -= 1
            if found.status == 429 and isinstance(found.body, dict) and "retry_after" in found.body:
                everywhere = bool(found.body.get("global"))
                until = asyncio.get_running_loop().time() + float(found.body["retry_after"]) - 0.005
                self._windows.append(("*" if everywhere else method, re.compile("" if everywhere else re.escape(path)), until))
        return found


def _bucket(remaining: int, reset_after: float) -> dict[str, str]:
    return {"X-RateLimit-Limit": "5", "X-RateLimit-Remaining": str(remaining), "X-RateLimit-Reset-After": f"{reset_after:.3f}"}


def answer_json(said: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """Answer as Discord does: the content type is exactly application/json."""
    if said is None and status == 204:
        return web.Response(status=204, headers=headers)
    if isinstance(said, str):
        return web.Response(text=said, status=status, content_type="text/html", headers=headers)
    return web.Response(body=json.dumps(said).encode(), status=status, headers={"Content-Type": "application/json", **(headers or {})})
