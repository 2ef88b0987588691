"""One odd row in a list: the others come all the same, it is told as unread, and what is posted later is still found."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import requests
from requests.adapters import HTTPAdapter

from listener.clock import ManualClock
from listener.model.page import Page
from listener.ports import Source
from listener.sources.bluesky import BlueskySource
from listener.sources.discord import DiscordSource
from listener.sources.discord_items import id_at
from listener.sources.discord_rest import DiscordRest
from listener.sources.discourse import DiscourseSource
from listener.sources.discourse_forum import Forum
from listener.sources.feed_entries import read_feed
from listener.sources.hackernews import HackerNewsSource
from listener.sources.http import HttpClient
from listener.sources.mastodon import MastodonSource
from listener.sources.meta_graph import MetaGraphSource
from listener.sources.pacing import PUBLISHED, Pace
from listener.sources.purse import Purse
from listener.sources.reddit import RedditSource
from listener.sources.reddit_access import RedditKey, open_praw
from listener.sources.stackexchange import StackExchangeSource
from listener.sources.x import XSource
from listener.sources.youtube import YouTubeSource
from tests.fakes import discourse_posts, stackexchange, x_posts, youtube
from tests.replay.exchanges import answered_by

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ODD: tuple[Any, ...] = (None, 7, "x", [], {})
Rows = list[Any]


def _ago(minutes: int) -> datetime:
    return NOW - timedelta(minutes=minutes)


def _written(minutes: int) -> str:
    return _ago(minutes).isoformat().replace("+00:00", "Z")


def _status(minutes: int) -> dict[str, Any]:
    own_id = str(int(_ago(minutes).timestamp() * 1000) << 16)
    told = {"id": own_id, "uri": f"https://s.example/users/kim/statuses/{minutes}", "created_at": _written(minutes), "content": "<p>x</p>"}
    return {**told, "visibility": "public", "account": {"username": "kim", "acct": "kim", "url": "https://s.example/@kim"}}


def _view(minutes: int) -> dict[str, Any]:
    record = {"text": "x", "createdAt": _written(minutes)}
    told = {"uri": f"at://did:plc:kim/app.bsky.feed.post/{minutes}", "author": {"did": "did:plc:kim"}, "reason": "reply"}
    return {**told, "record": record, "indexedAt": _written(minutes)}


def _message(minutes: int) -> dict[str, Any]:
    told = {"id": str(id_at(_ago(minutes))), "type": 0, "content": "x", "timestamp": _written(minutes)}
    return {**told, "author": {"id": "5", "username": "kim"}}


def _thread(minutes: int) -> dict[str, Any]:
    top = youtube.comment(f"t{minutes}", at=_ago(minutes))
    return {"id": f"t{minutes}", "snippet": {"videoId": youtube.VIDEO, "topLevelComment": top, "totalReplyCount": 0}}


def _submission(minutes: int) -> dict[str, Any]:
    name = f"a{1000 + minutes}"
    told = {"name": f"t3_{name}", "id": name, "title": "x", "selftext": "", "created_utc": _ago(minutes).timestamp()}
    return {"kind": "t3", "data": {**told, "author": "kim", "subreddit": "thenetherlands"}}


def _hit(minutes: int) -> dict[str, Any]:
    return {"objectID": str(minutes + 100), "author": "kim", "comment_text": "x", "created_at_i": int(_ago(minutes).timestamp())}


MADE: dict[str, Callable[[int], dict[str, Any]]] = {
    "mastodon": _status,
    "bluesky search": _view,
    "bluesky notifications": _view,
    "discord": _message,
    "youtube": _thread,
    "reddit": _submission,
    "hackernews": _hit,
    "stackexchange": lambda minutes: stackexchange.question(500 - minutes, at=int(_ago(minutes).timestamp())),
    "discourse": lambda minutes: discourse_posts.post(500 - minutes, at=_ago(minutes), topic=2, place=500 - minutes),
    "x": lambda minutes: x_posts.post("x", at=_ago(minutes)),
}


def _behind(rows: Rows, since: int) -> Rows:
    """Return the rows behind an id; odd ones stand among others."""
    known = [one for one in rows if isinstance(one, dict) and one and int(one["id"]) > since]
    return [one for one in rows if one in known or not isinstance(one, dict) or not one] if known else []


def _answer(rows: Rows, request: httpx.Request) -> Any:
    """Return what a platform answers whose lists hold these rows, the newest first (Stack Exchange: last); 404 for single things."""
    path, asked = request.url.path, request.url.params
    if path.endswith("createSession"):
        return {"accessJwt": "a", "refreshJwt": "r", "did": "did:plc:us", "handle": "us.example"}
    if "/timelines/tag/" in path:
        return _behind(rows, int(asked["min_id"]))
    if path.startswith("/api/v10/") and path.endswith("/messages"):
        return _behind(rows, int(asked["after"]))
    lists = {
        "/xrpc/app.bsky.feed.searchPosts": {"posts": rows},
        "/xrpc/app.bsky.notification.listNotifications": {"notifications": rows},
        "/xrpc/app.bsky.feed.getPosts": {"posts": []},
        "/api/v10/channels/77": {"id": "77", "guild_id": "88", "type": 2},
        "/api/v1/search_by_date": {"hits": rows, "nbHits": len(rows), "nbPages": 1},
        "/2.3/filters/create": {"items": [{"filter": "f"}]},
        "/2.3/search/advanced": {"items": rows[::-1], "has_more": False},
        "/posts.json": {"latest_posts": [] if "before" in asked else rows},
        "/youtube/v3/commentThreads": {"items": rows},
    }
    return lists.get(path)


def _opened(kind: str, http: HttpClient, clock: ManualClock) -> Source:
    def token() -> str:
        return "t"

    if kind.startswith("bluesky"):
        mentions = kind.endswith("notifications")
        queries = [] if mentions else ["x"]
        return BlueskySource("b", queries=queries, mentions=mentions, account="us.example", password=token, http=http, clock=clock)
    sources: dict[str, Callable[[], Source]] = {
        "mastodon": lambda: MastodonSource("m", "https://s.example", token=token, http=http, clock=clock, hashtags=["x"], mentions=False),
        "discord": lambda: DiscordSource("d", DiscordRest(token=token, http=http), channels=["77"], clock=clock),
        "youtube": lambda: YouTubeSource("y", channels=[youtube.CHANNEL], key=token, http=http, clock=clock),
        "hackernews": lambda: HackerNewsSource("h", ["x"], http=http, clock=clock),
        "stackexchange": lambda: StackExchangeSource("s", "iot", queries=["x"], http=http, clock=clock, comments=False),
        "discourse": lambda: DiscourseSource("f", Forum(base="https://f.example", http=http), clock=clock),
    }
    return sources[kind]()


class _Rows(HTTPAdapter):
    """Answers the libraries that ask by requests: X's and Reddit's lists, and Reddit's token."""

    def __init__(self, rows: Rows) -> None:
        super().__init__()
        self.rows = rows

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:  # type: ignore[override]  # what else requests hands over is of no interest here
        url = request.url or ""
        listed: Any = {"data": self.rows, "meta": {}}
        if "reddit" in url:
            listed = {"kind": "Listing", "data": {"children": [] if "/info" in url else self.rows, "after": None}}
        if "access_token" in url:
            listed = {"access_token": "t", "token_type": "bearer", "expires_in": 3600, "scope": "read"}
        response = requests.Response()
        response.status_code, response.url, response.request = 200, url, request
        response.raw = io.BytesIO(json.dumps(listed).encode("utf-8", "surrogatepass"))
        return response


