"""Matrix rooms as one account sees them: which it is in, into which anybody may come, which are direct ones. Requests only."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from listener.errors import SettingsError, SourceRefused, SourceUnavailable
from listener.model.page import Cursor
from listener.sources.fields import number, part, rows, word
from listener.sources.matrix_events import DIRECT, JOIN_RULES, direct_rooms, is_open_rule
from listener.sources.matrix_sync import API, Ask
from listener.sources.turns import loss_of, rests

NOT_SHOWN = (403, 404)
PAIR = 2


def rooms_named(source_id: str, key: str, given: Sequence[str]) -> tuple[str, ...]:
    """Return rooms as settings name them, each once. Raises `SettingsError` for what is neither an id nor an address."""
    named = tuple(dict.fromkeys(room.strip() for room in given))
    wrong = next((room for room in named if room[:1] not in ("!", "#")), None)
    if wrong is not None:
        raise SettingsError(
            f"klankbord.yaml: sources: {source_id}: {key}: {wrong!r} is no room; write its id or address, such as '#storing:example.org'."
        )
    return named


def closed_rooms(cursor: Cursor | None) -> tuple[str, ...]:
    """Return the rooms of which a cursor knows that not everybody may come in, direct ones left out; none for what is no cursor of ours."""
    try:
        memory = json.loads(cursor or "{}")
    except ValueError:
        return ()
    direct = [one for one in rows(memory, "direct") if isinstance(one, str)]
    return tuple(sorted(room for room, is_open in part(memory, "open").items() if is_open is False and room not in direct))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which rooms are read; which of those named are `lost`, with what to remember of each; and which are `back`, with from when on
    (milliseconds) what was said there meanwhile is to be read."""

    read: tuple[str, ...]
    lost: Mapping[str, Mapping[str, Any]]
    back: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """What of a look was said where not everybody may read: events by id, and whole rooms."""

    shut: frozenset[str] = frozenset()
    direct: frozenset[str] = frozenset()
    public: frozenset[str] = frozenset()

    def holds(self, room: str, *event_ids: str) -> bool:
        """Tell whether one of these events of a room is private: what `public_rooms` names is not, whatever it says of itself."""
        return room not in self.public and (room in self.direct or not self.shut.isdisjoint(event_ids))


class Rooms:
    """Rooms of one account at one server. What is not shown to us is never taken for open: see `is_open`."""

    def __init__(self, ask: Ask, host: str) -> None:
        self._ask = ask
        self._host = host
        self._addresses: dict[str, str] = {}
        self._pairs: dict[str, frozenset[str]] = {}

    async def chosen(self, named: Sequence[str], lost: Mapping[str, Any], *, begin: int, now: datetime) -> Chosen:
        """Return which rooms to read of those `named`, of all where none is. `lost`: what was known; `begin`: where one lost now goes on.

        An address that led nowhere is asked about less and less often. Raises `SourceRefused` when there is nothing to read.
        """
        joined = await self.joined()
        ids = {name: "" if self._is_left_alone(name, part(lost, name), now) else await self.id_of(name) for name in named}
        read = tuple(room for room in joined if not named or room in ids.values())
        if not read:
            raise SourceRefused(
                f"The account that reads at {self._host} is not in {', '.join(named) or 'any room'}; let it in.", cause="forbidden"
            )
        absent = {name: self._loss(name, room, part(lost, name), now) for name, room in ids.items() if room not in joined}
        back = {ids[name]: number(part(lost, name).get("low")) for name in lost if ids.get(name) in joined}
        return Chosen(read=read, lost={name: {"low": begin, **loss} for name, loss in absent.items()}, back=back)

    def _is_left_alone(self, name: str, loss: Mapping[str, Any], now: datetime) -> bool:
        return not name.startswith("!") and name not in self._addresses and rests(loss, now)

    def _loss(self, name: str, room: str, before: Mapping[str, Any], now: datetime) -> Mapping[str, Any]:
        if before and (room or self._is_left_alone(name, before, now)):
            return before
        nowhere = "Its address leads to no room; write another one."
        why = f"The account that reads at {self._host} is not in it; let it in." if room else nowhere
        return {**before, **loss_of(before, why=why, now=now)}

    async def joined(self) -> tuple[str, ...]:
        """Return the rooms that the account is in."""
        answer = await self._ask(f"{API}/joined_rooms", {})
        if not isinstance(answer, Mapping) or not isinstance(answer.get("joined_rooms"), list):
            raise SourceUnavailable(f"{self._host} answered something else than the rooms that the account is in.")
        return tuple(room for room in rows(answer, "joined_rooms") if isinstance(room, str))

    async def id_of(self, name: str) -> str:
        """Return a room's id; "" for an address that leads nowhere."""
        if name.startswith("!"):
            return name
        if name not in self._addresses:
            found = await self._shown(f"{API}/directory/room/{_quoted(name)}", gone=(404,))
            if found is None:
                return ""
            self._addresses[name] = word(found, "room_id")
        return self._addresses[name]

    async def is_open(self, room: str) -> bool:
        """Tell whether anybody may come into a room now. A room that does not say so to us is not open."""
        return is_open_rule(await self._shown(f"{API}/rooms/{_quoted(room)}/state/{JOIN_RULES}"))

    async def marked_direct(self) -> frozenset[str]:
        """Return the rooms that the account marks as direct ones; none when it never marked any."""
        me = word(await self._ask(f"{API}/account/whoami", {}), "user_id")
        if not me:
            raise SourceUnavailable(f"{self._host} does not say whose account this is.")
        return direct_rooms(await self._shown(f"{API}/user/{_quoted(me)}/account_data/{DIRECT}"))

    async def is_pair(self, room: str, senders: Iterable[str]) -> bool:
        """Tell whether one person and we are all there is in a room. One that does not show its people to us may be such a room.

        A pair is asked for once, and again when somebody else speaks.
        """
        spoke = frozenset(senders)
        if spoke <= self._pairs.get(room, frozenset()):
            return True
        found = await self._shown(f"{API}/rooms/{_quoted(room)}/joined_members")
        people = found.get("joined") if isinstance(found, Mapping) else None
        if not isinstance(people, Mapping):
            return True
        members = frozenset(people)
        if len(members | spoke) > PAIR:
            self._pairs.pop(room, None)
            return False
        self._pairs[room] = members
        return True

    async def _shown(self, path: str, *, gone: Sequence[int] = NOT_SHOWN) -> Any:
        """Return what a path answers; None when it is not shown to us."""
        try:
            return await self._ask(path, {})
        except SourceRefused as error:
            if error.status not in gone:
                raise
            return None


def _quoted(name: str) -> str:
    return quote(name, safe="", errors="replace")
