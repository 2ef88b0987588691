"""Bluesky's records as a publisher needs them: record keys made from our own, links marked in bytes, references to posts. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moderation.model.post import PlaceNow, SeenPost

POSTS = "app.bsky.feed.post"
MOST_BYTES = 3_000
"""A text's UTF-8 bytes, beside its 300 graphemes (lexicon app.bsky.feed.post, read 2026-11-25)."""
_SIGNS = "234567abcdefghijklmnopqrstuvwxyz"
_CLOCK_BITS = 10
_WINDOW_BITS = 40
_WINDOW_START = int(datetime(2015, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
_URI = re.compile(r"at://(did:[a-z]+:[A-Za-z0-9._:%-]{1,200})/app\.bsky\.feed\.post/([A-Za-z0-9._~:-]{1,512})")
_LINK = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_AFTER_LINK = ".,;:!?'\"»”’"


def _tid(micros: int, clock: int) -> str:
    """Return a timestamp identifier: 53 bits of microseconds, 10 bits of clock, base32-sortable (atproto.com/specs/tid, 2026-11-25)."""
    number = micros << _CLOCK_BITS | clock
    return "".join(_SIGNS[number >> 5 * place & 31] for place in range(12, -1, -1))


LAST_OF_OURS = _tid(_WINDOW_START + (1 << _WINDOW_BITS) - 1, (1 << _CLOCK_BITS) - 1)
"""The greatest record key that `record_key` makes. No app makes keys below it: all of them lie thirteen days into 2015, before Bluesky."""


def record_key(key: str) -> str:
    """Return the record key for an idempotency key: always the same one, so that a repeat can only meet the first post.

    A post's key has to be a timestamp identifier (lexicon app.bsky.feed.post). Ours carry 50 bits of hash in a fixed stretch of time, so
    that all our posts can be listed in one go, whenever they were made. What time a post was made says its record, not its key.
    """
    number = int.from_bytes(hashlib.sha256(key.encode()).digest(), "big")
    return _tid(_WINDOW_START + (number >> _CLOCK_BITS) % (1 << _WINDOW_BITS), number % (1 << _CLOCK_BITS))


def key_time(rkey: str) -> datetime | None:
    """Return the moment in a timestamp identifier; None when the key is none."""
    if len(rkey) != 13 or any(sign not in _SIGNS for sign in rkey):
        return None
    number = 0
    for sign in rkey:
        number = number << 5 | _SIGNS.index(sign)
    try:
        return datetime.fromtimestamp((number >> _CLOCK_BITS) / 1_000_000, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def link_facets(text: str) -> list[dict[str, object]]:
    """Return marks that make the links in a text links; places are counted in UTF-8 bytes (lexicon app.bsky.richtext.facet).

    Full stops and brackets after a link belong to the sentence, not to the link.
    """
    return [_facet(text, found.start(), _without_end(found.group())) for found in _LINK.finditer(text)]


def _without_end(link: str) -> str:
    while link[-1] in _AFTER_LINK or (link[-1] == ")" and link.count(")") > link.count("(")):
        link = link[:-1]
    return link


def _facet(text: str, start: int, link: str) -> dict[str, object]:
    first = len(text[:start].encode())
    return {
        "index": {"byteStart": first, "byteEnd": first + len(link.encode())},
        "features": [{"$type": "app.bsky.richtext.facet#link", "uri": link}],
    }


def read_uri(uri: str) -> tuple[str, str] | None:
    """Return whose post an at:// address names and its record key; None when it names no post."""
    found = _URI.fullmatch(uri)
    return (found[1], found[2]) if found else None


def post_url(uri: str) -> str:
    """Return the page where people see a post; empty when the address names no post."""
    named = read_uri(uri)
    return f"https://bsky.app/profile/{named[0]}/post/{named[1]}" if named else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parent:
    """The post we answer, as the network shows it to us. `why` is what a refusal would be called; empty when it takes replies."""

    place: PlaceNow
    why: str = ""
    root: Mapping[str, str] | None = None
    parent: Mapping[str, str] | None = None


def read_parent(view: Any) -> Parent:
    """Read a post view of app.bsky.feed.getPosts. Raises `ValueError` when it is none.

    `viewer.replyDisabled` is true where a thread gate keeps us out; `author.viewer.blockedBy` or `blocking` where one of us blocked the
    other (lexicons app.bsky.feed.defs, app.bsky.actor.defs, read 2026-11-25).
    """
    if not isinstance(view, dict):
        raise ValueError("no post view")
    parent, reply = _reference(view), _part(_part(view, "record"), "reply")
    root = _reference(reply["root"]) if reply.get("root") else parent
    between = _part(_part(view, "author"), "viewer")
    if between.get("blockedBy") or between.get("blocking"):
        return Parent(place=PlaceNow.LOCKED, why="banned", root=root, parent=parent)
    if _part(view, "viewer").get("replyDisabled"):
        return Parent(place=PlaceNow.LOCKED, why="locked", root=root, parent=parent)
    return Parent(place=PlaceNow.OPEN, root=root, parent=parent)


def read_record(listed: Any, *, unknown_time: datetime) -> tuple[SeenPost, tuple[str, str]]:
    """Read one record of com.atproto.repo.listRecords: the post, and the addresses of its thread and of what it answers ("" for none).

    A record whose own time cannot be read counts as made at `unknown_time`. Raises `ValueError` when it is no post.
    """
    reference, value = _reference(listed), _part(listed, "value")
    text = value.get("text")
    if not isinstance(text, str):
        raise ValueError("a post without a text")
    reply = _part(value, "reply")
    above = (str(_part(reply, "root").get("uri", "")), str(_part(reply, "parent").get("uri", "")))
    uri = reference["uri"]
    return SeenPost(platform_id=uri, text=text, posted_at=_moment(value.get("createdAt")) or unknown_time, url=post_url(uri)), above


def _reference(value: Any) -> dict[str, str]:
    """Return the address and content id that name one version of a record."""
    if not isinstance(value, dict) or not isinstance(value.get("uri"), str) or not isinstance(value.get("cid"), str):
        raise ValueError("a record without uri and cid")
    return {"uri": value["uri"], "cid": value["cid"]}


def _part(value: Any, name: str) -> dict[str, Any]:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def _moment(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
