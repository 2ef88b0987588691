"""X with its filtered stream: rules that are kept, one connection at a time, and every post that was sent is sold."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.site import Reply, Request
from tests.fakes.x_posts import FakeX

FOREIGN = {"id": "1", "value": "cats", "tag": "somebody else's"}


class FakeXStream(FakeX):
    """`rules` are X's; `answer` is given in place of a connection while it is set; `refuses_rules` are values it does not take."""

    def __init__(self, posts: list[dict[str, Any]], *, now: datetime) -> None:
        super().__init__(posts, now=now)
        self.rules: list[dict[str, str]] = [dict(FOREIGN)]
        self.answer: Reply | None = None
        self.refuses_rules: set[str] = set()
        self.changes: list[dict[str, Any]] = []
        self.connections = 0
        self.params: dict[str, str] = {}
        self._open: asyncio.Queue[bytes | None] | None = None
        self._count = 100

    @property
    def is_open(self) -> bool:
        return self._open is not None

    def __call__(self, request: Request) -> Reply:
        path = urlsplit(request.path).path
        if not path.startswith("/2/tweets/search/stream"):
            return super().__call__(request)
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return _json({"title": "Unauthorized", "status": 401}, 401)
        if path.endswith("/rules"):
            return self._change(json.loads(request.body)) if request.method == "POST" else self._listed_rules()
        self.asked.append((path, {}))
        self.params = dict(pair.split("=") for pair in urlsplit(request.path).query.split("&"))
        if self.answer is not None:
            return self.answer
        if self._open is not None:
            return _json({"title": "ConnectionException", "detail": "This stream is at its connection limit."}, 429)
        self.connections += 1
        said: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._open = said

        async def chunks() -> AsyncGenerator[bytes, None]:
            try:
                while (one := await said.get()) is not None:
                    yield b"%x\r\n%s\r\n" % (len(one), one)
                yield b"0\r\n\r\n"
            finally:
                self._open = None

        return Reply(headers={"Content-Type": "application/json", "Transfer-Encoding": "chunked"}, chunks=chunks())

    def push(self, post: dict[str, Any], *, tag: str = "klankbord:x", user: str = "") -> None:
        """Send a post to whoever listens; it is sold by that, and search knows it as well."""
        if post not in self.posts:
            self.posts.append(post)
        if self._open is None:
            return
        users = {"includes": {"users": [{"id": post["author_id"], "username": user, "name": "Kim"}]}} if user else {}
        self.sold.append(post["id"])
        self.send(json.dumps({"data": post, **users, "matching_rules": [{"id": "9", "tag": tag}]}).encode() + b"\r\n")

    def send(self, some: bytes) -> None:
        """Send anything."""
        if self._open is not None:
            self._open.put_nowait(some)

    def cut(self) -> None:
        """End the connection in order."""
        if self._open is not None:
            self._open.put_nowait(None)

    def _listed_rules(self) -> Reply:
        return _json({**({"data": self.rules} if self.rules else {}), "meta": {"result_count": len(self.rules)}})

    def _change(self, asked: dict[str, Any]) -> Reply:
        self.changes.append(asked)
        gone = set(asked.get("delete", {}).get("ids", ()))
        self.rules = [one for one in self.rules if one["id"] not in gone]
        bad = [one for one in asked.get("add", ()) if one["value"] in self.refuses_rules]
        if bad:
            error = {
                "value": bad[0]["value"],
                "details": ["no viable alternative at input"],
                "title": "UnprocessableEntity",
            }
            return _json({"meta": {"summary": {"created": 0, "not_created": 1}}, "errors": [error]}, 201)
        for one in asked.get("add", ()):
            self._count += 1
            self.rules.append({"id": str(self._count), **one})
        return _json({"data": self.rules, "meta": {}}, 201)


def _json(value: object, status: int = 200) -> Reply:
    return Reply(body=json.dumps(value).encode(), status=status, headers={"Content-Type": "application/json"})
