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
from listener.model.mention import Mention
from listener.model.page import Page, Skip
from listener.sources.discourse import DiscourseSource
from listener.sources.discourse_forum import Forum
from listener.sources.discourse_posts import read_post
from listener.sources.stackexchange import StackExchangeSource
from listener.sources.stackexchange_items import read_item
from listener.sources.youtube import YouTubeSource
from listener.sources.youtube_comments import read_comment
from tests.fakes.youtube import CHANNEL
from tests.replay.exchanges import Outcomes, answered_by, exchanges_in, recordings_of, things

pytestmark = pytest.mark.recordings

LONG = timedelta(days=20_000)


def _there(recording: Path) -> Path:
    """Return a recording that a test is about, or skip the test among recordings that do not hold it."""
    if not recording.is_file():
        pytest.skip(f"{recording.name} is not among these recordings")
    return recording


def _is_comment(one: dict[str, Any]) -> bool:
    return one.get("kind") == "youtube#comment"


def test_every_youtube_comment_is_read_or_told(recordings: Path) -> None:
    """Right ids, times and authors, and line ends in place of markup; the table of what fits."""
    outcomes, count = Outcomes("youtube"), 0
    for path in recordings_of(recordings / "youtube", ".json", ".xml"):
        comments = things(exchanges_in(path)[0].found, _is_comment) if path.suffix == ".json" else []
        for comment in comments:
            read, told = read_comment(comment), comment.get("snippet") or {}
            count += isinstance(read, Mention)
            if isinstance(read, Skip):
                assert not (told.get("textOriginal") or told.get("textDisplay")) or not told.get("publishedAt"), read
                continue
            assert (read.platform, read.realm, read.native_id) == ("youtube", "youtube.com", comment["id"])
            assert read.posted_at == datetime.fromisoformat(told["publishedAt"])
            channel = (told.get("authorChannelId") or {}).get("value")
            assert (read.author.native_id if read.author else None) == channel
            assert read.author is None or read.author.name == told["authorDisplayName"]
            assert "textOriginal" not in told or read.text == told["textOriginal"].strip()
            assert read.parent_id == told.get("parentId", "")
        reason = "it is a feed: that source reads it" if path.suffix == ".xml" else "it holds no comment"
        (outcomes.passed if comments else outcomes.skipped)[path.name] = f"{len(comments)} comments" if comments else reason
    print("", *outcomes.lines(), sep="\n")
    assert count > len(outcomes.passed) / 2, "most of what is recorded is read"


async def _youtube(answer: httpx.Response, **what: Any) -> Page:
    clock = ManualClock(datetime(2020, 1, 1, tzinfo=UTC))
    async with answered_by(lambda _: answer, clock) as http:
        return await YouTubeSource(
            "yt", key=lambda: "a-key", http=http, clock=clock, look_back=LONG, **{"channels": [CHANNEL], **what}
        ).pull(None)


@pytest.mark.parametrize("name", ["by_channel", "with_search", "by_video_paged_1", "by_video_paged_2"])
async def test_recorded_threads_are_read_by_the_source(recordings: Path, name: str) -> None:
    """Whole lists, and a token for the page after them where there was one."""
    body = _there(recordings / f"youtube/data-api-v3/comment_threads__comment_threads_{name}.json").read_bytes()
    page = await _youtube(httpx.Response(200, content=body))
    listed = json.loads(body)
    assert {m.native_id for m in page.mentions} == {one["id"] for one in listed["items"]}
    assert page.more == ("nextPageToken" in listed)
    assert all(m.url == "" or m.url.endswith(f"&lc={m.native_id}") for m in page.mentions)


@pytest.mark.parametrize(("name", "status"), [("error_permission_resp", 403), ("error_response_simple", 400)])
async def test_recorded_refusals_are_ours(recordings: Path, name: str, status: int) -> None:
    """Whatever shape an error has, a person is told to act and nothing is taken for an empty list."""
    body = _there(recordings / f"youtube/data-api-v3/{name}.json").read_bytes()
    with pytest.raises(SourceRefused):
        await _youtube(httpx.Response(status, content=body))


def _is_post(one: dict[str, Any]) -> bool:
    return {"id", "cooked", "topic_id", "created_at"} <= one.keys()


