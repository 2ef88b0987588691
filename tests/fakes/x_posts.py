"""X's reading side on the wire: recent search, mentions, look-ups and a handle, over posts written by the test."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from listener.sources.x_items import id_at
from tests.fakes.site import Reply, Request


def post(text: str, *, at: datetime, number: int = 0, author: str = "501", **more: Any) -> dict[str, Any]:
    """Return a post as X gives one; `number` tells posts of one moment apart."""
    native_id = str(int(id_at(at)) + number)
    told = {"id": native_id, "text": text, "author_id": author, "created_at": at.strftime("%Y-%m-%dT%H:%M:%S.000Z")}
    return {**told, "conversation_id": native_id, "edit_history_tweet_ids": [native_id], **more}


class FakeX:
    """Answers as X does: newest first, in pages, nothing older than a week, `errors` for what is `gone` (id → problem).

    `sold` lists the posts that it charged for. `empty_pages`: so many pages without posts come behind the first one.
    """

    def __init__(self, posts: list[dict[str, Any]], *, now: datetime) -> None:
        self.posts = posts
        self.gone: dict[str, str] = {}
        self.now = now
        self.token = "a-token"
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.refuse_tokens = False
        self.sold: list[str] = []
        self.lists = 10**9
        self.empty_pages = 0

    def __call__(self, request: Request) -> Reply:
        address = urlsplit(request.path)
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        self.asked.append((address.path, asked))
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return _json({"title": "Unauthorized", "status": 401, "type": "about:blank"}, 401)
        if address.path.startswith("/2/users/by/username/"):
            return _json({"data": {"id": "77", "username": address.path.rpartition("/")[2]}})
        if address.path == "/2/tweets":
            return self._looked_up(asked["ids"].split(","))
        return self._listed(asked, week_only=address.path.endswith("/search/recent"))

    def _listed(self, asked: dict[str, str], *, week_only: bool) -> Reply:
        low, high = int(asked["since_id"]), int(asked.get("until_id", 10**19))
        if week_only and min(low, high) < int(id_at(self.now - timedelta(days=7))):
            return _json({"title": "Invalid Request", "detail": "'since_id' must be created after a week ago.", "status": 400}, 400)
        token = asked.get("next_token") or asked.get("pagination_token") or ""
        if token and self.refuse_tokens:
            return _json({"title": "Invalid Request", "detail": "Invalid 'next_token'.", "status": 400}, 400)
        found = sorted((one for one in self.posts if low < int(one["id"]) < high), key=lambda one: -int(one["id"]))[: self.lists]
        mark, _, empty = token.partition("-")
        start, size = int(mark or 0), int(asked["max_results"])
        if start and int(empty or 0) < self.empty_pages:
            return _json({"meta": {"result_count": 0, "next_token": f"{start}-{int(empty or 0) + 1}"}})
        page = found[start : start + size]
        self.sold += [one["id"] for one in page]
        meta: dict[str, Any] = {"result_count": len(page)}
        if page:
            meta |= {"newest_id": page[0]["id"], "oldest_id": page[-1]["id"]}
        if start + size < len(found):
            meta["next_token"] = str(start + size)
        return _json({**({"data": page} if page else {}), **self._beside(page, asked), "meta": meta})

    def _looked_up(self, ids: list[str]) -> Reply:
        known = {version: one for one in self.posts for version in one["edit_history_tweet_ids"]}
        errors = [
            {"resource_type": "tweet", "resource_id": one, "value": one, "type": f"https://api.twitter.com/2/problems/{problem}"}
            for one, problem in self.gone.items()
            if one in ids
        ]
        data = [known[one] for one in ids if one in known and one not in self.gone]
        return _json({**({"data": data} if data else {}), **({"errors": errors} if errors else {})})

    def _beside(self, page: list[dict[str, Any]], asked: dict[str, str]) -> dict[str, Any]:
        if "author_id" not in asked.get("expansions", ""):
            return {}
        authors = sorted({one["author_id"] for one in page})
        return {"includes": {"users": [{"id": one, "username": f"user{one}", "name": "Kim"} for one in authors]}}


def _json(value: object, status: int = 200) -> Reply:
    return Reply(body=json.dumps(value).encode(), status=status, headers={"Content-Type": "application/json"})


def moment(text: str) -> datetime:
    """Return an ISO 8601 time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
