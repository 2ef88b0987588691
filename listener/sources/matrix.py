"""Matrix: what is said in rooms that an account is in, by its homeserver (client-server API 1.x, as of 2026-11)."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from listener.errors import SettingsError, SourceRefused, SourceUnavailable
from listener.model.mention import Mention, Removal
from listener.model.page import Cursor, Found, Page, Skip
from listener.ports import Clock
from listener.sources.fields import millis, part, word
from listener.sources.http import HttpClient
from listener.sources.json_text import read_json
from listener.sources.matrix_events import MESSAGE, Relation, edited, is_before, is_hidden, read_event, relation_of
from listener.sources.matrix_rooms import Chosen, Privacy, Rooms, rooms_named
from listener.sources.matrix_sync import API, Heard, Hole, fill_or_lose, holes_of, sync
from listener.sources.patience import Patience
from listener.sources.turns import lost_place

DAY_MILLIS = 86_400_000
MOST_REMEMBERED = 5_000
MOST_DEEP = 40
HOW_TO = "sign in with the account that reads, and set KLANKBORD_MATRIX_READ_TOKEN to its access token"


class MatrixSource:
    """The messages of `rooms` (ids or addresses), or of every room the account is in.

    The cursor keeps where the last sync ended and the holes that it left: a server shows a hundred events of a room at once, the rest is
    paged. Edits are the message with its new words, redactions are removals. Encrypted messages cannot be read: they are skipped, and
    `Page.gap` says how many. A named room that we are not in is told in `Page.lost`, and read from there on once we are.

    A message is private unless anybody may come into its room (join rule "public") or `public_rooms` names it, and private in rooms that
    the account marks as direct. The cursor keeps what is known of each room; a sync tells what changes. In a room with one person, all
    is one conversation, said to the brand `in_private_to`.
    """

    def __init__(
        self,
        source_id: str,
        server: str,
        *,
        token: Callable[[], str],
        http: HttpClient,
        clock: Clock,
        rooms: Sequence[str] = (),
        public_rooms: Sequence[str] = (),
        in_private_to: str = "",
        look_back: timedelta = timedelta(days=7),
        allow_http: bool = False,
        allow_private: bool = False,
    ) -> None:
        named, public = rooms_named(source_id, "rooms", rooms), rooms_named(source_id, "public_rooms", public_rooms)
        unread = next((room for room in public if named and room not in named), None)
        if unread is not None:
            raise SettingsError(
                f"klankbord.yaml: sources: {source_id}: public_rooms: {unread!r} is not among 'rooms'; write it there too, as here."
            )
        self._source_id = source_id
        self._server = server.rstrip("/")
        self._host = urlsplit(self._server).netloc
        self._token = token
        self._http = http
        self._clock = clock
        self._look_back = look_back
        self._allow = {"allow_http": allow_http, "allow_private": allow_private}
        self._named = named
        self._public = public
        self._in_private_to = in_private_to
        self._rooms = Rooms(self._ask, self._host)
        self._open: dict[str, bool] = {}
        self._direct: frozenset[str] | None = None
        self._relations: dict[str, Relation] = {}
        self._patience = Patience()

    @property
    def source_id(self) -> str:
        return self._source_id

    async def pull(self, cursor: Cursor | None) -> Page:
        """Return what the rooms got since `cursor`, or what is in a hole that the last sync left. See `Source.pull`."""
        memory: dict[str, Any] = json.loads(cursor) if cursor else {}
        if memory.get("host") != self._host:
            memory = {"host": self._host, "since": "", "holes": [], "at": 0}
        holes = [Hole(**one) for one in memory["holes"]]
        if holes:
            heard, left, lost = await fill_or_lose(self._ask, holes[0], self._rooms.joined, self._patience)
            after = {**memory, "holes": [asdict(one) for one in (left, *holes[1:]) if one is not None]}
            page = await self._page(heard, await self._privacy(heard.shut, lost=part(memory, "lost")))
            return self._told(replace(page, next=_written(after), more=bool(after["holes"])), part(memory, "lost"), heard, lost)
        now = self._clock.now()
        chosen = await self._chosen(memory)
        rooms = chosen.read
        known, direct = await self._known_of(rooms, memory)
        heard, restarted = await self._synced(rooms, memory, known)
        marked = direct if heard.direct is None else heard.direct
        privacy = await self._privacy(heard.shut, direct | marked, lost=chosen.lost)
        page = self._told(await self._page(heard, privacy), chosen.lost, heard, restarted)
        missed = holes_of(heard, chosen.back, since="" if restarted else memory["since"], rooms_open=known)
        left_out = [replace(hole, is_open=hole.is_open and hole.room not in privacy.direct) for hole in missed]
        self._open, self._direct = {**({} if restarted else known), **heard.rooms_open}, marked
        learned = {"open": {room: self._open[room] for room in rooms if room in self._open}, "direct": sorted(marked)}
        learned |= {"lost": chosen.lost}
        same = learned == {"lost": {}, **{name: memory[name] for name in learned if name in memory}}
        if cursor is not None and same and not restarted and not left_out and not any(heard.events.values()):
            return replace(page, next=cursor)
        after = {"host": self._host, "since": heard.next_batch, "at": millis(now), "holes": [asdict(one) for one in left_out], **learned}
        return replace(page, next=_written(after), more=bool(left_out))

    async def look_up(self, native_ids: Sequence[str]) -> tuple[Found, ...]:
        """Return messages as they stand now, in the order asked for; a redacted one is a removal. Each room is asked until one knows it."""
        rooms = (await self._chosen({})).read
        return tuple([await self._look_up(event_id, rooms) for event_id in native_ids])

    async def look_up_in(self, room: str, event_id: str) -> Found:
        """Return a message of one room as it stands now. What the server does not show may be hidden from us: it is no removal."""
        return await self._look_up(event_id, (room,))

    async def aclose(self) -> None:
        """Nothing to let go of: the HTTP client belongs to the bootstrap."""

    async def _known_of(self, rooms: Sequence[str], memory: Mapping[str, Any]) -> tuple[dict[str, bool], frozenset[str]]:
        """Return which rooms are open, and which are direct ones, as they were where we were; what a cursor does not say is asked for.

        Asked before the sync, which tells what changed since. Nothing is asked at the first one: it tells all.
        """
        known = {room: is_open for room, is_open in part(memory, "open").items() if room in rooms and isinstance(is_open, bool)}
        if not memory["since"]:
            return {}, frozenset()
        for room in rooms:
            if room not in known:
                known[room] = await self._rooms.is_open(room)
        return known, frozenset(memory["direct"]) if "direct" in memory else await self._rooms.marked_direct()

    async def _privacy(self, shut: frozenset[str], direct: frozenset[str] = frozenset(), *, lost: Collection[str] = ()) -> Privacy:
        public = frozenset([await self._rooms.id_of(name) for name in self._public if name not in lost]) - {""}
        return Privacy(shut=shut, direct=direct, public=public)

    async def _synced(self, rooms: Sequence[str], memory: Mapping[str, Any], known: Mapping[str, bool]) -> tuple[Heard, str]:
        """Sync from where we were; from the look-back when the server does not know that place any more, and say so."""
        first = millis(self._clock.now() - self._look_back)
        if memory["since"]:
            try:
                low = int(memory["at"]) - DAY_MILLIS
                return await sync(self._ask, rooms, memory["since"], low=low, rooms_open=known), ""
            except SourceRefused as error:
                if error.status != 400:
                    raise
        heard = await sync(self._ask, rooms, "", low=first, rooms_open={})
        recent = {room: [one for one in events if not is_before(one, first)] for room, events in heard.events.items()}
        again = f"{self._host} does not know any more how far we had read, so the look-back was read again" if memory["since"] else ""
        return replace(heard, events=recent), again

    async def _chosen(self, memory: Mapping[str, Any]) -> Chosen:
        now = self._clock.now()
        begin = min(millis(now - self._look_back), int(memory.get("at") or millis(now)) - DAY_MILLIS)
        return await self._rooms.chosen(self._named, part(memory, "lost"), begin=begin, now=now)

    async def _page(self, heard: Heard, privacy: Privacy) -> Page:
        """Read events into mentions, each once with its latest words."""
        mentions: dict[tuple[str, str], Mention] = {}
        removals: list[Removal] = []
        skipped: list[Skip] = []
        for room, events in heard.events.items():
            batch = {word(event, "event_id"): event for event in events}
            spoke = {word(event, "sender") for event in events if privacy.holds(room, word(event, "event_id"))}
            pair = bool(spoke) and await self._rooms.is_pair(room, spoke)
            for event in events:
                found = await self._read(room, event, batch, heard.names, privacy, pair=pair)
                if isinstance(found, Mention):
                    earlier = mentions.get((room, found.native_id))
                    if earlier is None or (found.edited_at or found.posted_at) >= (earlier.edited_at or earlier.posted_at):
                        mentions[room, found.native_id] = found
                elif isinstance(found, Removal):
                    removals.append(found)
                else:
                    skipped.append(found)
        in_order = sorted(mentions.values(), key=lambda m: (m.posted_at, m.native_id))
        return Page(mentions=tuple(in_order), next=None, removals=tuple(removals), skipped=tuple(skipped))

    async def _read(
        self,
        room: str,
        event: Mapping[str, Any],
        batch: Mapping[str, Mapping[str, Any]],
        names: Mapping[str, str],
        privacy: Privacy,
        *,
        pair: bool = False,
    ) -> Found:
        """Read one event; an edit is the message it edits, which stands in the same batch or is asked for, with its new words.

        `pair`: one person and we are in the room, in which all that is private is one conversation.
        """
        relation, name = relation_of(event), names.get(word(event, "sender"), "")
        is_edit = bool(relation.edits) and word(event, "type") == MESSAGE
        private = privacy.holds(room, word(event, "event_id"), *([relation.edits] if is_edit else []))
        whole = (batch.get(relation.edits) or await self._event(room, relation.edits)) if is_edit else event
        if is_edit and (word(whole, "sender") != word(event, "sender") or relation_of(whole).edits):
            return Skip(where=f"event {word(event, 'event_id')}"[:300], reason="it edits no message of its sender")
        root = room if private and pair else await self._root(room, whole, batch)
        mention = read_event(whole, room=room, root=root, name=name, private=private)
        if not isinstance(mention, Mention):
            return mention
        said_to = self._in_private_to if private and pair else ""
        return replace(edited(mention, event) if is_edit else mention, said_to=said_to)

    async def _root(self, room: str, event: Mapping[str, Any], batch: Mapping[str, Mapping[str, Any]]) -> str:
        """Return the event that begins the thread, or the chain of answers, that an event stands in; "" when it answers nothing."""
        relation, root = relation_of(event), ""
        for _ in range(MOST_DEEP):
            if relation.thread or not relation.answers:
                break
            root = relation.answers
            relation = relation_of(batch[root]) if root in batch else await self._relation(room, root)
        return relation.thread or root

    async def _relation(self, room: str, event_id: str) -> Relation:
        """Return what an event of an earlier page is related to, asked once and remembered while we run."""
        if event_id not in self._relations:
            self._relations[event_id] = relation_of(await self._event(room, event_id))
            while len(self._relations) > MOST_REMEMBERED:
                del self._relations[next(iter(self._relations))]
        return self._relations[event_id]

    async def _look_up(self, event_id: str, rooms: Sequence[str]) -> Found:
        for room in rooms:
            if event := await self._event(room, event_id):
                return await self._read(room, event, {}, {}, await self._privacy_now(room, event_id))
        return Skip(where=f"event {event_id}"[:300], reason="no room shows it now; it is kept until it is known to be gone")

    async def _privacy_now(self, room: str, event_id: str) -> Privacy:
        """Return how a room is now, in which a message is looked up: its last words may be younger than what is kept of it."""
        if room not in self._open:
            self._open[room] = await self._rooms.is_open(room)
        if self._direct is None:
            self._direct = await self._rooms.marked_direct()
        return await self._privacy(frozenset() if self._open[room] else frozenset({event_id}), self._direct)

    async def _event(self, room: str, event_id: str) -> Mapping[str, Any]:
        """Return an event as it stands now; an empty one when the server does not show it, or failed three times: others wait."""
        try:
            found = await self._ask(
                f"{API}/rooms/{quote(room, safe='', errors='replace')}/event/{quote(event_id, safe='', errors='replace')}", {}
            )
        except SourceRefused as error:
            if error.status not in (403, 404):
                raise
            return {}
        except SourceUnavailable:
            if not self._patience.is_over(event_id):
                raise
            return {}
        return found

    async def _ask(self, path: str, arguments: Mapping[str, str]) -> Mapping[str, Any]:
        token = self._token()
        if not token or not (token.isascii() and token.isprintable()):
            raise SourceRefused(f"There is no token to read at {self._host} with: {HOW_TO}.", cause="token_missing")
        url = f"{self._server}{path}{'?' + urlencode(arguments, errors='replace') if arguments else ''}"
        headers = {"Accept": "application/json", "Authorization": f"Bearer {token}"}
        try:
            answer = await self._http.get(url, headers=headers, **self._allow)
        except SourceRefused as error:
            if error.status != 401:
                raise
            cause = error.cause or "token_rejected"
            raise SourceRefused(f"{self._host} does not take our token any more: {HOW_TO}.", cause=cause, status=401) from error
        try:
            found = read_json(answer.body)
        except ValueError as error:
            raise SourceUnavailable(f"{self._host} answered something that is {error}.") from error
        if not isinstance(found, dict):
            raise SourceUnavailable(f"{self._host} answered something else than an object.")
        return found

    def _told(self, page: Page, lost: Mapping[str, Any], heard: Heard, *told: str) -> Page:
        """Say on the page what could not be read: rooms, and encrypted messages."""
        hidden = {room: sum(is_hidden(one) for one in events) for room, events in heard.events.items()}
        closed = [f"{number} messages in {room} are encrypted and cannot be read" for room, number in hidden.items() if number]
        gaps = "; ".join(gap for gap in (*told, *closed) if gap)
        places = tuple(lost_place(name, loss, now=self._clock.now()) for name, loss in lost.items())
        return replace(page, gap=f"{self._source_id}: {gaps}." if gaps else "", lost=places)


def _written(memory: Mapping[str, Any]) -> Cursor:
    return Cursor(json.dumps(memory, sort_keys=True))
