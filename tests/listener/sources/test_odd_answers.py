"""Whatever stands in an answer of X, Stack Exchange, YouTube or Discourse: a mention, a skip, or an error of ours (RULES F18, I18)."""

from __future__ import annotations

import contextlib
import copy
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import requests
from requests.adapters import HTTPAdapter

from listener.clock import ManualClock
from listener.errors import SourceError
from listener.ports import Source
from listener.sources.discourse import DiscourseSource
from listener.sources.discourse_forum import Forum
from listener.sources.http import HttpClient
from listener.sources.stackexchange import StackExchangeSource
from listener.sources.x import XSource
from listener.sources.youtube import YouTubeSource
from tests.fakes import discourse_posts, stackexchange, x_posts, youtube
from tests.replay.exchanges import answered_by

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
ODD: tuple[Any, ...] = (None, True, 1e400, -1, "", "9" * 5_000, "\ud800", [None], {"x": [{}]})

_TWEET = x_posts.post("a &amp; b", at=NOW, referenced_tweets=[{"type": "replied_to", "id": "9"}], note_tweet={"text": "long"})
ANSWERS: dict[str, Any] = {
    "x": {
        "data": [{**_TWEET, "entities": {"urls": [{"url": "a", "expanded_url": "b"}]}}],
        "includes": {"users": [{"id": "501", "username": "kim", "protected": False}], "tweets": [_TWEET]},
        "errors": [{"resource_type": "tweet", "resource_id": "7", "detail": "gone", "type": "a/resource-not-found"}],
        "meta": {"result_count": 1, "next_token": "t"},
    },
    "stackexchange": {
        "items": [
            stackexchange.question(1, at=SECONDS, last_edit_date=SECONDS + 5, filter="f"),
            stackexchange.answer(2, at=SECONDS, to=1),
            stackexchange.comment(3, at=SECONDS, to=2, link="https://iot.stackexchange.com/questions/1/a#comment3_2"),
        ],
        "has_more": True,
        "backoff": 0,
        "quota_max": 300,
        "quota_remaining": 200,
    },
    "youtube": {
        "items": [
            {
                "id": "t",
                "snippet": {"videoId": "v", "topLevelComment": youtube.comment("t", at=NOW), "totalReplyCount": 3},
                "replies": {"comments": [youtube.comment("t.1", at=NOW, parent="t")]},
            }
        ],
        "nextPageToken": "t",
    },
    "discourse": {
        "latest_posts": [discourse_posts.post(5, at=NOW, topic=2, place=4, reply_to_post_number=3, version=2, topic_title="a")],
        "topic_list": {"topics": [{"id": 2, "last_posted_at": NOW.isoformat(), "pinned": False}]},
        "posts": [{"id": 5, "topic_id": 2, "created_at": NOW.isoformat()}],
        "grouped_search_result": {"more_full_page_results": True},
        "post_stream": {"stream": [5], "posts": [discourse_posts.post(5, at=NOW, topic=2)]},
        "title": "a",
        "id": 5,
        "topic_id": 2,
        "post_number": 3,
    },
}


def _bent(answer: Any) -> Iterator[Any]:
    """Yield the answer with each of its values, at every depth, replaced by each odd one, and without each of its fields."""
    for path in _paths(answer, ()):
        for odd in ODD:
            yield _replaced(answer, path, odd)
    yield from ODD


def _paths(value: Any, above: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield (*above, name)
        yield from _paths(one, (*above, name))


def _replaced(answer: Any, path: tuple[Any, ...], odd: Any) -> Any:
    changed = copy.deepcopy(answer)
    place = changed
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = odd
    return changed


class _Answering(HTTPAdapter):
    """Answers each request of tweepy's session with the body of the moment."""

    def __init__(self) -> None:
        super().__init__()
        self.body = b""

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:  # type: ignore[override]  # what else requests hands over is of no interest here
        response = requests.Response()
        response.status_code, response.url, response.request, response.raw = 200, request.url or "", request, io.BytesIO(self.body)
        return response


def _opened(kind: str, http: HttpClient, clock: ManualClock) -> list[Source]:
    if kind == "stackexchange":
        return [StackExchangeSource("se", "iot", queries=["a"], http=http, clock=clock)]
    if kind == "youtube":
        return [YouTubeSource("yt", channels=[youtube.CHANNEL], key=lambda: "k", http=http, clock=clock)]
    forum = Forum(base="https://forum.example", http=http)
    chosen: list[dict[str, Any]] = [{}, {"queries": ["a"]}, {"topics": ["2"]}]
    return [DiscourseSource("f", forum, clock=clock, **more) for more in chosen]


async def _survives(source: Any, native_id: str) -> int:
    """Pull twice and look something up; return how much came out. Anything but one of our errors goes up."""
    count = 0
    with contextlib.suppress(SourceError):
        first = await source.pull(None)
        count += len(first.mentions) + len(first.skipped)
        count += len((await source.pull(first.next)).mentions)
    with contextlib.suppress(SourceError):
        count += len(await source.look_up([native_id]))
    return count


@pytest.mark.parametrize("kind", ["stackexchange", "youtube", "discourse"])
async def test_every_value_of_an_answer_may_be_anything(kind: str) -> None:
    """Platforms change their answers without telling; the other items of a page, and the other sources, go on."""
    clock, body, came = ManualClock(NOW), b"", 0
    answer: Callable[[httpx.Request], httpx.Response] = lambda _: httpx.Response(200, content=body)  # noqa: E731 - it has to read `body` anew each time
    async with answered_by(answer, clock) as http:
        for source in _opened(kind, http, clock):
            for bent in _bent(ANSWERS[kind]):
                body = json.dumps(bent).encode("utf-8", "surrogatepass")
                came += await _survives(source, "5")
    assert came > 1_000, "the answers were read at all"


async def test_every_value_of_an_answer_of_x_may_be_anything() -> None:
    """As for the others, with tweepy between."""
    source = XSource("x", queries=["a"], account="77", token=lambda: "t", clock=ManualClock(NOW), expansions=("authors", "referenced"))
    client, answering, came = source._open("t"), _Answering(), 0
    client.session.mount("https://api.twitter.com", answering)
    client.session._pace_of = lambda _: type("Still", (), {"take": lambda _: None, "heed": lambda *_, **__: None})()
    source._client = ("t", client)
    for bent in _bent(ANSWERS["x"]):
        answering.body = json.dumps(bent).encode("utf-8", "surrogatepass")
        came += await _survives(source, "7")
    await source.aclose()
    assert came > 1_000, "the answers were read at all"
