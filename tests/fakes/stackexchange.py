"""Stack Exchange's API over posts written by the test: lists by time, look-ups, `backoff` and a quota that runs out."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.site import Reply, Request

FILTER = "!made-here"


def question(number: int, *, at: int, title: str = "Stroomwerk?", body: str = "<p>stroomwerk</p>", **more: Any) -> dict[str, Any]:
    """Return a question as the API gives one."""
    owner = {"user_id": 7, "display_name": "Kim &amp; co"}
    return {"question_id": number, "creation_date": at, "last_activity_date": at, "title": title, "body": body, "owner": owner, **more}


def answer(number: int, *, at: int, to: int, body: str = "<p>stroomwerk</p>", **more: Any) -> dict[str, Any]:
    """Return an answer as the API gives one."""
    told = {"answer_id": number, "question_id": to, "creation_date": at, "last_activity_date": at, "body": body}
    return {**told, "owner": {"user_id": 8, "display_name": "Sam"}, **more}


def comment(number: int, *, at: int, to: int, body: str = "stroomwerk", **more: Any) -> dict[str, Any]:
    """Return a comment as the API gives one."""
    return {"comment_id": number, "post_id": to, "creation_date": at, "body": body, "owner": {"user_type": "does_not_exist"}, **more}


class FakeStackExchange:
    """Answers as the API does; `wrapper` is put around every answer (backoff, quota), `asked` lists path and arguments."""

    def __init__(self, *items: dict[str, Any]) -> None:
        self.items = list(items)
        self.wrapper: dict[str, Any] = {"quota_max": 300, "quota_remaining": 290}
        self.asked: list[tuple[str, dict[str, str]]] = []

    def __call__(self, request: Request) -> Reply:
        address = urlsplit(request.path)
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        self.asked.append((address.path, asked))
        if address.path == "/filters/create":
            return self._json([{"filter": FILTER, "filter_type": "safe"}])
        assert asked["filter"] == FILTER
        what = address.path.split("/")[1]
        kind = {"search": "question_id", "questions": "question_id", "answers": "answer_id", "comments": "comment_id"}[what]
        own = [item for item in self.items if kind in item and not (kind == "question_id" and "answer_id" in item)]
        if address.path.count("/") == 2 and what != "search":
            ids = address.path.split("/")[2].split(";")
            return self._json([item for item in own if str(item[kind]) in ids])
        moment = "creation_date" if asked.get("sort") == "creation" else "last_activity_date"
        low = int(asked.get("fromdate") or asked.get("min") or 0)
        words = asked.get("q", "").strip('"').lower()
        found = sorted((item for item in own if item[moment] >= low and words in json.dumps(item).lower()), key=lambda item: item[moment])
        size, page = int(asked["pagesize"]), int(asked.get("page", 1))
        return self._json(found[(page - 1) * size : page * size], more=len(found) > page * size)

    def _json(self, items: list[Any], *, more: bool = False) -> Reply:
        return Reply(body=json.dumps({"items": items, "has_more": more, **self.wrapper}).encode())
