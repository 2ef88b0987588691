"""What Matrix rooms got since last time: one sync, and the pages that it left out of rooms where much was said. Requests only."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from listener.errors import SourceUnavailable
from listener.sources.fields import part, word
from listener.sources.matrix_events import READ, events_in, is_before, names_in

API = "/_matrix/client/v3"
PAGE = 100
MOST_PAGES = 10

Ask = Callable[[str, Mapping[str, str]], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """Events of a room that a sync left out: those before `start`, back to where the sync before it ended (`end`), or to `low`.

    `low` is in milliseconds. `end` is empty where nothing was read before.
    """

    room: str
    start: str
    end: str
    low: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Events by room, in the order in which our server got them, and people's names; holes to be read, and where the next sync begins."""

    events: Mapping[str, Sequence[Mapping[str, Any]]]
    names: Mapping[str, str] = field(default_factory=dict)
    holes: tuple[Hole, ...] = ()
    next_batch: str = ""


async def sync(ask: Ask, rooms: Sequence[str], since: str, *, low: int) -> Heard:
    """Return what the rooms got since a sync; "" begins at `low`. A room with more than a page of it leaves a hole to be filled.

    Raises `SourceUnavailable` for an answer that is no sync: that nothing is new has to be said (RULES F18).
    """
    timeline = {"limit": PAGE, "types": list(READ)}
    room = {"rooms": list(rooms), "timeline": timeline, "state": {"types": ["m.room.member"], "lazy_load_members": True}}
    nothing: dict[str, list[str]] = {"types": []}
    wanted = {"room": {**room, "ephemeral": nothing, "account_data": nothing}, "presence": nothing, "account_data": nothing}
    arguments = {"timeout": "0", "filter": json.dumps(wanted), **({"since": since} if since else {})}
    answer = await ask(f"{API}/sync", arguments)
    if not word(answer, "next_batch"):
        raise SourceUnavailable("The homeserver answered something else than a sync.")
    events: dict[str, Sequence[Mapping[str, Any]]] = {}
    names: dict[str, str] = {}
    holes: list[Hole] = []
    for room_id, joined in part(part(answer, "rooms"), "join").items():
        line = part(joined, "timeline")
        events[room_id] = events_in(line, "events")
        names |= names_in(events_in(part(joined, "state"), "events"))
        if line.get("limited") is True and word(line, "prev_batch"):
            holes.append(Hole(room=room_id, start=word(line, "prev_batch"), end=since, low=low))
    return Heard(events=events, names=names, holes=tuple(holes), next_batch=word(answer, "next_batch"))


async def fill(ask: Ask, hole: Hole) -> tuple[Heard, Hole | None]:
    """Page back through a hole; return what was in it and what is left of it. Everything older than `low` ends it as well."""
    path = f"{API}/rooms/{quote(hole.room, safe='', errors='replace')}/messages"
    wanted = json.dumps({"types": list(READ), "lazy_load_members": True})
    found: list[Mapping[str, Any]] = []
    names: dict[str, str] = {}
    start = hole.start
    for _ in range(MOST_PAGES):
        arguments = {"dir": "b", "limit": str(PAGE), "from": start, "filter": wanted, **({"to": hole.end} if hole.end else {})}
        answer = await ask(path, arguments)
        if not isinstance(answer, Mapping) or not isinstance(answer.get("chunk"), list):
            raise SourceUnavailable("The homeserver answered something else than the messages of a room.")
        chunk, end = events_in(answer, "chunk"), word(answer, "end")
        names |= names_in(events_in(answer, "state"))
        found = [*reversed([event for event in chunk if not is_before(event, hole.low)]), *found]
        if not end or end == start or (chunk and all(is_before(event, hole.low) for event in chunk)):
            return Heard(events={hole.room: found}, names=names), None
        start = end
    return Heard(events={hole.room: found}, names=names), Hole(room=hole.room, start=start, end=hole.end, low=hole.low)