def test_every_discourse_post_is_read_or_told(recordings: Path) -> None:
    """Right ids, times, authors and topics, in words; the table of what fits."""
    outcomes, count = Outcomes("discourse"), 0
    for path in recordings_of(recordings / "discourse", ".json"):
        posts = things(exchanges_in(path)[0].found, _is_post)
        for post in posts:
            read = read_post(post, base="https://forum.example", realm="forum.example")
            count += isinstance(read, Mention)
            if not isinstance(read, Mention):
                assert post.get("deleted_at") or post.get("user_deleted") or post.get("hidden") or post.get("post_type", 1) != 1, read
                continue
            assert (read.platform, read.realm) == ("discourse", "forum.example")
            assert (read.native_id, read.root_id) == (str(post["id"]), str(post["topic_id"]))
            assert read.posted_at == datetime.fromisoformat(post["created_at"])
            assert read.author is not None
            assert (read.author.native_id, read.author.name) == (str(post["user_id"]), post["username"])
            assert "<p>" not in read.text
            assert (read.title != "") == (post["post_number"] == 1 and "topic_title" in post)
        (outcomes.passed if posts else outcomes.skipped)[path.name] = f"{len(posts)} posts" if posts else "it holds no post"
    print("", *outcomes.lines(), sep="\n")
    assert count > len(outcomes.passed) / 2, "most of what is recorded is read"


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
    recording = _there(recordings / "discourse/discourse_api/posts_latest.json")
    pages = await _discourse({"/posts.json": recording}, "2020-01-26T00:00:00+00:00")
    told = json.loads(recording.read_bytes())["latest_posts"]
    assert [m.native_id for m in pages[0].mentions] == sorted((str(one["id"]) for one in told), key=int)
    assert not pages[-1].more


async def test_a_recorded_list_of_topics_is_where_reading_goes_on(recordings: Path) -> None:
    """A forum of 2013 that shows no list of posts: its topics are listed, and each is asked for by its number."""
    recording = _there(recordings / "discourse/discourse_api/latest.json")
    pages = await _discourse({"/latest.json": recording}, "2013-02-08T00:00:00+00:00")
    topics = json.loads(recording.read_bytes())["topic_list"]["topics"]
    assert pages[0].next is not None
    assert json.loads(pages[0].next)["listings"]["posts"]["queue"] == list(dict.fromkeys(str(one["id"]) for one in topics))


async def test_recorded_answers_of_other_kinds_are_no_posts(recordings: Path) -> None:
    """A forum of 2013 answered a search with another shape: that is told, and not taken for "nothing found"."""
    with pytest.raises(SourceUnavailable, match="something else"):
        await _discourse(
            {"/search.json": recordings / "discourse/discourse_api/search.json"}, "2013-02-08T00:00:00+00:00", queries=["test"]
        )


def _is_item(one: dict[str, Any]) -> bool:
    return bool({"question_id", "answer_id", "comment_id"} & one.keys()) and "creation_date" in one


async def test_every_stack_exchange_post_is_read_or_told(recordings: Path) -> None:
    """Right ids, times, authors and parents; what is no post is told as none when a list of it comes in place of posts."""
    outcomes, clock = Outcomes("stackexchange"), ManualClock(datetime(2026, 9, 1, tzinfo=UTC))
    for path in recordings_of(recordings / "stackexchange", ".json"):
        found = exchanges_in(path)[0].found
        posts = things(found, _is_item)
        for item in posts:
            read = read_item(item, "stackoverflow.com")
            assert isinstance(read, Mention) or not (item.get("title") or item.get("body") or item.get("body_markdown")), read
            if isinstance(read, Mention):
                assert read.native_id.removeprefix("c") == str(item.get("comment_id") or item.get("answer_id") or item["question_id"])
                assert read.posted_at.timestamp() == item["creation_date"]
                assert (read.author.native_id if read.author else "") == str(item.get("owner", {}).get("user_id", ""))
                assert read.parent_id == (str(item.get("post_id") or (item["question_id"] if "answer_id" in item else "")))
        if isinstance(found, dict) and isinstance(found.get("items"), list):
            page = await _stack_exchange(path.read_bytes(), clock)
            assert {m.native_id for m in page.mentions} <= {m.native_id for p in posts if isinstance(m := read_item(p, ""), Mention)}
            assert len(page.skipped) == len(found["items"]) - len(page.mentions)
        (outcomes.passed if posts else outcomes.skipped)[path.name] = f"{len(posts)} posts" if posts else "it holds no posts (accounts)"
    print("", *outcomes.lines(), sep="\n")


async def _stack_exchange(body: bytes, clock: ManualClock) -> Page:
    async with answered_by(lambda _: httpx.Response(200, content=body), clock) as http:
        source = StackExchangeSource("se", "stackoverflow", queries=["x"], http=http, clock=clock, comments=False, look_back=LONG)
        return await source.pull(None)