async def _all(source: Any, cursor: Any = None) -> tuple[list[Page], Any]:
    pages: list[Page] = []
    for _ in range(10):
        pages.append(await source.pull(cursor))
        cursor = pages[-1].next
        if not pages[-1].more:
            break
    return pages, cursor


async def _pulled(kind: str, *rounds: Rows) -> list[list[Page]]:
    """Return the pages of each round: what the platform lists changes between them."""
    clock = ManualClock(NOW)
    if kind in ("x", "reddit"):
        return await _by_library(kind, clock, rounds)
    now: list[Rows] = [rounds[0]]

    def answer(request: httpx.Request) -> httpx.Response:
        told = _answer(now[0], request)
        return httpx.Response(404, json={}) if told is None else httpx.Response(200, content=json.dumps(told).encode())

    async with answered_by(answer, clock) as http:
        return await _rounds(_opened(kind, http, clock), clock, rounds, lambda rows: now.__setitem__(0, rows))


async def _by_library(kind: str, clock: ManualClock, rounds: Sequence[Rows]) -> list[list[Page]]:
    wire = _Rows(rounds[0])
    if kind == "x":
        source: Any = XSource("x", queries=["x"], account="", token=lambda: "t", clock=clock, expansions=())
        client = source._open("t")
        client.session.mount("https://api.twitter.com", wire)
        source._client = ("t", client)
    else:
        key = RedditKey(client_id="i", client_secret="s", account="klankbord_dev")
        reddit = open_praw(key, pace=Pace("reddit", PUBLISHED["reddit"]), purse=Purse(), clock=clock)
        (getattr(reddit._core, "requestor", None) or reddit._core._requestor)._http.mount("https://", wire)
        source = RedditSource(
            "r", key=lambda: key, approval_reference="R", clock=clock, subreddits=["thenetherlands"], queries=[], comments=False,
            factory=lambda: reddit,
        )  # fmt: skip
    try:
        return await _rounds(source, clock, rounds, lambda rows: setattr(wire, "rows", rows))
    finally:
        await source.aclose()


