"""YouTube's Data API over comments written by the test: threads newest first with five answers each, answers in pages, single comments."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.site import Reply, Request

CHANNEL = "UC" + "a" * 22
OTHER_CHANNEL = "UC" + "b" * 22
VIDEO = "v" * 11
ANSWERS_SHOWN = 5


def comment(native_id: str, *, at: datetime, text: str = "stroomwerk", parent: str = "", **more: Any) -> dict[str, Any]:
    """Return a comment as the API gives one."""
    moment = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    told: dict[str, Any] = {"textDisplay": text, "publishedAt": moment, "updatedAt": moment, "authorDisplayName": "@kim"}
    told |= {"authorChannelId": {"value": "UCkim"}, **({"parentId": parent} if parent else {})}
    return {"id": native_id, "snippet": {**told, **more}}


def error(reason: str, status: int = 403) -> Reply:
    """Return an error as YouTube words one."""
    told = {"error": {"code": status, "message": "No.", "errors": [{"message": "No.", "domain": "youtube", "reason": reason}]}}
    return Reply(status=status, body=json.dumps(told).encode())


class FakeYouTube:
    """`comments` are those that began a thread, `answers` those below them by thread; `errors` answers a place with an error."""

    def __init__(self, *comments: dict[str, Any]) -> None:
        self.comments = list(comments)
        self.answers: dict[str, list[dict[str, Any]]] = {}
        self.errors: dict[str, Reply] = {}
        self.key = "a-key"
        self.asked: list[tuple[str, dict[str, str]]] = []

    def __call__(self, request: Request) -> Reply:
        address = urlsplit(request.path)
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        self.asked.append((address.path, asked))
        if request.headers.get("x-goog-api-key") != self.key:
            return error("keyInvalid", 400)
        place = asked.get("allThreadsRelatedToChannelId") or asked.get("videoId") or ""
        if place in self.errors:
            return self.errors[place]
        if address.path == "/comments":
            return self._comments(asked)
        newest_first = sorted(self.comments, key=lambda one: one["snippet"]["publishedAt"], reverse=True)
        return self.page([self.thread(one) for one in newest_first], asked)

    def thread(self, top: dict[str, Any]) -> dict[str, Any]:
        answers = self.answers.get(top["id"], [])
        snippet = {"videoId": VIDEO, "topLevelComment": top, "totalReplyCount": len(answers)}
        return {"id": top["id"], "snippet": snippet, **({"replies": {"comments": answers[-ANSWERS_SHOWN:]}} if answers else {})}

    def _comments(self, asked: dict[str, str]) -> Reply:
        if "parentId" in asked:
            return self.page(self.answers[asked["parentId"]], asked)
        everything = [*self.comments, *(one for answers in self.answers.values() for one in answers)]
        return self.page([one for one in everything if one["id"] in asked["id"].split(",")], {"maxResults": "50"})

    def page(self, items: list[Any], asked: dict[str, str]) -> Reply:
        token = asked.get("pageToken", "")
        if token == "stale":
            return error("processingFailure", 400)
        start, size = int(token.removeprefix("page-") or 0), int(asked["maxResults"])
        following = {"nextPageToken": f"page-{start + size}"} if start + size < len(items) else {}
        return Reply(body=json.dumps({"kind": "youtube#list", "items": items[start : start + size], **following}).encode())
