"""Discourse: every post of a forum once, threads kept, edits and deletions followed, in each of the ways a forum can be read."""

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
from listener.sources.discourse import DiscourseSource
from listener.sources.discourse_forum import Forum, forum_address
from listener.sources.discourse_posts import read_post
from listener.sources.discourse_webhook import DiscourseWebhook
from listener.sources.http import HttpClient
from tests.fakes.discourse_posts import FakeForum, post
from tests.fakes.site import Reply, Site

MINUTE = timedelta(minutes=1)


def _source(site: Site, http: HttpClient, clock: ManualClock, *, key: str = "", username: str = "", **more: Any) -> DiscourseSource:
    forum = Forum(base=site.url("").rstrip("/"), http=http, username=username, key=lambda: key, allow_http=True, allow_private=True)
    return DiscourseSource("forum", forum, clock=clock, **more)


async def _round(source: DiscourseSource, cursor: Cursor | None = None) -> tuple[list[Page], Cursor | None]:
    pages: list[Page] = []
    while not pages or pages[-1].more:
        assert len(pages) < 80, "the source says `more` for ever"
        pages.append(await source.pull(cursor))
        cursor = pages[-1].next
    return pages, cursor


def _mentions(pages: Sequence[Page]) -> dict[str, Mention]:
    return {m.native_id: m for page in pages for m in page.mentions}


@pytest.mark.parametrize("windowed", [False, True])
async def test_every_new_post_comes_whole_in_pages(site: Site, http: HttpClient, clock: ManualClock, *, windowed: bool) -> None:
    """A forum shows fifty posts at a time, an older one those with the next fifty ids, of which there may be none."""
    fake = FakeForum(*(post(n, at=clock.now() - (900 - n) * MINUTE) for n in range(500, 620)))
    fake.windowed = windowed
    site.answer = fake
    pages, cursor = await _round(_source(site, http, clock))
    assert set(_mentions(pages)) == {str(n) for n in range(500, 620)}
    clock.advance(timedelta(hours=2))
    fake.posts += [post(n, at=clock.now() - (900 - n) * MINUTE) for n in [640, *range(800, 870)]]
    again, _ = await _round(_source(site, http, clock), cursor)
    assert {"640", *(str(n) for n in range(800, 870))} <= set(_mentions(again))
    assert len(again) < 10


async def test_the_first_reading_stops_at_the_look_back(site: Site, http: HttpClient, clock: ManualClock) -> None:
    """Twenty years of a forum are not what was asked for."""
    site.answer = fake = FakeForum(*(post(n, at=clock.now() - (500 - n) * timedelta(hours=1)) for n in range(1, 500)))
    pages, _ = await _round(_source(site, http, clock, look_back=timedelta(hours=10)))
    assert set(_mentions(pages)) == {str(n) for n in range(490, 500)}
    assert len(fake.asked) == 1


async def test_a_reply_keeps_its_parent_and_its_topic(site: Site, http: HttpClient, clock: ManualClock) -> None:
    """Forums tell where in the topic the answered post stands; our answers name it by its id. Asked for once, then remembered."""
    old = post(4, at=clock.now() - timedelta(days=90), topic=9, place=2)
    others = [post(n, at=clock.now() - timedelta(days=30), topic=2) for n in range(5, 80)]
    first = post(90, at=clock.now() - 3 * MINUTE, topic=9, place=1, topic_title="Storing &amp; zo")
    below = [post(91, at=clock.now() - 2 * MINUTE, topic=9, place=3, reply_to_post_number=2)]
    below.append(post(92, at=clock.now() - MINUTE, topic=9, place=4, reply_to_post_number=3))
    site.answer = fake = FakeForum(old, *others, first, *below)
    source = _source(site, http, clock)
    pages, cursor = await _round(source)
    found = _mentions(pages)
    assert [(m.title, m.parent_id, m.root_id) for m in found.values()] == [("Storing & zo", "", "9"), ("", "4", "9"), ("", "91", "9")]
    assert found["90"].url == site.url("/t/9/1")
    assert found["90"].author is not None
    assert found["90"].author.key == "discourse/127.0.0.1/7", "the key by which our own accounts are known"
    await _round(source, cursor)
    assert sum("/by_number/9/2.json" in one for one in fake.asked) == 1


