"""A Mastodon server as readers see it: hashtag timelines, search, notifications and single statuses, paged as the real one pages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.fakes.pushes import Pushes
from tests.fakes.site import Reply, Request

HOST = "social.example"
TOKEN = "a-reading-token"


def snowflake(at: datetime, number: int = 0) -> str:
    """Return the id of a status of this moment; `number` tells those of one moment apart."""
    return str((int(at.timestamp() * 1000) << 16) + number)


class FakeMastodon:
    """Answers a `Site`. `statuses` by local id; `notifications` are (id, type, status id); `hashtags_open` to strangers."""

    def __init__(self) -> None:
        self.statuses: dict[str, dict[str, Any]] = {}
        self.notifications: list[tuple[int, str, str]] = []
        self.hashtags_open = True
        self.token = TOKEN
        self.heeds_min_id = True
        self.pushes = Pushes()
        self.streams_at = ""

    def add(
        self,
        text: str,
        at: datetime,
        *,
        number: int = 0,
        who: str = "kim",
        host: str = HOST,
        answers: str = "",
        tags: Sequence[str] = ("stroomwerk",),
        uri: str = "",
        **more: object,
    ) -> str:
        """Add a status; `host` is where it was written. Return its id here, by which others of this server know it."""
        own_id = snowflake(at, number)
        there = own_id if host == HOST else str(int(own_id) + 7)
        local = host == HOST
        self.statuses[own_id] = {
            "id": own_id,
            "created_at": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "in_reply_to_id": answers or None,
            "sensitive": False,
            "spoiler_text": "",
            "visibility": "public",
            "uri": uri or f"https://{host}/users/{who}/statuses/{there}",
            "url": f"https://{host}/@{who}/{there}",
            "edited_at": None,
            "content": f"<p>{text}</p>",
            "reblog": None,
            "account": {
                "id": str(sum(map(ord, who + host))),
                "username": who,
                "acct": who if local else f"{who}@{host}",
                "display_name": who.title(),
                "url": f"https://{host}/@{who}",
            },
            "tags": [{"name": tag} for tag in tags],
            **more,
        }
        return own_id

    def notify(self, own_id: str, what: str = "mention") -> None:
        """Tell the reading account of a status, under the next number of all notifications of the server."""
        last = self.notifications[-1][0] if self.notifications else 1_000
        self.notifications.append((last + 3, what, own_id))

    def name_of(self, own_id: str) -> str:
        """Return what all of the fediverse calls a status."""
        return str(self.statuses[own_id]["uri"]).removeprefix("https://")

    def __call__(self, request: Request) -> Reply:
        address = urlsplit(request.path)
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        signed = request.headers.get("authorization") == f"Bearer {self.token}"
        if address.path.startswith("/api/v1/streaming/"):
            return self.pushes.reply(request.path) if signed else _json({"error": "Missing access token"}, 401)
        if address.path == "/api/v2/instance":
            return _json({"configuration": {"urls": {"streaming": self.streams_at}}}) if self.streams_at else _json({}, 404)
        if "authorization" in request.headers and not signed:
            return _json({"error": "The access token is invalid"}, 401)
        if address.path.startswith("/api/v1/timelines/tag/"):
            if not signed and not self.hashtags_open:
                return _json({"error": "This method requires an authenticated user"}, 422)
            tag = unquote(address.path.rpartition("/")[2])
            listed = [one for one in self.statuses.values() if tag in [each["name"] for each in one["tags"]]]
            return _json(self._paged(listed, asked))
        if address.path.startswith("/api/v1/statuses/"):
            found = self.statuses.get(address.path.rpartition("/")[2])
            return _json(found) if found else _json({"error": "Record not found"}, 404)
        if not signed:
            return _json({"error": "This method requires an authenticated user"}, 401)
        if address.path == "/api/v2/search":
            return _json({"accounts": [], "hashtags": [], "statuses": self._search(asked)})
        rows = [
            {"id": str(number), "type": what, "status": self.statuses.get(own_id), "created_at": "2026-03-02T11:00:00.000Z"}
            for number, what, own_id in self.notifications
            if what == asked.get("types[]", what) and own_id in self.statuses
        ]
        return _json(self._paged(rows, asked))

    def _search(self, asked: dict[str, str]) -> list[dict[str, Any]]:
        if asked.get("resolve") == "true":
            return [one for one in self.statuses.values() if one["uri"] == asked["q"]]
        hits = [one for one in self.statuses.values() if asked["q"].lower() in one["content"].lower()]
        start = int(asked.get("offset", "0"))
        return sorted(hits, key=lambda one: -int(one["id"]))[start : start + int(asked["limit"])]

    def _paged(self, rows: list[dict[str, Any]], asked: dict[str, str]) -> list[dict[str, Any]]:
        """Return a page, newest first: right behind min_id, right before max_id, or the newest."""
        limit = int(asked["limit"])
        in_order = sorted(rows, key=lambda one: int(one["id"]))
        if "min_id" in asked and self.heeds_min_id:
            return [one for one in in_order if int(one["id"]) > int(asked["min_id"])][:limit][::-1]
        before = int(asked.get("max_id", "9" * 19))
        return [one for one in in_order if int(one["id"]) < before][-limit:][::-1]


def _json(value: object, status: int = 200) -> Reply:
    return Reply(status=status, body=json.dumps(value).encode(), headers={"Content-Type": "application/json"})
