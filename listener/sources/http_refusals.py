"""What an answer's status means to us: wait, try again, or have a person act (RULES F16-F19)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import httpx

from listener.errors import RateLimited, SourceRefused, SourceUnavailable
from listener.sources.refusals import cause_of
from listener.sources.retry_after import MOST_WAIT_SECONDS, wait_seconds

_REFUSED = {
    400: "did not understand the request (400)",
    401: "asks for a key or says that ours is wrong (401)",
    402: "asks for payment (402)",
    403: "forbids it (403)",
    404: "has nothing at this address (404)",
    410: "says that this address is gone for good (410)",
    451: "may not show this for legal reasons (451)",
}
MOST_SAID = 4_000


def refuse_bad(status: int, headers: Mapping[str, str], body: bytes, *, url: str, now: datetime) -> None:
    """Return for 2xx and 304; raises `RateLimited`, `SourceRefused` or `SourceUnavailable` for the rest. Headers by lower-case name."""
    host = host_of(url)
    if 200 <= status < 300 or status == 304:
        return
    if status == 429 or (status == 503 and "retry-after" in headers):
        wait = wait_seconds(headers, body, now=now)
        capped = " (15 minutes is the longest single wait)" if wait >= MOST_WAIT_SECONDS else ""
        raise RateLimited(f"{host} asks us to wait {wait:.0f} seconds{capped}.", wait_seconds=wait)
    if 400 <= status < 500 and status not in (408, 421, 425):
        cause = cause_of(status, headers, body)
        why = f"{_REFUSED[status]}; check the address and the settings of this source" if status in _REFUSED else ""
        message = f"{host} {why or f'refuses the request ({status}); check the address'}."
        raise SourceRefused(message, cause=cause, status=status, said=body[:MOST_SAID], headers=headers)
    raise SourceUnavailable(f"{host} answered with status {status}.")


def host_of(url: str) -> str:
    """Return the host of `url` for messages; query strings may hold keys and are never repeated."""
    try:
        return httpx.URL(url).host or "the address"
    except (httpx.InvalidURL, UnicodeError, ValueError):
        return "the address"
