"""A Matrix homeserver as readers see it: syncs that show the newest of a room, pages for the rest, single events, addresses."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.fakes.site import Reply, Request

TOKEN = "syt_reading"
ROOM = "!room:matrix.example"
READER = "@lezer:matrix.example"
RULES = "m.room.join_rules"
_API = "/_matrix/client/v3"


class FakeMatrix:
    """Answers a `Site`. `events` are in the order in which the server got them; tokens are places between them.

    `rules` are the join rules that rooms began with, "invite" where none is named; `members` those of rooms that show them. `direct` is
    what the reader's m.direct says, None for nothing. `asked` are the paths that were asked for. `shows_rules`: whether rooms say their
    rule when they are asked, and at the beginning of a sync; a change of it is shown.
    """

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.joined = [ROOM]
        self.addresses = {"#storing:matrix.example": ROOM}
        self.token = TOKEN
        self.forgets_before = 0
        self.rules = {ROOM: "public"}
        self.members: dict[str, list[str]] = {}
        self.direct: object = None
        self.direct_since = 0
        self.shows_rules = True
        self.asked: list[str] = []

    def say(
        self, text: str, at: datetime, *, who: str = "@kim:matrix.example", room: str = ROOM, relates: dict[str, Any] | None = None
    ) -> str:
        """Add a message and return its id; `relates` is what it says of others."""
        content = {"msgtype": "m.text", "body": text, **({"m.relates_to": relates} if relates else {})}
        return self.add(content, at, who=who, room=room)

    def add(
        self, content: dict[str, Any], at: datetime, *, who: str = "@kim:matrix.example", room: str = ROOM, kind: str = "m.room.message"
    ) -> str:
        """Add any event and return its id."""
        event_id = f"$event{len(self.events)}"
        stamp = int(at.timestamp() * 1000)
        self.events.append(
            {"event_id": event_id, "type": kind, "sender": who, "room_id": room, "origin_server_ts": stamp, "content": content}
        )
        return event_id

    def let_in(self, rule: object, at: datetime, *, room: str = ROOM) -> None:
        """Change who may come into a room."""
        self.add({"join_rule": rule}, at, room=room, kind=RULES)
        self.events[-1]["state_key"] = ""

    def mark_direct(self, *rooms: str) -> None:
        """Let the account that reads mark rooms as direct ones."""
        self.direct, self.direct_since = {"@kim:matrix.example": list(rooms)}, len(self.events) + 1

    def redact(self, event_id: str, at: datetime, *, who: str = "@kim:matrix.example") -> None:
        """Take an event's content away, as a server does, and add what tells of it."""
        target = next(one for one in self.events if one["event_id"] == event_id)
        told = self.add({"redacts": event_id}, at, who=who, room=target["room_id"], kind="m.room.redaction")
        target["content"] = {}
        target["unsigned"] = {"redacted_because": {"event_id": told, "sender": who, "type": "m.room.redaction"}}

    def __call__(self, request: Request) -> Reply:
        address = urlsplit(request.path)
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        path = unquote(address.path.removeprefix(_API)).strip("/").split("/")
        self.asked.append("/".join(path))
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return _json({"errcode": "M_UNKNOWN_TOKEN", "error": "Unknown access token", "soft_logout": False}, 401)
        if path == ["joined_rooms"]:
            return _json({"joined_rooms": self.joined})
        if path[0] == "directory":
            room = self.addresses.get(path[-1])
            return _json({"room_id": room}) if room else _json({"errcode": "M_NOT_FOUND", "error": "no such address"}, 404)
        if path == ["sync"]:
            return self._sync(asked)
        if path == ["account", "whoami"]:
            return _json({"user_id": READER})
        if path == ["user", READER, "account_data", "m.direct"]:
            return _json(self.direct) if self.direct is not None else _json({"errcode": "M_NOT_FOUND", "error": "none"}, 404)
        if path[-1] == RULES:
            return _json(self._rule(path[1], len(self.events))) if self.shows_rules else _json({"errcode": "M_FORBIDDEN"}, 403)
        if path[-1] == "joined_members":
            people = self.members.get(path[1])
            return _json({"joined": {one: {} for one in people}} if people else {"errcode": "M_FORBIDDEN"}, 200 if people else 403)
        if path[-1] == "messages":
            return self._messages(path[1], asked)
        found = next((one for one in self.events if one["room_id"] == path[1] and one["event_id"] == path[-1]), None)
        return _json(found) if found else _json({"errcode": "M_NOT_FOUND", "error": "Event not found."}, 404)

    def _sync(self, asked: dict[str, str]) -> Reply:
        given = json.loads(asked["filter"])
        wanted = given["room"]
        since = int(asked.get("since", "s0")[1:])
        if "since" in asked and since < self.forgets_before:
            return _json({"errcode": "M_UNKNOWN", "error": "Invalid token"}, 400)
        rooms = {}
        for room in wanted["rooms"]:
            news = [(at, one) for at, one in enumerate(self.events) if at >= since and self._fits(one, room, wanted["timeline"]["types"])]
            shown = news[-wanted["timeline"]["limit"] :]
            if shown or "since" not in asked:
                start = shown[0][0] if shown else len(self.events)
                line = {"events": [one for _, one in shown], "limited": len(shown) < len(news), "prev_batch": f"s{start}"}
                told = "since" not in asked or any(one["type"] == RULES for _, one in news[: len(news) - len(shown)])
                told = told and self.shows_rules and RULES in wanted["state"]["types"]
                rule = [{"type": RULES, "state_key": "", "content": self._rule(room, start)}] if told else []
                rooms[room] = {"timeline": line, "state": {"events": [_member("@kim:matrix.example", "Kim"), *rule]}}
        marked = self.direct is not None and self.direct_since > since and "m.direct" in given["account_data"]["types"]
        marks = [{"type": "m.direct", "content": self.direct}] if marked else []
        return _json({"next_batch": f"s{len(self.events)}", "rooms": {"join": rooms}, "account_data": {"events": marks}})

    def _rule(self, room: str, before: int) -> object:
        """Return what says who may come into a room, as it was before an event."""
        told = [one["content"] for one in self.events[:before] if one["room_id"] == room and one["type"] == RULES]
        return told[-1] if told else {"join_rule": self.rules.get(room, "invite")}

    def _messages(self, room: str, asked: dict[str, str]) -> Reply:
        start, end = int(asked["from"][1:]), int(asked.get("to", "s0")[1:])
        types = json.loads(asked["filter"])["types"]
        before = [(at, one) for at, one in enumerate(self.events[:start]) if at >= end and self._fits(one, room, types)][::-1]
        chunk = before[: int(asked["limit"])]
        return _json({"chunk": [one for _, one in chunk], "start": asked["from"], **({"end": f"s{chunk[-1][0]}"} if chunk else {})})

    def _fits(self, event: dict[str, Any], room: str, types: list[str]) -> bool:
        return event["room_id"] == room and event["type"] in types


def _member(user: str, name: str) -> dict[str, Any]:
    return {"type": "m.room.member", "state_key": user, "sender": user, "content": {"membership": "join", "displayname": name}}


def _json(value: object, status: int = 200) -> Reply:
    return Reply(status=status, body=json.dumps(value).encode(), headers={"Content-Type": "application/json"})