async def test_an_edit_comes_again_and_a_deletion_is_noticed(site: Site, http: HttpClient, clock: ManualClock) -> None:
    """Within the hour both are found by reading it again; whoever took their words back wants them gone here as well (RULES F7)."""
    fake = FakeForum(*(post(n, at=clock.now() - (10 - n) * MINUTE) for n in range(1, 6)))
    site.answer = fake
    source = _source(site, http, clock)
    _, cursor = await _round(source)
    clock.advance(timedelta(minutes=5))
    fake.posts[2] |= {"cooked": "<p>no longer</p>", "version": 2, "updated_at": clock.now().isoformat()}
    del fake.posts[4]
    pages, cursor = await _round(source, cursor)
    edited = _mentions(pages)["3"]
    assert (edited.text, edited.edited_at) == ("no longer", clock.now())
    assert [one.native_id for page in pages for one in page.removals] == ["5"]
    pages, _ = await _round(source, cursor)
    assert not any(page.removals for page in pages), "told once"


async def test_a_post_that_moved_where_we_may_not_look_is_no_deletion(site: Site, http: HttpClient, clock: ManualClock) -> None:
    """A moderator took its topic to a category of the team: it stands, the forum says 403 of it, and a removal is for ever."""
    fake = FakeForum(*(post(n, at=clock.now() - (10 - n) * MINUTE) for n in range(1, 6)))
    site.answer = fake
    source = _source(site, http, clock)
    _, cursor = await _round(source)
    del fake.posts[2]
    site.answer = lambda request: Reply(status=403, body=b"{}") if request.path == "/posts/3.json" else fake(request)
    pages, cursor = await _round(source, cursor)
    assert not any(page.removals for page in pages)
    assert [skip.where for page in pages for skip in page.skipped] == ["post 3"]
    asked = len(site.requests)
    await _round(source, cursor)
    assert not [one for one in site.requests[asked:] if one.path == "/posts/3.json"], "nor is it asked about in each round"


async def test_a_lost_post_on_which_a_forum_fails_does_not_hold_up_what_is_new(site: Site, http: HttpClient, clock: ManualClock) -> None:
    """It is asked about again, three times in all; whether it stands is looked at later (RULES F24)."""
    fake = FakeForum(*(post(n, at=clock.now() - (10 - n) * MINUTE) for n in range(1, 6)))
    site.answer = fake
    source = _source(site, http, clock)
    _, cursor = await _round(source)
    del fake.posts[2]
    site.answer = lambda request: Reply(status=500) if request.path == "/posts/3.json" else fake(request)
    for number in range(6, 11):
        fake.posts.append(post(number, at=clock.now()))
        pages, cursor = await _round(source, cursor)
        assert str(number) in _mentions(pages)
        assert not any(page.removals for page in pages)
    assert sum(one.path == "/posts/3.json" for one in site.requests) == 3


async def test_an_answered_post_on_which_a_forum_fails_does_not_hold_up_its_answers(
    site: Site, http: HttpClient, clock: ManualClock
) -> None:
    """Asked for again twice, for it may be a bad moment; then the answer is read as one to the topic."""
    site.answer = fake = FakeForum(post(9, at=clock.now(), topic=4, place=7, reply_to_post_number=2))
    site.answer = lambda request: Reply(status=500) if request.path == "/posts/by_number/4/2.json" else fake(request)
    source = _source(site, http, clock)
    for _ in range(2):
        with pytest.raises(SourceUnavailable):
            await source.pull(None)
    found = _mentions((await _round(source))[0])
    assert (found["9"].parent_id, found["9"].root_id) == ("", "4")


async def test_a_search_gives_whole_posts(site: Site, http: HttpClient, clock: ManualClock) -> None:
    """A search shows excerpts; brand queries and people read the posts themselves."""
    long = "stroomwerk " + "x" * 400
    fake = FakeForum(
        *(post(n, at=clock.now() - (200 - n) * MINUTE, topic=1 + n % 3, text=long if n % 2 else "weer") for n in range(1, 200))
    )
    site.answer = fake
    source = _source(site, http, clock, queries=["stroomwerk"])
    pages, cursor = await _round(source)
    assert set(_mentions(pages)) == {str(n) for n in range(1, 200, 2)}
    assert all(m.text == long for m in _mentions(pages).values())
    fake.posts.append(post(300, at=clock.now(), topic=1, text=long))
    again, _ = await _round(source, cursor)
    assert "300" in _mentions(again)
    assert len(again) == 1


async def test_a_topic_is_read_from_its_end(site: Site, http: HttpClient, clock: ManualClock) -> None:
    """A topic shows its first twenty posts only; what is new stands at its end."""
    fake = FakeForum(*(post(n, at=clock.now() - (600 - n) * MINUTE, topic=4) for n in range(1, 251)))
    site.answer = fake
    source = _source(site, http, clock, topics=["4"])
    pages, cursor = await _round(source)
    found = _mentions(pages)
    assert set(found) == {str(n) for n in range(1, 251)}
    assert found["1"].title == "Topic 4"
    fake.posts.append(post(400, at=clock.now(), topic=4))
    again, _ = await _round(source, cursor)
    assert "400" in _mentions(again)
    assert len(again) == 1


