"""Stack Exchange, YouTube and Discourse against recordings: every post that was ever shown, and lists that our sources read themselves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from listener.clock import ManualClock
from listener.errors import SourceRefused, SourceUnavailable
from listener.model.page import Page
from listener.sources.discourse import DiscourseSource
from listener.sources.discourse_forum import Forum
from listener.sources.stackexchange import StackExchangeSource
from listener.sources.youtube import YouTubeSource
from tests.fakes.youtube import CHANNEL
from tests.replay.cassettes import there
from tests.replay.exchanges import answered_by, exchanges_in, recordings_of

pytestmark = pytest.mark.recordings

LONG = timedelta(days=20_000)


async def _youtube(answer: httpx.Response, **what: Any) -> Page:
    clock = ManualClock(datetime(2020, 1, 1, tzinfo=UTC))
    async with answered_by(lambda _: answer, clock) as http:
        return await YouTubeSource(
            "yt", key=lambda: "a-key", http=http, clock=clock, look_back=LONG, **{"channels": [CHANNEL], **what}
        ).pull(None)


@pytest.mark.parametrize("name", ["by_channel", "with_search", "by_video_paged_1", "by_video_paged_2"])
async def test_recorded_threads_are_read_by_the_source(recordings: Path, name: str) -> None:
    """Whole lists, and a token for the page after them where there was one."""
    body = there(recordings / f"youtube/data-api-v3/comment_threads__comment_threads_{name}.json").read_bytes()
    page = await _youtube(httpx.Response(200, content=body))
    listed = json.loads(body)
    assert {m.native_id for m in page.mentions} == {one["id"] for one in listed["items"]}
    assert page.more == ("nextPageToken" in listed)
    assert all(m.url == "" or m.url.endswith(f"&lc={m.native_id}") for m in page.mentions)


@pytest.mark.parametrize(("name", "status"), [("error_permission_resp", 403), ("error_response_simple", 400)])
async def test_recorded_refusals_are_ours(recordings: Path, name: str, status: int) -> None:
    """Whatever shape an error has, a person is told to act and nothing is taken for an empty list."""
    body = there(recordings / f"youtube/data-api-v3/{name}.json").read_bytes()
    with pytest.raises(SourceRefused):
        await _youtube(httpx.Response(status, content=body))


async def _discourse(answers: Mapping[str, Path], at: str, **what: Any) -> list[Page]:
    """Read a round from a forum that answers recorded bodies by path; anything else is not there, and after a page there is no more."""
    clock = ManualClock(datetime.fromisoformat(at))
    left = dict(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path in left:
            body = left[request.url.path].read_bytes()
            return httpx.Response(200, content=body)
        return httpx.Response(404, json={"errors": ["not found"]})

    async with answered_by(answer, clock) as http:
        forum = Forum(base="https://forum.example", http=http)
        source = DiscourseSource("forum", forum, clock=clock, look_back=LONG, **what)
        pages = [await source.pull(None)]
        while pages[-1].more and len(pages) < 5:
            pages.append(await source.pull(pages[-1].next))
        return pages


async def test_recorded_newest_posts_are_read_by_the_source(recordings: Path) -> None:
    """Four posts of January 2020; the same page again is no endless list (RULES F26)."""
    recording = there(recordings / "discourse/discourse_api/posts_latest.json")
    pages = await _discourse({"/posts.json": recording}, "2020-01-26T00:00:00+00:00")
    told = json.loads(recording.read_bytes())["latest_posts"]
    assert [m.native_id for m in pages[0].mentions] == sorted((str(one["id"]) for one in told), key=int)
    assert not pages[-1].more


async def test_a_recorded_list_of_topics_is_where_reading_goes_on(recordings: Path) -> None:
    """A forum of 2013 that shows no list of posts: its topics are listed, and each is asked for by its number."""
    recording = there(recordings / "discourse/discourse_api/latest.json")
    pages = await _discourse({"/latest.json": recording}, "2013-02-08T00:00:00+00:00")
    topics = json.loads(recording.read_bytes())["topic_list"]["topics"]
    assert pages[0].next is not None
    assert json.loads(pages[0].next)["listings"]["posts"]["queue"] == list(dict.fromkeys(str(one["id"]) for one in topics))


async def test_recorded_answers_of_other_kinds_are_no_posts(recordings: Path) -> None:
    """A forum of 2013 answered a search with another shape: that is told, and not taken for "nothing found"."""
    with pytest.raises(SourceUnavailable, match="something else"):
        await _discourse(
            {"/search.json": there(recordings / "discourse/discourse_api/search.json")}, "2013-02-08T00:00:00+00:00", queries=["test"]
        )


async def test_a_recorded_list_of_something_else_is_read_as_no_posts(recordings: Path) -> None:
    """Every list of Stack Exchange goes through the source: what is no post is told as none, one for one."""
    clock = ManualClock(datetime(2026, 9, 1, tzinfo=UTC))
    for path in recordings_of(there(recordings / "stackexchange"), ".json"):
        found = exchanges_in(path)[0].found
        if isinstance(found, dict) and isinstance(found.get("items"), list):
            page = await _stack_exchange(path.read_bytes(), clock)
            assert len(page.skipped) == len(found["items"]) - len(page.mentions)
            ids = {str(one.get(name)) for one in found["items"] for name in ("question_id", "answer_id", "comment_id")}
            assert {m.native_id.removeprefix("c") for m in page.mentions} <= ids


async def _stack_exchange(body: bytes, clock: ManualClock) -> Page:
    async with answered_by(lambda _: httpx.Response(200, content=body), clock) as http:
        source = StackExchangeSource("se", "stackoverflow", queries=["x"], http=http, clock=clock, comments=False, look_back=LONG)
        return await source.pull(None)
