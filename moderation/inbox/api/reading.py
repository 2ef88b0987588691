"""Reads what a call brings: its token, and its body once and whole, so that no name comes twice and no two readers differ."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import QueryParams
from starlette.types import Message, Receive, Scope

from moderation.inbox.checks import RawHeaders, values
from moderation.inbox.edge import MOST_FORM_BYTES, Refused

MOST_TOKEN = 200
_SCHEME = "bearer "


def bearer_of(headers: RawHeaders) -> str:
    """Return the token of a call; empty when there is none, more than one, or one of another scheme."""
    given = values(headers, "authorization")
    if len(given) != 1 or not given[0].lower().startswith(_SCHEME) or len(given[0]) > MOST_TOKEN:
        return ""
    return given[0][len(_SCHEME) :].strip()


def query_of(scope: Scope) -> list[tuple[str, str]]:
    """Return the fields after the question mark. A name that comes twice is refused: two readers would take two values."""
    items = QueryParams(scope["query_string"]).multi_items()
    if len({name for name, _ in items}) != len(items):
        raise Refused(400, "unread")
    return items


async def read_json(scope: Scope, receive: Receive) -> tuple[dict[str, str], Receive]:
    """Return the plain numbers of a body by name, for the question whose they are, and a `receive` that hands the body out again.

    Raises `Refused` for another content type, more than 64 kB, what is no JSON object in UTF-8, a name twice, or a number that is none.
    """
    body = await _whole(receive)
    kinds = values(scope["headers"], "content-type")
    if body and (len(kinds) != 1 or kinds[0].partition(";")[0].strip().lower() != "application/json"):
        raise Refused(415, "kind")
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    if not body:
        return {}, again
    try:
        read = json.loads(body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Refused(400, "unread") from error
    if not isinstance(read, dict):
        return {}, again
    return {name: str(value) for name, value in read.items() if isinstance(value, int) and not isinstance(value, bool)}, again


async def _whole(receive: Receive) -> bytes:
    body: bytes = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Refused(400, "unread")
        body += bytes(message.get("body", b""))
        if len(body) > MOST_FORM_BYTES:
            raise Refused(413, "size")
        if not message.get("more_body", False):
            return body


def _once(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name comes twice")
    return found


def _no_number(written: str) -> Any:
    raise ValueError(f"{written} is no number")
