"""Discord's reading side over messages written by the test: channels, a forum with threads, history by pages, single messages."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from listener.sources.discord_items import id_at
from tests.fakes.site import Reply, Request

TOKEN = "a-bot-token"
GUILD, CHANNEL, FORUM = "1170000000000000001", "1170000000000000103", "1170000000000000104"
PREFIX = "/api/v10"


class FakeDiscord:
    """Answers as API v10 does. `closed` are channels the bot may not see; `wordless` leaves out what the message content intent gives."""

    def __init__(self) -> None:
        self.channels: dict[str, dict[str, Any]] = {
            CHANNEL: {"id": CHANNEL, "guild_id": GUILD, "type": 0, "name": "algemeen"},
            FORUM: {"id": FORUM, "guild_id": GUILD, "type": 15, "name": "vragen"},
        }
        self.messages: dict[str, dict[str, dict[str, Any]]] = {CHANNEL: {}, FORUM: {}}
        self.closed: set[str] = set()
        self.wordless = False
        self.headers: dict[str, str] = {}
        self.asked: list[str] = []
        self._count = 0

    def say(self, text: str, at: datetime, *, place: str = CHANNEL, number: str = "", who: str = "21", **more: Any) -> str:
        """Write a message; return its id, which holds its time as Discord's do."""
        self._count += 1
        message_id = number or str(id_at(at) + self._count)
        author = {"id": who, "username": f"user{who}", "global_name": f"Gebruiker {who}", "discriminator": "0"}
        said = {"id": message_id, "channel_id": place, "type": 0, "content": text, "author": author, "timestamp": at.isoformat()}
        empty: dict[str, Any] = {name: [] for name in ("attachments", "embeds", "mentions", "mention_roles", "components")}
        self.messages[place][message_id] = {**empty, **said, "edited_timestamp": None, "pinned": False, **more}
        return message_id

    def thread(self, name: str, at: datetime, *, parent: str = FORUM, closed_at: datetime | None = None) -> str:
        """Open a thread, closed again at `closed_at`; return its id."""
        self._count += 1
        thread_id = str(id_at(at) + self._count)
        life = {"archived": closed_at is not None, "archive_timestamp": (closed_at or at).isoformat(), "locked": False}
        self.channels[thread_id] = {
            "id": thread_id,
            "guild_id": GUILD,
            "parent_id": parent,
            "type": 11,
            "name": name,
            "thread_metadata": life,
        }
        self.messages[thread_id] = {}
        return thread_id

    def __call__(self, request: Request) -> Reply:
        address = urlsplit(request.path)
        self.asked.append(request.path)
        if request.headers.get("authorization") != f"Bot {TOKEN}":
            return self._reply({"message": "401: Unauthorized", "code": 0}, 401)
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        match address.path.removeprefix(PREFIX).split("/")[1:]:
            case ["guilds", guild, "threads", "active"] if guild == GUILD:
                return self._reply({"threads": self._threads(archived=False), "members": []})
            case ["channels", place, *_] if place in self.closed:
                return self._reply({"message": "Missing Access", "code": 50001}, 403)
            case ["channels", place, *_] if place not in self.channels:
                return self._reply({"message": "Unknown Channel", "code": 10003}, 404)
            case ["channels", place]:
                return self._reply(self._shown_channel(place))
            case ["channels", place, "threads", "archived", "public"]:
                return self._archived(place, asked)
            case ["channels", place, "messages"]:
                return self._history(place, asked)
            case ["channels", place, "messages", message_id] if message_id in self.messages[place]:
                return self._reply(self._shown(self.messages[place][message_id]))
        return self._reply({"message": "Unknown Message", "code": 10008}, 404)

    def _threads(self, *, archived: bool) -> list[dict[str, Any]]:
        found = [one for one, channel in self.channels.items() if "parent_id" in channel]
        return [self._shown_channel(one) for one in found if self.channels[one]["thread_metadata"]["archived"] is archived]

    def _archived(self, parent: str, asked: dict[str, str]) -> Reply:
        """Return closed threads, the last closed first; `before` is a time."""
        closed = [one for one in self._threads(archived=True) if one["parent_id"] == parent]
        closed.sort(key=lambda one: one["thread_metadata"]["archive_timestamp"], reverse=True)
        before = asked.get("before", "9999")
        left = [one for one in closed if one["thread_metadata"]["archive_timestamp"] < before]
        most = int(asked["limit"])
        return self._reply({"threads": left[:most], "members": [], "has_more": len(left) > most})

    def _history(self, place: str, asked: dict[str, str]) -> Reply:
        """Return the messages right behind `after`, and as Discord does the newest of them first."""
        behind = sorted(int(one) for one in self.messages[place] if int(one) > int(asked["after"]))[: int(asked["limit"])]
        return self._reply([self._shown(self.messages[place][str(one)]) for one in reversed(behind)])

    def _shown_channel(self, channel_id: str) -> dict[str, Any]:
        newest = max(self.messages[channel_id], key=int, default=None)
        return {**self.channels[channel_id], "last_message_id": newest}

    def _shown(self, message: dict[str, Any]) -> dict[str, Any]:
        if not self.wordless:
            return message
        return {**message, "content": "", "attachments": [], "embeds": [], "components": []}

    def _reply(self, found: object, status: int = 200) -> Reply:
        return Reply(body=json.dumps(found).encode(), status=status, headers={"Content-Type": "application/json", **self.headers})