async def test_a_forum_that_hides_its_newest_posts_is_read_by_its_topics(site: Site, http: HttpClient, clock: ManualClock) -> None:
    """Some forums refuse the list; the next round tries it again, for a refusal may be a bad hour."""
    fake = FakeForum(*(post(n, at=clock.now() - (300 - n) * MINUTE, topic=1 + n % 40) for n in range(1, 300)))
    fake.closed = {"/posts.json", "/t/7.json"}
    site.answer = fake
    source = _source(site, http, clock)
    pages, cursor = await _round(source)
    assert set(_mentions(pages)) == {str(n) for n in range(1, 300) if n % 40 != 6}
    fake.posts.append(post(900, at=clock.now(), topic=3))
    again, cursor = await _round(source, cursor)
    assert "900" in _mentions(again)
    fake.closed = set()
    fake.posts.append(post(901, at=clock.now(), topic=3))
    again, _ = await _round(source, cursor)
    assert "901" in _mentions(again)
    assert fake.asked[-1].startswith("/posts.json")
    fake.closed = {"/posts.json", "/latest.json"}
    with pytest.raises(SourceRefused):
        await source.pull(None)


async def test_private_messages_need_a_key_and_are_no_public_posts(site: Site, http: HttpClient, clock: ManualClock) -> None:
    """They are contact moments, not something that others could read; the key goes into a header."""
    fake = FakeForum(post(1, at=clock.now()))
    fake.private, fake.key = [post(2, at=clock.now(), topic=8)], "a-key"
    site.answer = fake
    source = _source(site, http, clock, key="a-key", username="webcare", private_messages=True)
    found = _mentions((await _round(source))[0])
    assert [(one, m.channel) for one, m in found.items()] == [("1", ""), ("2", "discourse")]
    assert site.requests[0].headers["api-username"] == "webcare"
    assert all("a-key" not in request.path for request in site.requests)
    with pytest.raises(SourceRefused, match="whose key"):
        await _source(site, http, clock, key="a-key").pull(None)


async def test_looking_up_tells_what_stands_and_what_is_gone(site: Site, http: HttpClient, clock: ManualClock) -> None:
    """A forum that shows nothing at all proves nothing."""
    site.answer = fake = FakeForum(post(1, at=clock.now()), post(2, at=clock.now(), user_deleted=True))
    source = _source(site, http, clock)
    assert [type(one) for one in await source.look_up(["1", "2", "3", "x"])] == [Mention, Removal, Removal, Skip]
    assert [type(one) for one in await source.look_up(["3"])] == [Removal]
    fake.closed = {"/latest.json"}
    assert [type(one) for one in await source.look_up(["3"])] == [Skip]
    assert await source.look_up([]) == ()


async def test_looking_up_gives_what_it_has_when_it_must_wait(site: Site, http: HttpClient, clock: ManualClock) -> None:
    """Sixty requests a minute is what a forum allows: twenty answers must not be lost for the twenty-first."""
    fake = FakeForum(post(1, at=clock.now()), post(2, at=clock.now()))
    wait = Reply(status=429, body=b'{"extras":{"wait_seconds":7}}')
    site.answer = lambda request: wait if request.path == "/posts/2.json" else fake(request)
    source = _source(site, http, clock)
    assert [type(one) for one in await source.look_up(["1", "2"])] == [Mention]
    with pytest.raises(RateLimited) as told:
        await source.look_up(["2", "1"])
    assert told.value.wait_seconds == 7


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(status=403, body=b'{"errors":["no"],"error_type":"invalid_access"}'), SourceRefused),
        (Reply(status=422, body=b"{}"), SourceRefused),
        (Reply(status=500), SourceUnavailable),
        (Reply(body=b""), SourceUnavailable),
        (Reply(body=b"<html>login</html>"), SourceUnavailable),
        (Reply(body=b"[]"), SourceUnavailable),
        (Reply(body=b'{"latest_posts":null}'), SourceUnavailable),
        (Reply(body=b'{"latest_posts":{"a":1}}'), SourceUnavailable),
    ],
)
async def test_each_refusal_is_one_of_ours(site: Site, http: HttpClient, clock: ManualClock, reply: Reply, kind: type[SourceError]) -> None:
    """No false "nothing new" comes of an odd answer (RULES F18)."""
    site.answer = lambda _: reply
    with pytest.raises(kind) as told:
        await _source(site, http, clock).pull(None)
    assert str(told.value)


