"""A Discourse forum's reading side over posts written by the test: newest posts, topics, search, single posts, private messages."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.site import Reply, Request


def post(number: int, *, at: datetime, topic: int = 1, place: int = 0, text: str = "stroomwerk", **more: Any) -> dict[str, Any]:
    """Return a post as a forum gives one: `place` is where it stands in its topic."""
    moment = at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    told = {"id": number, "topic_id": topic, "post_number": place or number, "cooked": f"<p>{text}</p>", "post_type": 1, "version": 1}
    return {**told, "created_at": moment, "updated_at": moment, "user_id": 7, "username": "kim", "reply_to_post_number": None, **more}


class FakeForum:
    """Answers as a forum does. `windowed` shows fifty ids instead of fifty posts (older forums); `closed` paths are refused with 404."""

    def __init__(self, *posts: dict[str, Any]) -> None:
        self.posts = list(posts)
        self.private: list[dict[str, Any]] = []
        self.private_topics: set[int] = set()
        self.windowed = False
        self.closed: set[str] = set()
        self.key = ""
        self.asked: list[str] = []

    def __call__(self, request: Request) -> Reply:
        address = urlsplit(request.path)
        self.asked.append(request.path)
        asked = parse_qs(address.query)
        if address.path in self.closed or (self.key and request.headers.get("api-key") != self.key):
            return _json({"errors": ["not found"], "error_type": "not_found"}, 404)
        if address.path in ("/posts.json", "/private-posts.json"):
            return self._newest(address.path, int(asked.get("before", ["0"])[0]))
        if address.path == "/latest.json":
            return self._latest(int(asked.get("page", ["0"])[0]))
        if address.path == "/search.json":
            return self._search(asked["q"][0], int(asked["page"][0]))
        if topic := re.fullmatch(r"/t/(\d+)(/posts)?\.json", address.path):
            return self._topic(int(topic[1]), [int(one) for one in asked.get("post_ids[]", [])], whole=not topic[2])
        place = re.fullmatch(r"/posts/by_number/(\d+)/(\d+)\.json", address.path)
        single = re.fullmatch(r"/posts/(\d+)\.json", address.path)
        for one in [*self.posts, *self.private]:
            at_place = place and (one["topic_id"], one["post_number"]) == (int(place[1]), int(place[2]))
            if at_place or (single and one["id"] == int(single[1])):
                return _json(one)
        return _json({"errors": ["not found"]}, 404)

    def _newest(self, path: str, before: int) -> Reply:
        name = "latest_posts" if path == "/posts.json" else "private_posts"
        newest_first = sorted(self.posts if path == "/posts.json" else self.private, key=lambda one: -int(one["id"]))
        if self.windowed:
            top = before or newest_first[0]["id"]
            return _json({name: [one for one in newest_first if top - 50 < one["id"] <= top]})
        return _json({name: [one for one in newest_first if not before or one["id"] < before][:50]})

    def _latest(self, page: int) -> Reply:
        last = {one["topic_id"]: one["created_at"] for one in sorted(self.posts, key=lambda one: one["created_at"])}
        topics = [{"id": topic, "last_posted_at": at, "bumped_at": at} for topic, at in sorted(last.items(), key=lambda pair: pair[1])][
            ::-1
        ]
        return _json({"users": [], "topic_list": {"topics": topics[page * 30 : (page + 1) * 30]}})

    def _search(self, query: str, page: int) -> Reply:
        words, after = query.split(" order:")[0], query.rpartition("after:")[2]
        found = [one for one in self.posts if words in one["cooked"] and one["created_at"][:10] >= after]
        found.sort(key=lambda one: one["created_at"], reverse=True)
        hits = [{name: one[name] for name in ("id", "topic_id", "post_number", "created_at")} | {"blurb": "…"} for one in found]
        more = len(hits) > page * 50
        return _json(
            {
                "posts": hits[(page - 1) * 50 : page * 50],
                "topics": self._kinds(),
                "grouped_search_result": {"more_full_page_results": more or None},
            }
        )

    def _kinds(self) -> list[dict[str, Any]]:
        topics = sorted({int(one["topic_id"]) for one in self.posts})
        return [{"id": one, "archetype": "private_message" if one in self.private_topics else "regular"} for one in topics]

    def _topic(self, topic: int, wanted: list[int], *, whole: bool) -> Reply:
        posts = sorted((one for one in self.posts if one["topic_id"] == topic), key=lambda one: int(one["post_number"]))
        if not posts:
            return _json({"errors": ["not found"]}, 404)
        if whole:
            stream = [one["id"] for one in posts]
            kind = "private_message" if topic in self.private_topics else "regular"
            return _json(
                {"id": topic, "title": f"Topic {topic}", "archetype": kind, "post_stream": {"posts": posts[:20], "stream": stream}}
            )
        return _json({"post_stream": {"posts": [one for one in posts if one["id"] in wanted]}, "id": topic})


def _json(value: object, status: int = 200) -> Reply:
    return Reply(body=json.dumps(value).encode(), status=status)
