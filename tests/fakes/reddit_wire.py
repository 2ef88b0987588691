"""Reddit on loopback, below the real praw: what praw sends to Reddit's hosts goes to a site of the test, with tokens and listings."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from listener.ports import Clock
from listener.sources.pacing import Limit, Pace
from listener.sources.purse import Purse
from listener.sources.reddit_access import RedditKey, open_praw
from tests.fakes.site import Reply, Request

TOKEN = "a-token-of-an-hour"
TOKEN_PATH = "/api/v1/access_token"


class _ToSite(HTTPAdapter):
    """Sends whatever is for Reddit to loopback, over plain HTTP; to praw it looks as if Reddit itself had answered."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base

    def send(self, request: requests.PreparedRequest, **named: Any) -> requests.Response:  # type: ignore[override]  # what else requests hands over goes on as it is
        here = request.copy()
        here.url = f"{self._base}{request.path_url}"
        response = super().send(here, **named)
        response.url, response.request = str(request.url), request
        return response


def open_on(base: str, key: RedditKey, clock: Clock) -> Any:
    """Return praw as `open_praw` makes it, whose every request goes to `base`; it never waits for its turn."""
    reddit = open_praw(key, pace=Pace("reddit", (Limit(requests=1_000_000, seconds=1),)), purse=Purse(), clock=clock)
    reddit._core.requestor._http.mount("https://", _ToSite(base))
    reddit._core.requestor._http.mount("http://", _ToSite(base))
    return reddit


def link(number: int, *, created: float, **more: Any) -> dict[str, Any]:
    """Return a submission as Reddit sends one."""
    fields = {
        "id": f"{number:x}",
        "name": f"t3_{number:x}",
        "title": f"Geen stroom {number}",
        "selftext": f"Al de hele dag niet, {number}",
        "selftext_html": None,
        "author": "kim",
        "author_fullname": "t2_kim",
        "subreddit": "klussen",
        "permalink": f"/r/klussen/comments/{number:x}/geen_stroom/",
        "created_utc": created,
        "edited": False,
        "removed_by_category": None,
    }
    return {"kind": "t3", "data": {**fields, **more}}


def reply(number: int, *, created: float, **more: Any) -> dict[str, Any]:
    """Return a comment as Reddit sends one."""
    fields = {
        "id": f"{number:x}",
        "name": f"t1_{number:x}",
        "body": f"Hier ook niet, {number}",
        "body_html": f'<div class="md"><p>Hier ook niet, {number}</p></div>',
        "author": "bo",
        "author_fullname": "t2_bo",
        "subreddit": "klussen",
        "link_id": "t3_1",
        "parent_id": "t3_1",
        "permalink": f"/r/klussen/comments/1/geen_stroom/{number:x}/",
        "created_utc": created,
        "edited": created + 60,
    }
    return {"kind": "t1", "data": {**fields, **more}}


def message(number: int, *, created: float, **more: Any) -> dict[str, Any]:
    """Return a private message as Reddit sends one."""
    fields = {
        "id": f"{number:x}",
        "name": f"t4_{number:x}",
        "subject": f"Vraag {number}",
        "body": f"Wanneer komt de stroom terug? {number}",
        "author": "kim",
        "author_fullname": "t2_kim",
        "dest": "stroomwerk",
        "replies": "",
        "subreddit": None,
        "first_message_name": None,
        "parent_id": None,
        "was_comment": False,
        "created_utc": created,
    }
    return {"kind": "t4", "data": {**fields, **more}}


@dataclass
class WiredReddit:
    """Answers requests as Reddit does: a token for whoever asks, and what `listed` holds for whoever brings it."""

    listed: list[dict[str, Any]] = field(default_factory=list)
    scope: str = "*"

    def token(self) -> bytes:
        return json.dumps({"access_token": TOKEN, "token_type": "bearer", "expires_in": 86_400, "scope": self.scope}).encode()

    def listing(self) -> bytes:
        data = {"after": None, "before": None, "dist": len(self.listed), "modhash": None, "geo_filter": "", "children": self.listed}
        return json.dumps({"kind": "Listing", "data": data}).encode()

    def __call__(self, request: Request) -> Reply:
        headers = {"Content-Type": "application/json; charset=UTF-8"}
        if urlsplit(request.path).path == TOKEN_PATH:
            return Reply(body=self.token(), headers=headers)
        if request.headers.get("authorization") != f"bearer {TOKEN}":
            return Reply(status=401, body=b'{"message": "Unauthorized", "error": 401}', headers=headers)
        return Reply(body=self.listing(), headers=headers)
