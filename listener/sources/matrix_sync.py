"""What Matrix rooms got since last time: one sync, and the pages that it left out of rooms where much was said. Requests only."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from listener.errors import SourceRefused, SourceUnavailable
from listener.sources.fields import part, word
from listener.sources.matrix_events import (
    DIRECT,
    JOIN_RULES,
    READ,
    direct_rooms,
    events_in,
    is_before,
    is_open_rule,
    is_rule,
    names_in,
    shut_in,
)
from listener.sources.patience import Patience

API = "/_matrix/client/v3"
PAGE = 100
MOST_PAGES = 10

Ask = Callable[[str, Mapping[str, str]], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """Events of a room that a sync left out: those before `start`, back to where the sync before it ended (`end`), or to `low`.

    `low` is in milliseconds. `end` is empty where nothing was read before. `is_open`: how the room was at `start`; one that an older
    version left does not say, and counts as private.
    """

    room: str
    start: str
    end: str
    low: int
    is_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Events by room, in the order in which our server got them, and people's names; holes to be read, and where the next sync begins.

    `shut`: ids of events that were said where not everybody may read. `rooms_open`: whether anybody may come in now, of rooms that
    something was heard of. `direct`: rooms that the account marks as direct ones, None when nothing was said of that.
    """

    events: Mapping[str, Sequence[Mapping[str, Any]]]
    names: Mapping[str, str] = field(default_factory=dict)
    holes: tuple[Hole, ...] = ()
    next_batch: str = ""
    shut: frozenset[str] = frozenset()
    rooms_open: Mapping[str, bool] = field(default_factory=dict)
    direct: frozenset[str] | None = None


async def sync(ask: Ask, rooms: Sequence[str], since: str, *, low: int, rooms_open: Mapping[str, bool]) -> Heard:
    """Return what the rooms got since a sync; "" begins at `low`. A room with more than a page of it leaves a hole to be filled.

    `rooms_open` says how rooms were at `since`; a room that neither it nor the server tells about counts as private. Raises
    `SourceUnavailable` for an answer that is no sync: that nothing is new has to be said (RULES F18).
    """
    timeline = {"limit": PAGE, "types": list(READ)}
    room = {"rooms": list(rooms), "timeline": timeline, "state": {"types": ["m.room.member", JOIN_RULES], "lazy_load_members": True}}
    nothing: dict[str, list[str]] = {"types": []}
    marks = {"types": [DIRECT]}
    wanted = {"room": {**room, "ephemeral": nothing, "account_data": nothing}, "presence": nothing, "account_data": marks}
    arguments = {"timeout": "0", "filter": json.dumps(wanted), **({"since": since} if since else {})}
    answer = await ask(f"{API}/sync", arguments)
    if not word(answer, "next_batch"):
        raise SourceUnavailable("The homeserver answered something else than a sync.")
    events: dict[str, Sequence[Mapping[str, Any]]] = {}
    names: dict[str, str] = {}
    holes: list[Hole] = []
    shut: set[str] = set()
    now: dict[str, bool] = {}
    for room_id, joined in part(part(answer, "rooms"), "join").items():
        line, state = part(joined, "timeline"), events_in(part(joined, "state"), "events")
        said = events_in(line, "events")
        rules = [event for event in (*state, *said) if is_rule(event)]  # the state is that before the timeline
        now[room_id] = is_open_rule(rules[-1].get("content")) if rules else rooms_open.get(room_id, False)
        shut_here, was_open = shut_in(said, is_open=now[room_id])
        shut |= shut_here
        events[room_id] = [event for event in said if not is_rule(event)]
        names |= names_in(state)
        if line.get("limited") is True and word(line, "prev_batch"):
            holes.append(Hole(room=room_id, start=word(line, "prev_batch"), end=since, low=low, is_open=was_open))
    told = [event.get("content") for event in events_in(part(answer, "account_data"), "events") if word(event, "type") == DIRECT]
    marks_now = [content for content in told if isinstance(content, Mapping)]
    return Heard(
        events=events,
        names=names,
        holes=tuple(holes),
        next_batch=word(answer, "next_batch"),
        shut=frozenset(shut),
        rooms_open=now,
        direct=direct_rooms(marks_now[-1]) if marks_now else None,
    )


def holes_of(heard: Heard, back: Mapping[str, int], *, since: str, rooms_open: Mapping[str, bool]) -> tuple[Hole, ...]:
    """Return what is to be read after a sync: its holes, and of rooms that are `back` all before it, down to a moment (milliseconds).

    `since` is where the sync began, "" when it began anew; `rooms_open` says how rooms were there.
    """
    holes = tuple(replace(one, low=min(one.low, back.get(one.room, one.low))) for one in heard.holes)
    again = back.items() if since else ()
    return (*holes, *(Hole(room=room, start=since, end="", low=low, is_open=rooms_open.get(room, False)) for room, low in again))


async def fill(ask: Ask, hole: Hole) -> tuple[Heard, Hole | None]:
    """Page back through a hole; return what was in it and what is left of it. Everything older than `low` ends it as well."""
    path = f"{API}/rooms/{quote(hole.room, safe='', errors='replace')}/messages"
    wanted = json.dumps({"types": list(READ), "lazy_load_members": True})
    read: list[Mapping[str, Any]] = []
    names: dict[str, str] = {}
    start, ended = hole.start, False
    for _ in range(MOST_PAGES):
        arguments = {"dir": "b", "limit": str(PAGE), "from": start, "filter": wanted, **({"to": hole.end} if hole.end else {})}
        answer = await ask(path, arguments)
        if not isinstance(answer, Mapping) or not isinstance(answer.get("chunk"), list):
            raise SourceUnavailable("The homeserver answered something else than the messages of a room.")
        chunk, end = events_in(answer, "chunk"), word(answer, "end")
        names |= names_in(events_in(answer, "state"))
        read = [*reversed(chunk), *read]
        ended = not end or end == start or (bool(chunk) and all(is_before(event, hole.low) for event in chunk))
        if ended:
            break
        start = end
    shut, was_open = shut_in(read, is_open=hole.is_open)
    found = [event for event in read if not is_rule(event) and not is_before(event, hole.low)]
    left = None if ended else Hole(room=hole.room, start=start, end=hole.end, low=hole.low, is_open=was_open)
    return Heard(events={hole.room: found}, names=names, shut=shut), left


async def fill_or_lose(
    ask: Ask, hole: Hole, joined: Callable[[], Awaitable[Collection[str]]], patience: Patience
) -> tuple[Heard, Hole | None, str]:
    """Do as `fill`, and say what is lost: a room that we were put out of tells no more, and must not hold up all others.

    Where we still are (`joined`), its server may only be confused: then it is asked three times. Raises what `fill` raises otherwise.
    """
    try:
        return *await fill(ask, hole), ""
    except SourceRefused as error:
        if error.status not in (400, 403, 404):
            raise
        if hole.room in await joined() and not patience.is_over(hole.room):
            raise
    return Heard(events={}), None, f"what was said in {hole.room} between two looks is not shown to us any more"
