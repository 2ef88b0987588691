"""What an answer over HTTP means, for platforms that are spoken to through their client libraries (praw, tweepy, discord.py). Pure.

The libraries raise an error of their own for each refusal, and re-send or wait on some. Each of our publishers puts this below its library:
it reads an answer before the library does, and raises what the port promises.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from listener.errors import ProductError, PublishRejected, PublishUnknown, RateLimited, SourceRefused, SourceUnavailable
from listener.sources.retry_after import wait_seconds
from moderation.publishers.statuses import REFUSALS, is_refusal

MOST_BYTES = 10_000_000
"""No answer of a platform is longer; one that is says nothing (RULES F18)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One answer. `write`: it answers a request that posts or changes something. `headers` by lower-case name."""

    platform: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    write: bool

    def json(self) -> Any:
        """Return the body read as JSON. Raises `ValueError` when it is none."""
        return json.loads(self.body)

    def fields(self) -> dict[str, Any]:
        """Return the body's members, none when it is no JSON object."""
        try:
            found = self.json()
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


Refusal = Callable[[Said], ProductError | None]
"""A platform's own reading of a 4xx: the error it means, None for a plain no."""


def raise_unless_clear(said: Said, refusal: Refusal, *, now: datetime) -> None:
    """Return for a 2xx answer with JSON; raise what any other means.

    For a write: `RateLimited`, `SourceRefused` (401) and `PublishRejected`, after which nothing was accepted; else `PublishUnknown`.
    For a read: `RateLimited`, `SourceRefused` (401 and every other 4xx), else `SourceUnavailable`.
    """
    if 200 <= said.status < 300:
        _must_be_json(said)
        return
    if said.status == 429:
        wait = wait_seconds(said.headers, said.body, now=now)
        raise RateLimited(f"{said.platform} asks us to wait {wait:.0f} seconds.", wait_seconds=wait)
    if not is_refusal(said.status) or (said.write and not said.fields()):  # a page in place of JSON comes from something in between
        raise unclear(said, f"answered with status {said.status}")
    if said.status == 401:
        raise SourceRefused(f"{said.platform} does not accept our key; a person has to renew it.")
    if not said.write:
        raise refusal(said) or SourceRefused(f"{said.platform} refuses to show this (status {said.status}).")
    raise refusal(said) or PublishRejected(f"{said.platform} refused (status {said.status}).", why=REFUSALS.get(said.status, ""))


def unclear(said: Said, what: str) -> PublishUnknown | SourceUnavailable:
    """Return the error for an answer that tells nothing."""
    if said.write:
        return PublishUnknown(f"{said.platform} {what}, which does not tell whether it accepted anything.")
    return SourceUnavailable(f"{said.platform} {what}.")


def _must_be_json(said: Said) -> None:
    try:
        found = said.json()
    except (ValueError, RecursionError) as error:
        raise unclear(said, "answered something that cannot be read") from error
    if not isinstance(found, dict | list):
        raise unclear(said, "answered something that cannot be read")
