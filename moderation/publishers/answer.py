"""What a platform answered to one request: its JSON read strictly, and its own words about an error without what we sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from listener.errors import SourceUnavailable
from listener.text.shorten import shorten

LONGEST_SAID = 200
"""Characters of a platform's own words that a message of ours repeats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a platform answered, headers by lower-case name, the body unpacked. `said`: its own words about an error, cut and redacted."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    said: str = ""

    def json(self) -> Any:
        """Return the body read as JSON. Raises `ValueError` when it is none: NaN and keys that stand there twice are none either."""
        return json.loads(self.body, parse_constant=_no_number, object_pairs_hook=_distinct)


def said_in(body: bytes, request: httpx.Request) -> str:
    """Return the platform's words about an error: the usual members of a small JSON object, without what we sent in our headers."""
    try:
        found = json.loads(body[:100_000])
    except (ValueError, RecursionError):
        return ""
    if not isinstance(found, dict):
        return ""
    words = next((found[name] for name in ("errors", "error_description", "message", "error", "detail") if found.get(name)), "")
    text = " ".join(str(one) for one in words) if isinstance(words, list) else words if isinstance(words, str) else ""
    for value in request.headers.values():
        for part in value.split():
            text = text.replace(part, "•••") if len(part) > 7 else text
    return shorten(" ".join(text.split()), LONGEST_SAID)


def is_page(answer: Answer) -> bool:
    """Return whether this is a page for people: something in between answered, or the platform's front."""
    return "html" in answer.headers.get("content-type", "").lower() or answer.body[:200].lstrip().lower().startswith(
        (b"<!doctype", b"<html")
    )


def object_in(found: Any, host: str) -> dict[str, Any]:
    """Return the JSON object that was asked for. Raises `SourceUnavailable` when `host` answered something else."""
    if not isinstance(found, dict):
        raise SourceUnavailable(f"{host} answered something else than was asked for.")
    return found


def made_at(found: Mapping[str, Any], host: str) -> datetime:
    """Return the moment in `created_at`. Raises `SourceUnavailable` when there is none that can be read."""
    try:
        return datetime.fromisoformat(str(found.get("created_at"))).astimezone(UTC)
    except ValueError as error:
        raise SourceUnavailable(f"{host} lists something without a readable time.") from error


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands there twice")
    return found
