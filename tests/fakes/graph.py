"""Meta's Graph API over posts written by the test: pages of posts newest first, what stands below them, cursors, errors."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.site import Reply, Request

PAGE = "1234567890321"
TOKEN = "EAAB-token-of-the-page"
MOST_BELOW = 50


def written(at: datetime) -> str:
    """Return a moment as Meta writes it."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}+0000"


class FakeGraph:
    """`listings` holds objects by "account/edge"; `below` those that stand below an object, by its path, such as "55/comments".

    An object that is asked for with a listing below it (`comments.limit(50){…}`) carries the first ones. Answers are newest first but for
    replies, and for comments when they are `ranked`; `since` is obeyed. `errors` by the beginning of a path is (status, error object,
    headers); the next page is named with the token, as Meta does.
    """

    def __init__(self) -> None:
        self.listings: dict[str, list[dict[str, Any]]] = {}
        self.below: dict[str, list[dict[str, Any]]] = {}
        self.errors: dict[str, tuple[int, Mapping[str, Any], Mapping[str, str]]] = {}
        self.headers: dict[str, str] = {}
        self.ranked = False
        self.asked: list[tuple[str, dict[str, str]]] = []

    def __call__(self, request: Request) -> Reply:
        address = urlsplit(request.path)
        path = re.sub(r"^/v[\d.]+", "", address.path).strip("/")
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        self.asked.append((path, asked))
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return _json({"error": {"message": "x", "type": "OAuthException", "code": 190, "fbtrace_id": "t"}}, 401, {})
        for start, (status, error, headers) in self.errors.items():
            if path.startswith(start):
                return _json({"error": {"type": "OAuthException", "fbtrace_id": "t", **error}}, status, headers)
        objects = self.listings.get(path, self.below.get(path, []))
        since = asked.get("since", "")
        shown = [self._with_below(one, asked.get("fields", "")) for one in self._ordered(path, objects) if _is_since(one, since)]
        return _json(self._page(path, shown, int(asked["limit"]), int(asked.get("after", "0"))), 200, self.headers)

    def _ordered(self, path: str, objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
        def at(one: dict[str, Any]) -> str:
            return str(one.get("created_time") or one.get("timestamp"))

        return sorted(objects, key=at, reverse=not path.endswith("/replies") and not (self.ranked and path.endswith("/comments")))

    def _with_below(self, one: dict[str, Any], fields: str) -> dict[str, Any]:
        shown = dict(one)
        for edge in ("comments", "replies"):
            path = f"{one['id']}/{edge}"
            if re.search(rf"\b{edge}\.", fields) and path in self.below:
                since = "".join(re.findall(rf"\b{edge}\..*?since\((\d+)\)", fields))
                inner = [self._with_below(each, fields) for each in self._ordered(path, self.below[path]) if _is_since(each, since)]
                shown[edge] = self._page(path, inner, MOST_BELOW, 0)
        return shown

    def _page(self, path: str, objects: list[dict[str, Any]], size: int, start: int) -> dict[str, Any]:
        end = start + size
        paging: dict[str, Any] = {"cursors": {"before": "b", "after": str(end)}}
        if end < len(objects):
            paging["next"] = f"https://graph.facebook.com/v25.0/{path}?access_token={TOKEN}&limit={size}&after={end}"
        return {"data": objects[start:end], "paging": paging}


def _is_since(one: Mapping[str, Any], since: str) -> bool:
    written_at = datetime.fromisoformat(str(one.get("created_time") or one.get("timestamp")))
    return not since or written_at.timestamp() >= int(since)


def post(number: int, at: datetime, text: str = "Is er storing?", *, by: str = "77") -> dict[str, Any]:
    """Return a post on the page."""
    return {"id": f"{PAGE}_{number}", "message": text, "created_time": written(at), "from": {"id": by, "name": "Kim"}}


def comment(native_id: str, at: datetime, text: str = "Hier ook", *, by: str = "78", parent: str = "") -> dict[str, Any]:
    """Return a comment below a post."""
    below = {"parent": {"id": parent}} if parent else {}
    return {"id": native_id, "message": text, "created_time": written(at), "from": {"id": by, "name": "Sam"}, **below}


def _json(value: object, status: int, headers: Mapping[str, str]) -> Reply:
    return Reply(status=status, body=json.dumps(value).encode(), headers={"Content-Type": "application/json", **headers})