@pytest.mark.parametrize(
    ("odd", "kind"),
    [
        ({}, Skip),
        ({"id": 1}, Skip),
        ({"id": 1, "cooked": "<p>a</p>", "created_at": "yesterday"}, Skip),
        ({"id": 1, "cooked": ["a"], "created_at": "2026-01-01T00:00:00Z"}, Skip),
        ({"id": 1, "cooked": "<p>a</p>", "created_at": "2026-01-01T00:00:00Z", "post_type": 3}, Skip),
        ({"id": 1, "cooked": "<p>a</p>", "created_at": "2026-01-01T00:00:00Z", "hidden": True}, Skip),
        ({"id": 1, "cooked": "<p>a</p>", "created_at": "2026-01-01T00:00:00Z", "deleted_at": "2026-01-02T00:00:00Z"}, Removal),
        ({"id": 1, "raw": "a < b", "created_at": "2026-01-01T00:00:00Z", "user_id": None, "version": None}, Mention),
    ],
)
def test_odd_posts_are_told_and_not_raised(odd: dict[str, Any], kind: type) -> None:
    """One odd post must not hide the forty-nine others (RULES F24)."""
    assert isinstance(read_post(odd, base="https://f.example", realm="f.example"), kind)


@pytest.mark.parametrize(
    "more", [{}, {"version": 3, "updated_at": "2026-03-02T12:30:00.000Z"}, {"post_number": 1, "topic_title": "A &lt;b&gt;"}]
)
def test_the_webhook_and_the_list_tell_one_and_the_same_post(clock: ManualClock, more: dict[str, Any]) -> None:
    """A post that comes both ways must be one mention, with one text, or it would look edited each time."""
    one = post(5, at=clock.now(), topic=2, place=4, **more)
    (told,) = DiscourseWebhook("f", "https://f.example", secret=lambda _: "").read(json.dumps({"post": one}).encode(), {}).mentions
    listed = read_post(one, base="https://f.example", realm="f.example")
    assert isinstance(listed, Mention)
    assert (told, told.content_hash) == (listed, listed.content_hash)


def test_settings_that_cannot_work_are_refused(site: Site, http: HttpClient, clock: ManualClock) -> None:
    with pytest.raises(SettingsError, match="forum's address"):
        forum_address("forum", "not an address")
    with pytest.raises(SettingsError, match="no number"):
        _source(site, http, clock, topics=["storing"])


async def test_a_topic_that_is_a_message_between_people_is_private_though_nobody_asked_for_those(
    site: Site, http: HttpClient, clock: ManualClock
) -> None:
    """With a key a topic's number, or words of a search, may lead into somebody's messages."""
    fake = FakeForum(post(1, at=clock.now(), topic=8), post(2, at=clock.now(), topic=9))
    fake.private_topics = {8}
    site.answer = fake
    found = _mentions((await _round(_source(site, http, clock, topics=("8", "9"), in_private_to="Stroomwerk")))[0])
    assert {number: (one.channel, one.said_to) for number, one in found.items()} == {"1": ("discourse", "Stroomwerk"), "2": ("", "")}
    searched = _mentions((await _round(_source(site, http, clock, queries=("stroomwerk",))))[0])
    assert set(searched) == {"2"}, "a search reads what everybody reads"


async def test_a_private_message_that_is_listed_no_more_is_looked_up_as_one(site: Site, http: HttpClient, clock: ManualClock) -> None:
    """It scrolled out of the list while it was edited: it stays private."""
    fake = FakeForum(post(50, at=clock.now()))
    fake.private = [post(1, at=clock.now() - 5 * MINUTE, topic=8), post(2, at=clock.now(), topic=8)]
    fake.key = "a-key"
    site.answer = fake
    source = _source(site, http, clock, key="a-key", username="webcare", private_messages=True, in_private_to="Stroomwerk")
    pages, cursor = await _round(source)
    assert {m.native_id: m.said_to for page in pages for m in page.mentions if m.channel} == {"1": "Stroomwerk", "2": "Stroomwerk"}
    whole = type(fake)._newest

    def without_the_first(path: str, before: int) -> Reply:
        return whole(fake, path, before) if path == "/posts.json" else _listed(fake.private[1:])

    fake._newest = without_the_first  # type: ignore[method-assign]  # the forum lists its messages without one
    again, _ = await _round(source, cursor)
    assert {m.native_id: m.channel for page in again for m in page.mentions if m.native_id == "1"} == {"1": "discourse"}


def _listed(posts: Sequence[dict[str, Any]]) -> Reply:
    return Reply(body=json.dumps({"private_posts": list(posts)}).encode(), status=200)
