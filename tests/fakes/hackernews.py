"""Hacker News' two APIs over posts written by the test: search with its limits, and single items."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.site import Reply, Request


def story(number: int, *, at: int, title: str, text: str = "", author: str = "pat") -> dict[str, Any]:
    """Return a story as search shows one."""
    return {"objectID": str(number), "created_at_i": at, "title": title, "story_text": text, "author": author, "story_id": number}


def comment(number: int, *, at: int, text: str, author: str = "pat", parent: int = 1) -> dict[str, Any]:
    """Return a comment as search shows one."""
    return {"objectID": str(number), "created_at_i": at, "comment_text": text, "author": author, "parent_id": parent, "story_id": 1}


class FakeHackerNews:
    """Answers `search_by_date` (newest first, at most `most_hits` of a query) and `item/<id>.json`."""

    def __init__(self, hits: list[dict[str, Any]]) -> None:
        self.hits = hits
        self.items: dict[str, Any] = {}
        self.most_hits = 1_000

    def __call__(self, request: Request) -> Reply:
        address = urlsplit(request.path)
        if address.path.startswith("/v0/item/"):
            return _json(self.items.get(address.path.removeprefix("/v0/item/").removesuffix(".json")))
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        low, high = (int(number) for number in re.findall(r"\d+", asked["numericFilters"]))
        words = asked["query"].strip('"').lower()
        found = [hit for hit in self.hits if low <= hit["created_at_i"] <= high and words in json.dumps(hit).lower()]
        found.sort(key=lambda hit: -int(hit["created_at_i"]))
        size, page = int(asked["hitsPerPage"]), int(asked["page"])
        listed = found[: self.most_hits]
        pages = -(-len(listed) // size)
        return _json({"hits": listed[page * size : (page + 1) * size], "nbHits": len(found), "nbPages": pages, "page": page})


def _json(value: object) -> Reply:
    return Reply(body=json.dumps(value).encode(), headers={"Content-Type": "application/json"})
