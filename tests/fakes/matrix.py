"""A Matrix homeserver as readers see it: syncs that show the newest of a room, pages for the rest, single events, addresses."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.fakes.site import Reply, Request

TOKEN = "syt_reading"
ROOM = "!room:matrix.example"
_API = "/_matrix/client/v3"


class FakeMatrix:
    """Answers a `Site`. `events` are in the order in which the server got them; tokens are places between them."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.joined = [ROOM]
        self.addresses = {"#storing:matrix.example": ROOM}
        self.token = TOKEN
        self.forgets_before = 0

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
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return _json({"errcode": "M_UNKNOWN_TOKEN", "error": "Unknown access token", "soft_logout": False}, 401)
        if path == ["joined_rooms"]:
            return _json({"joined_rooms": self.joined})
        if path[0] == "directory":
            room = self.addresses.get(path[-1])
            return _json({"room_id": room}) if room else _json({"errcode": "M_NOT_FOUND", "error": "no such address"}, 404)
        if path == ["sync"]:
            return self._sync(asked)
        if path[-1] == "messages":
            return self._messages(path[1], asked)
        found = next((one for one in self.events if one["room_id"] == path[1] and one["event_id"] == path[-1]), None)
        return _json(found) if found else _json({"errcode": "M_NOT_FOUND", "error": "Event not found."}, 404)

    def _sync(self, asked: dict[str, str]) -> Reply:
        wanted = json.loads(asked["filter"])["room"]
        since = int(asked.get("since", "s0")[1:])
        if "since" in asked and since < self.forgets_before:
            return _json({"errcode": "M_UNKNOWN", "error": "Invalid token"}, 400)
        rooms = {}
        for room in wanted["rooms"]:
            news = [(at, one) for at, one in enumerate(self.events) if at >= since and self._fits(one, room, wanted["timeline"]["types"])]
            shown = news[-wanted["timeline"]["limit"] :]
            if shown:
                line = {"events": [one for _, one in shown], "limited": len(shown) < len(news), "prev_batch": f"s{shown[0][0]}"}
                rooms[room] = {"timeline": line, "state": {"events": [_member("@kim:matrix.example", "Kim")]}}
        return _json({"next_batch": f"s{len(self.events)}", "rooms": {"join": rooms}})

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
