"""Bluesky as readers see it: signing in, search with its window and cursor, notifications, look-ups."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.site import Reply, Request

ACCOUNT = "stroomloket.example"
PASSWORD = "abcd-efgh-ijkl-mnop"


def post_uri(number: int, who: str = "kim") -> str:
    """Return a post's address."""
    return f"at://did:plc:{who}/app.bsky.feed.post/3k{number:011d}"


class FakeBluesky:
    """Answers a `Site`. `posts` by address, `notifications` are (reason, address). `valid` are tokens that hold."""

    def __init__(self) -> None:
        self.posts: dict[str, dict[str, Any]] = {}
        self.notifications: list[tuple[str, str]] = []
        self.password = PASSWORD
        self.valid: set[str] = set()
        self.refreshable: set[str] = set()
        self.sessions = 0
        self.renewals = 0
        self.shows_nothing = False

    def add(self, number: int, text: str, at: datetime, *, who: str = "kim", reply: dict[str, Any] | None = None, **more: object) -> str:
        """Add a post and return its address."""
        uri, written = post_uri(number, who), _written(at)
        record = {"$type": "app.bsky.feed.post", "text": text, "createdAt": written, **({"reply": reply} if reply else {})}
        author = {"did": f"did:plc:{who}", "handle": f"{who}.example", "displayName": who.title(), "labels": []}
        self.posts[uri] = {"uri": uri, "cid": f"c{number}", "author": author, "record": record, "indexedAt": written, "labels": [], **more}
        return uri

    def end_session(self, *, refresh: bool = False) -> None:
        """Let every access token run out; `refresh`: what would renew them as well."""
        self.valid.clear()
        if refresh:
            self.refreshable.clear()

    def __call__(self, request: Request) -> Reply:
        address = urlsplit(request.path)
        asked = parse_qs(address.query)
        name = address.path.rpartition("/")[2]
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        if name == "com.atproto.server.createSession":
            said = json.loads(request.body)
            if said != {"identifier": ACCOUNT, "password": self.password}:
                return _json({"error": "AuthenticationRequired", "message": "Invalid identifier or password"}, 401)
            self.sessions += 1
            return self._tokens()
        if name == "com.atproto.server.refreshSession":
            if request.body or bearer not in self.refreshable:
                return _json({"error": "ExpiredToken", "message": "Token has expired"}, 400)
            self.renewals += 1
            return self._tokens()
        if bearer and bearer not in self.valid:
            return _json({"error": "ExpiredToken", "message": "Token has expired"}, 400)
        if name == "app.bsky.feed.getPosts":
            shown = [] if self.shows_nothing else [self.posts[uri] for uri in asked["uris"] if uri in self.posts]
            return _json({"posts": shown})
        if not bearer:
            return Reply(status=403, body=b"<html>Forbidden</html>")
        if name == "app.bsky.feed.searchPosts":
            return self._search(asked)
        rows = [
            {**self.posts[uri], "reason": reason, "isRead": False}
            for reason, uri in self.notifications
            if uri in self.posts and reason in asked.get("reasons", [reason])
        ]
        return self._page("notifications", sorted(rows, key=lambda one: str(one["indexedAt"]), reverse=True), asked)

    def _search(self, asked: dict[str, list[str]]) -> Reply:
        words, since, until = asked["q"][0].lower(), asked["since"][0], asked["until"][0]
        rows = [one for one in self.posts.values() if words in one["record"]["text"].lower() and since <= one["indexedAt"] < until]
        return self._page("posts", sorted(rows, key=lambda one: str(one["indexedAt"]), reverse=True), asked)

    def _page(self, field: str, rows: list[dict[str, Any]], asked: dict[str, list[str]]) -> Reply:
        start, limit = int(asked.get("cursor", ["0"])[0]), int(asked["limit"][0])
        follows = {"cursor": str(start + limit)} if start + limit < len(rows) else {}
        return _json({field: rows[start : start + limit], **follows})

    def _tokens(self) -> Reply:
        number = self.sessions * 1_000 + self.renewals
        self.valid, self.refreshable = {f"access-{number}"}, {f"refresh-{number}"}
        return _json({"did": "did:plc:us", "handle": ACCOUNT, "accessJwt": f"access-{number}", "refreshJwt": f"refresh-{number}"})


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _json(value: object, status: int = 200) -> Reply:
    return Reply(status=status, body=json.dumps(value).encode(), headers={"Content-Type": "application/json"})
