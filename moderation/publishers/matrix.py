"""Posts in Matrix rooms over the client-server API, with our key as the transaction id: plain text only, replies and edits as relations.

`Target.realm` is the room ("!…"), `thread_id` the event a thread hangs below (or the room again, or nothing: a message of its own),
`parent_id` the event answered.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr

from listener.errors import NotSent, PublishRejected, PublishUnknown, SourceRefused, SourceUnavailable
from listener.ports import Clock
from listener.settings.schema import HttpSettings
from moderation.messages.length import length
from moderation.model.post import Accepted, AccountId, Limits, OutgoingPost, PlaceNow, SeenPost, Target
from moderation.publishers.answer import Answer
from moderation.publishers.http import WriteClient, path_part
from moderation.publishers.limits import MATRIX
from moderation.publishers.matrix_events import MESSAGE, between_two, content_of, in_room, may_speak, read_message, room_of
from moderation.publishers.removal import taken_away

PLATFORM = "matrix"
API = "/_matrix/client/v3"
PAGE = 100
MOST_PAGES = 200
MOST_ROOMS = 200
MOST_CONTENT_BYTES = 63_000
"""Of an event's 65,536 bytes (specification, size limits): what is left when the server has added sender, signatures and hashes."""
_SLACK = timedelta(hours=1)
"""Events come in the order the server got them; their own times may be off by this much."""