async def _rounds(source: Any, clock: ManualClock, rounds: Sequence[Rows], show: Callable[[Rows], None]) -> list[list[Page]]:
    found, cursor = [], None
    for rows in rounds:
        show(rows)
        pages, cursor = await _all(source, cursor)
        found.append(pages)
        clock.advance(timedelta(minutes=20))
    return found


def _ids(pages: Sequence[Page]) -> set[str]:
    return {one.native_id for page in pages for one in page.mentions}


def _skips(pages: Sequence[Page]) -> int:
    return sum(len(page.skipped) for page in pages)


@pytest.mark.parametrize("kind", MADE)
async def test_what_is_no_object_is_told_and_the_others_come(kind: str) -> None:
    """Nothing is left out without a word, and nobody waits for a row that nobody can read."""
    make = MADE[kind]
    (whole,) = await _pulled(kind, [make(10), make(30)])
    assert (len(_ids(whole)), _skips(whole)) == (2, 0)
    odd: Any
    for odd in ODD:
        (pages,) = await _pulled(kind, [make(10), odd, make(30)])
        assert _ids(pages) == _ids(whole), odd
        assert _skips(pages) >= 1, odd


TIMES: dict[str, Callable[[dict[str, Any]], None]] = {
    "stackexchange": lambda one: one.update(last_activity_date=10**15),
    "discourse": lambda one: one.update(created_at="2999-01-01T00:00:00Z"),
    "youtube": lambda one: one["snippet"]["topLevelComment"]["snippet"].update(publishedAt="2999-01-01T00:00:00Z"),
    "reddit": lambda one: one["data"].update(created_utc=9_999_999_999),
    "bluesky search": lambda one: one["record"].update(createdAt="2999-01-01T00:00:00Z"),
}


@pytest.mark.parametrize("kind", TIMES)
async def test_a_time_in_the_far_future_hides_nothing_that_comes_later(kind: str) -> None:
    """A source goes on from the newest that it saw: a wrong clock must not move that beyond now."""
    make = MADE[kind]
    odd = make(20)
    TIMES[kind](odd)
    first, second = await _pulled(kind, [make(10), odd, make(30)], [make(-5), make(10), odd, make(30)])
    (alone,) = await _pulled(kind, [make(-5)])
    assert len(_ids(first)) >= 2
    assert len(_ids(alone)) == 1
    assert _ids(alone) <= _ids(second)


