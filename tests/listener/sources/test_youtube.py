"""YouTube: comments and all their answers, late answers and edits, places with comments off, and units that are not wasted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from listener.clock import ManualClock
from listener.errors import RateLimited, SettingsError, SourceError, SourceRefused, SourceUnavailable
from listener.model.mention import Mention, Removal
from listener.model.page import Cursor, Page, Skip
from listener.sources.http import HttpClient
from listener.sources.youtube import YouTubeSource
from listener.sources.youtube_comments import read_comment, read_thread
from tests.fakes.site import Reply, Request, Site
from tests.fakes.youtube import CHANNEL, OTHER_CHANNEL, VIDEO, FakeYouTube, comment, error


def _source(site: Site, http: HttpClient, clock: ManualClock, **more: Any) -> YouTubeSource:
    chosen: dict[str, Any] = {"channels": [CHANNEL], "key": lambda: "a-key", "http": http, "clock": clock, **more}
    return YouTubeSource("yt", base=site.url("").rstrip("/"), allow_http=True, allow_private=True, **chosen)


async def _round(source: YouTubeSource, cursor: Cursor | None = None) -> tuple[list[Page], Cursor | None]:
    pages: list[Page] = []
    while not pages or pages[-1].more:
        assert len(pages) < 50, "the source says `more` for ever"
        pages.append(await source.pull(cursor))
        cursor = pages[-1].next
    return pages, cursor


def _ids(pages: Sequence[Page]) -> list[str]:
    return [m.native_id for page in pages for m in page.mentions]


async def test_a_thread_comes_with_all_its_answers(site: Site, http: HttpClient, clock: ManualClock) -> None:
    """A list shows five answers of a thread; the others are asked for, and each keeps the comment it stands below."""
    fake = FakeYouTube(comment("t1", at=clock.now() - timedelta(hours=2)))
    fake.answers["t1"] = [comment(f"t1.{n}", at=clock.now() - timedelta(minutes=n), parent="t1") for n in range(1, 131)]
    site.answer = fake
    pages, cursor = await _round(_source(site, http, clock))
    assert set(_ids(pages)) == {"t1", *(f"t1.{n}" for n in range(1, 131))}
    assert {(m.parent_id, m.root_id) for m in pages[0].mentions} == {("", ""), ("t1", "t1")}
    asked = len(fake.asked)
    await _round(_source(site, http, clock), cursor)
    assert len(fake.asked) == asked + 1, "answers that were read are not paid for again"


async def test_answers_among_which_youtube_loses_its_place_are_asked_for_again(site: Site, http: HttpClient, clock: ManualClock) -> None:
    """They were counted as read, and came only when somebody answered again."""
    fake = FakeYouTube(comment("t1", at=clock.now()))
    fake.answers["t1"] = [comment(f"t1.{n}", at=clock.now(), parent="t1") for n in range(130)]
    site.answer = lambda request: error("processingFailure", 400) if "pageToken" in request.path else fake(request)
    pages, cursor = await _round(_source(site, http, clock))
    assert len(_ids(pages)) < 131
    site.answer = fake
    again, _ = await _round(_source(site, http, clock), cursor)
    assert {*_ids(pages), *_ids(again)} == {"t1", *(f"t1.{n}" for n in range(130))}


@pytest.mark.parametrize(("empty", "read"), [(2, ["t1"]), (1_000, [])])
async def test_pages_without_a_thread_are_passed_over_and_end(
    site: Site, http: HttpClient, clock: ManualClock, empty: int, read: list[str]
) -> None:
    """What stands behind two of them is read; where each names a next one for ever, nobody goes on asking."""
    fake = FakeYouTube(comment("t1", at=clock.now()))

    def answer(request: Request) -> Reply:
        fake.asked.append((request.path, {}))
        if len(fake.asked) <= empty:
            return Reply(body=json.dumps({"items": [], "nextPageToken": f"page-{-len(fake.asked)}"}).encode())
        return fake.page([fake.thread(one) for one in fake.comments], {"maxResults": "100"})

    site.answer = answer
    pages, _ = await _round(_source(site, http, clock))
    assert (_ids(pages), len(pages)) == (read, 3)


async def test_five_hundred_threads_come_whole_in_pages(site: Site, http: HttpClient, clock: ManualClock) -> None:
    """Each page is saved with where to go on; a token that is no longer taken starts from the front and loses nothing."""
    fake = FakeYouTube(*(comment(f"t{n}", at=clock.now() - timedelta(minutes=n)) for n in range(500)))
    site.answer = fake
    source = _source(site, http, clock)
    first = await source.pull(None)
    assert first.next is not None
    stale = Cursor(first.next.replace("page-100", "stale"))
    pages, cursor = await _round(source, stale)
    assert set(_ids([first, *pages])) == {f"t{n}" for n in range(500)}
    fake.comments.append(comment("new", at=clock.now()))
    again, _ = await _round(source, cursor)
    assert "new" in _ids(again)
    assert len(again) == 1, "reading stops an hour before the newest thread that is known"


async def test_the_first_reading_stops_at_the_look_back(site: Site, http: HttpClient, clock: ManualClock) -> None:
    """Ten years of comments of a channel are not what was asked for."""
    site.answer = fake = FakeYouTube(*(comment(f"t{n}", at=clock.now() - timedelta(days=n)) for n in range(300)))
    pages, _ = await _round(_source(site, http, clock, look_back=timedelta(days=3)))
    assert set(_ids(pages)) == {"t0", "t1", "t2", "t3"}
    assert len(fake.asked) == 1


async def test_late_answers_and_edits_are_found_within_the_hour(site: Site, http: HttpClient, clock: ManualClock) -> None:
    """Neither moves a thread to the front, so recent threads are read again once an hour."""
    fake = FakeYouTube(*(comment(f"t{n}", at=clock.now() - timedelta(hours=n)) for n in range(150)))
    site.answer = fake
    source = _source(site, http, clock)
    _, cursor = await _round(source)
    clock.advance(timedelta(minutes=30))
    fake.answers["t125"] = [comment("t125.1", at=clock.now(), parent="t125")]
    fake.comments[110]["snippet"] |= {"updatedAt": clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"), "textDisplay": "no longer"}
    early, cursor = await _round(source, cursor)
    assert "t125.1" not in _ids(early)
    clock.advance(timedelta(minutes=31))
    late, _ = await _round(source, cursor)
    found = {m.native_id: m for page in late for m in page.mentions}
    assert found["t125.1"].root_id == "t125"
    assert found["t110"].text == "no longer"
    assert found["t110"].edited_at is not None


async def test_a_clock_that_ran_ahead_keeps_no_answer_from_being_found(site: Site, http: HttpClient, clock: ManualClock) -> None:
    """RULES F13: threads were last read again ten years from now, and would be in ten years."""
    began = clock.now()
    fake = FakeYouTube(*(comment(f"t{n}", at=began - timedelta(hours=n)) for n in range(150)))
    site.answer = fake
    source = _source(site, http, clock)
    _, cursor = await _round(source)
    clock._now = began + timedelta(days=3_650)
    _, cursor = await _round(source, cursor)
    clock._now = began + timedelta(hours=2)
    fake.answers["t125"] = [comment("t125.1", at=clock.now(), parent="t125")]
    found, _ = await _round(source, cursor)
    assert "t125.1" in _ids(found)


async def test_a_place_with_comments_off_is_no_error(site: Site, http: HttpClient, clock: ManualClock) -> None:
    """Many videos have none; the other places are read, and one that is gone is told by name."""
    fake = FakeYouTube(comment("t1", at=clock.now()))
    fake.errors = {VIDEO: error("commentsDisabled"), OTHER_CHANNEL: error("channelNotFound", 404)}
    site.answer = fake
    pages, _ = await _round(_source(site, http, clock, channels=[CHANNEL, OTHER_CHANNEL], videos=[VIDEO]))
    assert _ids(pages) == ["t1"]
    assert [[one.name for one in page.lost] for page in pages] == [[], [gone := f"channel {OTHER_CHANNEL}"], [gone]]
    (page,), _ = await _round(_source(site, http, clock, channels=[], videos=[VIDEO]))
    assert (page.mentions, page.gap) == ((), "")
    with pytest.raises(SourceRefused):
        await _source(site, http, clock, channels=[OTHER_CHANNEL]).pull(None)


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (error("quotaExceeded"), RateLimited, "California"),
        (error("rateLimitExceeded"), RateLimited, "minute"),
        (error("keyInvalid", 400), SourceRefused, "READ_API_KEY"),
        (error("accessNotConfigured"), SourceRefused, "READ_API_KEY"),
        (error("SERVICE_UNAVAILABLE"), SourceRefused, "forbids"),
        (Reply(status=403, body=b'{"error":"error message"}'), SourceRefused, "forbids"),
        (Reply(status=403, body=b"<html>"), SourceRefused, "forbids"),
        (Reply(status=500, body=b""), SourceUnavailable, "500"),
        (Reply(body=b""), SourceUnavailable, "not JSON"),
        (Reply(body=b"<html>"), SourceUnavailable, "not JSON"),
        (Reply(body=b"[]"), SourceUnavailable, "something else"),
        (Reply(body=b'{"items":null}'), SourceUnavailable, "something else"),
    ],
)
async def test_each_refusal_is_one_of_ours(
    site: Site, http: HttpClient, clock: ManualClock, reply: Reply, kind: type[SourceError], words: str
) -> None:
    """YouTube says 403 for a spent quota as well as for a wrong key; only the reason tells who has to act."""
    site.answer = lambda _: reply
    with pytest.raises(kind, match=words) as told:
        await _source(site, http, clock).pull(None)
    assert "a-key" not in str(told.value)


async def test_the_key_is_asked_for_at_each_pull_and_stays_out_of_addresses(site: Site, http: HttpClient, clock: ManualClock) -> None:
    """A key in an address ends up in the logs of everybody on the way (RULES F19, S29)."""
    site.answer = FakeYouTube(comment("t1", at=clock.now()))
    key = ""
    source = _source(site, http, clock, key=lambda: key)
    with pytest.raises(SourceRefused, match="is not set"):
        await source.pull(None)
    key = "a-key"
    assert _ids((await _round(source))[0]) == ["t1"]
    assert all("a-key" not in request.path for request in site.requests)


async def test_looking_up_tells_what_stands_and_what_is_gone(site: Site, http: HttpClient, clock: ManualClock) -> None:
    """A deleted comment is left out of an answer; an answer that shows nothing at all proves nothing unless our own places are shown."""
    site.answer = fake = FakeYouTube(comment("t1", at=clock.now()))
    source = _source(site, http, clock)
    assert [type(one) for one in await source.look_up(["t1", "gone"])] == [Mention, Removal]
    assert [type(one) for one in await source.look_up(["gone"])] == [Removal]
    fake.comments = []
    assert [type(one) for one in await source.look_up(["t1"])] == [Skip]
    assert await source.look_up([]) == ()


def test_ids_that_are_none_are_refused_before_they_are_asked(site: Site, http: HttpClient, clock: ManualClock) -> None:
    """A handle or an address in place of an id is the commonest mistake."""
    for wrong in ({"channels": ["@stroomwerk"]}, {"channels": [], "videos": ["https://youtu.be/x"]}):
        with pytest.raises(SettingsError, match="no id"):
            _source(site, http, clock, **wrong)
    with pytest.raises(SettingsError, match="nothing to read"):
        _source(site, http, clock, channels=[])


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"id": "a"},
        {"id": "a", "snippet": None},
        {"id": "a", "snippet": {"publishedAt": "2026-13-01T00:00:00Z", "textDisplay": "a"}},
        {"id": "a", "snippet": {"publishedAt": "2026-01-01T00:00:00Z", "textDisplay": ["a"]}},
        {"id": ["a"], "snippet": {"publishedAt": "2026-01-01T00:00:00Z", "textDisplay": "a"}},
    ],
)
def test_what_is_no_comment_is_told_and_not_raised(odd: dict[str, Any]) -> None:
    """One odd item must not hide the ninety-nine others (RULES F24)."""
    assert isinstance(read_comment(odd), Skip)
    thread = read_thread({"id": "t", "snippet": {"topLevelComment": odd, "totalReplyCount": "many"}, "replies": {"comments": [None, 3]}})
    assert (len(thread.found), thread.replies) == (3, 0)
    assert json.dumps(read_thread({"snippet": 3}).replies) == "0"