class MatrixPublisher:
    """One account on one homeserver, by its access token.

    API facts (Matrix specification 1.x, client-server API, "Transaction identifiers", "Instant messaging", read 2026-11-25; Synapse 1.163
    tried): PUT …/send/m.room.message/{txnId} with the same txnId from the same device gives the first event back. How long a server knows
    it, the specification leaves open: Synapse a day in its database, Dendrite half an hour in memory; see `limits.MATRIX`.
    A room may hold events of other servers; our own come from ours, so our own posts are complete as soon as it answers.
    """

    native_key = MATRIX.native_key
    key_seconds = MATRIX.key_seconds
    looks_back = MATRIX.looks_back
    can_edit = MATRIX.can_edit
    can_remove = MATRIX.can_remove

    def __init__(self, *, homeserver: str, token: SecretStr, http: HttpSettings, clock: Clock, allow_private: bool = False) -> None:
        self._token = token
        self._clock = clock
        self._client = WriteClient(
            homeserver, settings=http, headers=self._headers, judge=self._judge, allow_private=allow_private, clock=clock
        )
        self._user = ""

    @property
    def limits(self) -> Limits:
        """How long a text may be. An edit carries its text twice: that it still fits is checked before it leaves."""
        return MATRIX.limits

    async def whoami(self) -> AccountId:
        """Ask the homeserver whose token this is."""
        found = await self._client.ask_json(f"{API}/account/whoami")
        user = found.get("user_id") if isinstance(found, dict) else None
        if not isinstance(user, str) or not user.startswith("@") or ":" not in user:
            raise SourceUnavailable(f"{self._client.host} does not say whose account this is.")
        self._user = user
        return AccountId(platform=PLATFORM, realm=user.partition(":")[2], native_id=user, name=user)

    async def publish(self, post: OutgoingPost, *, key: str) -> Accepted:
        """Post once, replace the text of the event `post.edits`, or redact `post.removes`; see `Publisher.publish`.

        An edit keeps the first event's id. What answers one person (`Target.person`) goes into a room in which only they and we are at
        that moment, and nowhere else.
        """
        room = room_of(post.target)
        if post.media or post.title or not room:
            raise PublishRejected("In Matrix we post plain texts in a room: no title, no files.", why="invalid")
        if post.removes:
            return await taken_away(self._redact(room, post.removes, key), post.removes)
        content = content_of(post)
        size = len(json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass"))
        if length(post.text, self.limits) > self.limits.most or size > MOST_CONTENT_BYTES:
            raise PublishRejected(f"The message is longer than an event of {MOST_CONTENT_BYTES} bytes takes.", why="too_long")
        if post.target.person:
            await self._must_be_between(room, post.target.person)
        made = await self._client.write_json("PUT", f"{API}/rooms/{path_part(room)}/send/{MESSAGE}/{path_part(key)}", json=content)
        event = made.get("event_id")
        if not isinstance(event, str) or not event:
            raise PublishUnknown(f"{self._client.host} accepted, but did not say under which id.")
        event = post.edits or event
        return Accepted(platform_id=event, url=_url(room, event))

    async def _must_be_between(self, room: str, person: str) -> None:
        """Raise `PublishRejected` when a room is not one person's and ours, and `NotSent` when the server cannot be asked now."""
        try:
            place = await self._between(room, person)
        except SourceUnavailable as error:
            raise NotSent(f"Who reads in that room cannot be asked for now: {error}") from error
        if place is not PlaceNow.OPEN:
            why = "shared" if place is PlaceNow.SHARED else "gone"
            raise PublishRejected("That room is not ours and theirs alone (any more), whom this answers; nothing was posted.", why=why)

    async def _between(self, room: str, person: str) -> PlaceNow:
        rule = await self._state(room, "m.room.join_rules")
        if rule is None:
            return PlaceNow.SHARED
        found = await self._client.ask_json(f"{API}/rooms/{path_part(room)}/members")
        members = found.get("chunk") if isinstance(found, dict) else None
        if not isinstance(members, list) or not all(isinstance(one, dict) for one in members):
            raise SourceUnavailable(f"{self._client.host} does not say who is in the room.")
        return between_two(rule, members, us=await self._me(), person=person)

    async def _redact(self, room: str, event_id: str, key: str) -> None:
        """Redact one event of ours: whoever moderates a room could redact anybody's, so its sender is asked first."""
        try:
            answer = await self._client.ask(f"{API}/rooms/{path_part(room)}/event/{path_part(event_id)}", gone=True)
            event = self._client.read_json(answer) if answer.status == 200 else None
            me = await self._me()
        except SourceUnavailable as error:
            raise NotSent(f"{error} Nothing was redacted.") from error
        if event is None or (isinstance(event, dict) and not event.get("content")):
            return
        if not isinstance(event, dict) or event.get("sender") != me:
            raise PublishRejected("That event is not this account's.", why="forbidden")
        await self._client.write_json("PUT", f"{API}/rooms/{path_part(room)}/redact/{path_part(event_id)}/{path_part(key)}", json={})

    async def own_posts(self, target: Target, since: datetime) -> list[SeenPost]:
        """Return our messages said or edited in the target's room since a moment, with their last text and its time, oldest first."""
        room = room_of(target)
        if not room:
            raise SourceRefused("This place names no Matrix room.")
        return await self._own_in(room, since)

    async def place_now(self, target: Target) -> PlaceNow:
        """Ask whether we are in the room and may speak there, and whether the event we would answer still stands.

        A room in which one person is answered has to be theirs and ours alone.
        """
        room = room_of(target)
        if not room:
            return PlaceNow.GONE
        me = await self._me()
        member = await self._state(room, f"m.room.member/{path_part(me)}")
        if member is None or not in_room(member):
            return PlaceNow.LOCKED
        if await self._state(room, "m.room.encryption") is not None:
            return PlaceNow.LOCKED  # a plain text there would be no message its people can trust
        if target.person and (place := await self._between(room, target.person)) is not PlaceNow.OPEN:
            return place
        levels = await self._state(room, "m.room.power_levels")
        if levels is not None and not may_speak(levels, me):
            return PlaceNow.LOCKED
        if not target.parent_id.startswith("$"):
            return PlaceNow.OPEN
        answer = await self._client.ask(f"{API}/rooms/{path_part(room)}/event/{path_part(target.parent_id)}", gone=True)
        if answer.status != 200:
            return PlaceNow.GONE
        event = self._client.read_json(answer)
        return PlaceNow.OPEN if isinstance(event, dict) and event.get("content") else PlaceNow.GONE

    async def own_latest(self, since: datetime) -> list[SeenPost] | None:
        """Return what this account said in any room it is in."""
        found = await self._client.ask_json(f"{API}/joined_rooms")
        rooms = found.get("joined_rooms") if isinstance(found, dict) else None
        if not isinstance(rooms, list) or len(rooms) > MOST_ROOMS:
            raise SourceUnavailable(f"{self._client.host} lists no rooms, or more than {MOST_ROOMS}.")
        return sorted([one for room in rooms for one in await self._own_in(str(room), since)], key=lambda one: one.posted_at)

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._client.aclose()

    async def _me(self) -> str:
        return self._user or (await self.whoami()).native_id

    async def _own_in(self, room: str, since: datetime) -> list[SeenPost]:
        """Page back through the room, our own messages only, until they are older than `since`. Never an empty list for an error."""
        me = await self._me()
        wanted = json.dumps({"senders": [me], "types": [MESSAGE]})
        params = {"dir": "b", "limit": str(PAGE), "filter": wanted}
        found: dict[str, SeenPost] = {}
        for _ in range(MOST_PAGES):
            page = await self._client.ask_json(f"{API}/rooms/{path_part(room)}/messages", params=params)
            chunk, end = (page.get("chunk"), page.get("end")) if isinstance(page, dict) else (None, None)
            if not isinstance(chunk, list):
                raise SourceUnavailable(f"{self._client.host} does not list the room's messages.")
            oldest = self._read(chunk, me, room, found)
            if not isinstance(end, str) or not end or end == params.get("from") or (oldest is not None and oldest < since - _SLACK):
                return sorted((one for one in reversed(found.values()) if one.posted_at >= since), key=lambda one: one.posted_at)
            params = {**params, "from": end}
        raise SourceUnavailable(f"More than {MOST_PAGES} pages of our messages in one room.")

    def _read(self, chunk: list[Any], me: str, room: str, found: dict[str, SeenPost]) -> datetime | None:
        """Add a page's messages, newest first, and return the time of the oldest. What was redacted is no longer there."""
        oldest: datetime | None = None
        for event in chunk:
            if not isinstance(event, dict) or not isinstance(event.get("origin_server_ts"), int | float):
                raise SourceUnavailable(f"{self._client.host} lists an event that cannot be read.")
            oldest = datetime.fromtimestamp(event["origin_server_ts"] / 1000, UTC)
            said = read_message(event, sender=me)
            if said is None:
                continue
            event_id, text = said
            # paging back, the newest words of a message come first: its last edit counts, with the edit's time
            found.setdefault(event_id, SeenPost(platform_id=event_id, text=text, posted_at=oldest, url=_url(room, event_id)))
        return oldest

    async def _state(self, room: str, what: str) -> dict[str, Any] | None:
        """Return a part of the room's state; None when there is none or we are not let in to see it."""
        try:
            answer = await self._client.ask(f"{API}/rooms/{path_part(room)}/state/{what}", gone=True)
        except SourceRefused:
            await self.whoami()  # our token is sound: it is the room that keeps us out
            return None
        if answer.status != 200:
            return None
        found = self._client.read_json(answer)
        return found if isinstance(found, dict) else None

    def _headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self._token.get_secret_value()}"}

    def _judge(self, answer: Answer) -> Exception | None:
        """Read the refusals that mean something of their own (specification, "Standard error response")."""
        try:
            found = answer.json()
        except (ValueError, RecursionError):
            return None
        code = found.get("errcode") if isinstance(found, dict) else None
        if answer.status == 401 or code in (
            "M_UNKNOWN_TOKEN",
            "M_MISSING_TOKEN",
            "M_USER_DEACTIVATED",
            "M_USER_LOCKED",
            "M_USER_SUSPENDED",
        ):
            return SourceRefused(f"{self._client.host} does not take our token any more; a person has to renew it.")
        if code == "M_TOO_LARGE":
            return PublishRejected(f"{self._client.host} refused: the message is too large.", why="too_long")
        return None


def _url(room: str, event: str) -> str:
    """Return the link that asks which app to open it in."""
    return f"https://matrix.to/#/{path_part(room)}/{path_part(event)}"