def _strange_submissions() -> Iterator[dict[str, Any]]:
    odd: Any
    for field in ("author", "subreddit", "id"):
        for odd in (None, [], {}, 7, ""):
            one = _submission(20)
            one["data"][field] = odd
            yield one
    yield {"kind": ["t3"], "data": {"name": "t3_b"}}
    yield {"kind": "t3", "data": None}
    yield {"kind": "t1", "data": {"id": "b", "name": "t1_b", "body": "x", "replies": {"kind": "Listing", "data": {"children": [None]}}}}


async def test_a_submission_that_praw_cannot_read_costs_no_other() -> None:
    """praw reads a listing whole or not at all."""
    (whole,) = await _pulled("reddit", [_submission(10), _submission(30)])
    for odd in _strange_submissions():
        (pages,) = await _pulled("reddit", [_submission(10), odd, _submission(30)])
        assert _ids(whole) <= _ids(pages), odd
        assert len(_ids(pages)) + _skips(pages) == 3, odd


async def test_a_submission_from_before_there_was_a_reddit_ends_no_reading() -> None:
    """A listing is read down to what is old enough, and a zero is no age."""
    odd = _submission(20)
    odd["data"]["created_utc"] = 7
    (pages,) = await _pulled("reddit", [_submission(10), odd, _submission(30)])
    assert (len(_ids(pages)), _skips(pages)) == (2, 1)


@pytest.mark.parametrize("kind", ["x", True, [], 1.5])
async def test_a_message_of_no_kind_is_told(kind: object) -> None:
    """Notices of Discord's own are left out without a word, what nobody knows is not."""
    (pages,) = await _pulled("discord", [_message(10), {**_message(20), "type": kind}, _message(30)])
    assert (len(_ids(pages)), _skips(pages)) == (2, 1)


async def test_a_name_that_no_request_can_carry_is_asked_for_by_nobody() -> None:
    """Reddit's items are looked up by their names when they are no longer listed."""
    odd = _submission(20)
    odd["data"]["name"] = "t3_\ud800"
    first, second = await _pulled("reddit", [_submission(10), odd], [_submission(10)])
    assert _skips(first) == 1
    assert len(_ids(second)) == 1


def test_a_row_of_a_json_feed_that_is_no_object_has_no_words() -> None:
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "content_text": "x"}, None, 7]}).encode()
    entries = read_feed(body, url="https://f.example/feed.json", content_type="application/json").entries
    assert [one.guid for one in entries] == ["1", "", ""]


def _post_of_meta(native_id: str, **more: Any) -> dict[str, Any]:
    return {"id": native_id, "message": "x", "created_time": "2026-03-02T11:00:00+0000", "from": {"id": "7"}, **more}


async def test_an_odd_row_of_meta_is_told_and_the_others_come() -> None:
    """Among posts, and among the comments below one; what has no id has nothing below it that could be asked for."""
    clock, asked = ManualClock(NOW), list[str]()
    going_on = {"next": "https://graph.facebook.com/v25.0/x?after=b", "cursors": {"after": "b"}}
    nameless = {"comments": {"data": [], "paging": going_on}}
    rows = [_post_of_meta("1_1", comments={"data": [None, _post_of_meta("1_2")]}), "x", nameless, _post_of_meta("1_3")]

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, json={"data": rows if request.url.path.endswith("/feed") else []})

    async with answered_by(answer, clock) as http:
        source = MetaGraphSource("fb", network="facebook", accounts=["1"], secret=lambda _: "t", http=http, clock=clock)
        pages, _ = await _all(source)
    assert _ids(pages) == {"1_1", "1_2", "1_3"}
    assert _skips(pages) == 3
    assert not any("//" in path for path in asked)
