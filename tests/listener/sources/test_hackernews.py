"""Hacker News searches: nothing lost at the limits of search, deletions noticed, odd answers told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta

import pytest

from listener.clock import ManualClock
from listener.errors import SettingsError, SourceUnavailable
from listener.model.mention import Mention
from listener.model.page import Cursor, Page, Skip
from listener.sources.hackernews import HackerNewsSource, item_of
from listener.sources.http import HttpClient
from tests.fakes.hackernews import FakeHackerNews, comment, story
from tests.fakes.site import Reply, Site


@pytest.fixture
def now(clock: ManualClock) -> int:
    return int(clock.now().timestamp())


def _source(site: Site, http: HttpClient, clock: ManualClock, queries: Sequence[str] = ("stroomwerk",)) -> HackerNewsSource:
    return HackerNewsSource("hn", queries, http=http, clock=clock, base=site.url(""), allow_http=True, allow_private=True)


async def _round(source: HackerNewsSource, cursor: Cursor | None = None) -> tuple[list[Page], Cursor | None]:
    pages: list[Page] = []
    while not pages or pages[-1].more:
        assert len(pages) < 50, "the source says `more` for ever"
        pages.append(await source.pull(cursor))
        cursor = pages[-1].next
    return pages, cursor


def _ids(pages: Sequence[Page]) -> list[str]:
    return [m.native_id for page in pages for m in page.mentions]


async def test_stories_and_comments_are_told_apart(site: Site, http: HttpClient, clock: ManualClock, now: int) -> None:
    site.answer = FakeHackerNews(
        [
            story(7, at=now - 50, title="Ask HN: Stroomwerk?", text="<p>one<p>two &amp; three"),
            comment(8, at=now - 40, text="stroomwerk &gt; others", parent=7),
        ]
    )
    (page,), _ = await _round(_source(site, http, clock))
    first, second = page.mentions
    assert (first.title, first.text, first.root_id) == ("Ask HN: Stroomwerk?", "one\ntwo & three", "")
    assert (second.title, second.text, second.parent_id, second.root_id) == ("", "stroomwerk > others", "7", "1")
    assert second.url == "https://news.ycombinator.com/item?id=8"
    assert second.author is not None
    assert second.author.key == "hackernews/news.ycombinator.com/pat"


async def test_five_thousand_new_posts_come_whole_by_narrowing_the_window(site: Site, clock: ManualClock, now: int) -> None:
    """Search lists a thousand hits of a query, however many there are."""
    from listener.settings.schema import HttpSettings  # a larger limit than the fixture's: 200 hits a page are no small answer

    http = HttpClient(HttpSettings.model_validate({}), clock=clock)
    fake = FakeHackerNews([comment(n, at=now - 100_000 + 19 * n, text="stroomwerk") for n in range(1, 5_001)])
    site.answer = fake
    pages, _ = await _round(_source(site, http, clock))
    await http.aclose()
    assert set(_ids(pages)) == {str(n) for n in range(1, 5_001)}
    assert not any(page.gap for page in pages)
    times = [m.posted_at for page in pages for m in page.mentions]
    assert times == sorted(times)
    assert all(request.headers["host"].startswith("127.0.0.1") for request in site.requests)


async def test_a_second_too_full_to_list_is_told_and_does_not_hold_us_up(
    site: Site, http: HttpClient, clock: ManualClock, now: int
) -> None:
    fake = FakeHackerNews(
        [comment(n, at=now - 500, text="stroomwerk") for n in range(1, 31)] + [comment(99, at=now - 10, text="stroomwerk")]
    )
    fake.most_hits = 20
    fake_total = 31
    site.answer = lambda request: _claiming(fake(request), fake_total)
    pages, _ = await _round(_source(site, http, clock))
    assert any("listed" in page.gap for page in pages)
    assert "99" in _ids(pages)


def _claiming(reply: Reply, most: int) -> Reply:
    """Make search claim 100 times as many hits as there are, so that it never seems to list all of a full second."""
    answer = json.loads(reply.body)
    if "nbHits" in answer and answer["nbHits"] > most - 2:
        answer["nbHits"] *= 100
    return Reply(body=json.dumps(answer).encode())


async def test_every_brand_gets_its_turn(site: Site, http: HttpClient, clock: ManualClock, now: int) -> None:
    site.answer = FakeHackerNews([story(1, at=now - 9, title="stroomwerk"), story(2, at=now - 8, title="gaswerk")])
    pages, cursor = await _round(_source(site, http, clock, ["stroomwerk", "gaswerk"]))
    assert _ids(pages) == ["1", "2"]
    assert len(pages) == 2
    _, same = await _round(_source(site, http, clock, ["stroomwerk", "gaswerk"]), cursor)
    assert same == cursor


async def test_a_brand_that_is_new_looks_back_while_the_others_go_on(site: Site, http: HttpClient, clock: ManualClock, now: int) -> None:
    site.answer = FakeHackerNews([story(1, at=now - 90_000, title="stroomwerk"), story(2, at=now - 90_000, title="gaswerk")])
    _, cursor = await _round(_source(site, http, clock))
    pages, _ = await _round(_source(site, http, clock, ["stroomwerk", "gaswerk"]), cursor)
    assert "2" in _ids(pages)


async def test_a_post_indexed_late_is_still_found(site: Site, http: HttpClient, clock: ManualClock, now: int) -> None:
    """The window of the last two hours is read again each time (RULES F26)."""
    fake = FakeHackerNews([story(2, at=now - 60, title="stroomwerk")])
    site.answer = fake
    source = _source(site, http, clock)
    _, cursor = await _round(source)
    fake.hits.append(story(1, at=now - 3_600, title="late stroomwerk"))
    pages, _ = await _round(source, cursor)
    assert "1" in _ids(pages)


async def test_an_edit_comes_again_with_its_new_words(site: Site, http: HttpClient, clock: ManualClock, now: int) -> None:
    fake = FakeHackerNews([comment(1, at=now - 60, text="stroomwerk is bad")])
    site.answer = fake
    source = _source(site, http, clock)
    _, cursor = await _round(source)
    fake.hits[0]["comment_text"] = "stroomwerk is fine now"
    pages, _ = await _round(source, cursor)
    assert [m.text for page in pages for m in page.mentions] == ["stroomwerk is fine now"]


@pytest.mark.parametrize("item", [{"id": 1, "deleted": True, "time": 1}, {"id": 1, "dead": True, "time": 1, "text": "x"}])
async def test_a_post_that_vanishes_from_search_and_is_gone_is_removed(
    site: Site, http: HttpClient, clock: ManualClock, now: int, item: object
) -> None:
    fake = FakeHackerNews([comment(1, at=now - 60, text="stroomwerk"), comment(2, at=now - 50, text="stroomwerk")])
    site.answer = fake
    source = _source(site, http, clock)
    _, cursor = await _round(source)
    del fake.hits[0]
    fake.items["1"] = item
    pages, after = await _round(source, cursor)
    assert [removal.native_id for page in pages for removal in page.removals] == ["1"]
    again, _ = await _round(source, after)
    assert not any(page.removals for page in again)


async def test_a_post_of_which_nothing_is_known_stays_until_more_is(site: Site, http: HttpClient, clock: ManualClock, now: int) -> None:
    """A removal is for ever, and `null` is what a bad day looks like."""
    fake = FakeHackerNews([comment(1, at=now - 60, text="stroomwerk"), comment(2, at=now - 50, text="stroomwerk")])
    site.answer = fake
    source = _source(site, http, clock)
    _, cursor = await _round(source)
    del fake.hits[0]
    pages, cursor = await _round(source, cursor)
    assert not any(page.removals for page in pages)
    fake.items["1"] = {"id": 1, "deleted": True, "time": now - 60}
    pages, _ = await _round(source, cursor)
    assert [removal.native_id for page in pages for removal in page.removals] == ["1"]


async def test_items_that_cannot_be_asked_for_do_not_hold_up_what_search_finds(
    site: Site, http: HttpClient, clock: ManualClock, now: int
) -> None:
    """Search and items are two services: while the second is down, the first is read, and a deletion is asked about again."""
    site.answer = fake = FakeHackerNews([comment(1, at=now - 60, text="stroomwerk"), comment(2, at=now - 50, text="stroomwerk")])
    source = _source(site, http, clock)
    _, cursor = await _round(source)
    del fake.hits[0]
    fake.hits.append(comment(3, at=now - 5, text="stroomwerk"))
    site.answer = lambda request: Reply(status=503) if "/item/" in request.path else fake(request)
    pages, cursor = await _round(source, cursor)
    assert "3" in _ids(pages)
    assert not any(page.removals for page in pages)
    site.answer = fake
    fake.items["1"] = {"id": 1, "deleted": True, "time": now - 60}
    pages, _ = await _round(source, cursor)
    assert [removal.native_id for page in pages for removal in page.removals] == ["1"]


async def test_a_post_that_only_lost_the_brands_name_is_an_edit(site: Site, http: HttpClient, clock: ManualClock, now: int) -> None:
    """Search shows it no longer, but it stands; what we hold must follow its words."""
    fake = FakeHackerNews([comment(1, at=now - 60, text="stroomwerk"), comment(2, at=now - 50, text="stroomwerk")])
    site.answer = fake
    source = _source(site, http, clock)
    _, cursor = await _round(source)
    del fake.hits[0]
    fake.items["1"] = {"id": 1, "by": "pat", "time": now - 60, "text": "never mind", "type": "comment"}
    pages, _ = await _round(source, cursor)
    assert ("1", "never mind") in [(m.native_id, m.text) for page in pages for m in page.mentions]


async def test_pages_that_repeat_end(site: Site, http: HttpClient, clock: ManualClock, now: int) -> None:
    """RULES F26: a platform whose paging is broken shows one page for ever."""
    one = json.dumps({"hits": [story(1, at=now - 60, title="stroomwerk")], "nbHits": 900, "nbPages": 1_000_000}).encode()
    site.answer = lambda _: Reply(body=one)
    (page,), _ = await _round(_source(site, http, clock))
    assert len(page.mentions) == 1
    assert "counts 900" in page.gap
    assert page.missed == 899
    assert len(site.requests) <= 5


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"hits": 3}',
        b'{"hits"',
        b"<html>",
        b"[" * 50_000,
        b'{"hits": NaN}',
        b"\xff\xfe",
        b'{"message": "invalid"}',
    ],
)
async def test_an_answer_that_is_no_list_of_hits_is_never_an_empty_one(
    site: Site, http: HttpClient, clock: ManualClock, body: bytes
) -> None:
    site.answer = lambda _: Reply(body=body)
    with pytest.raises(SourceUnavailable):
        await _source(site, http, clock).pull(None)


async def test_hits_that_are_broken_are_told_and_the_others_kept(site: Site, http: HttpClient, clock: ManualClock, now: int) -> None:
    hits: list[object] = [
        {"objectID": None, "created_at_i": now, "title": "x"},
        {"objectID": "2", "created_at_i": "soon", "title": "x"},
        {"objectID": "3", "created_at_i": now, "title": None, "comment_text": None},
        {"objectID": "4", "created_at_i": 10**30, "title": "x"},
        {"objectID": 2**60, "created_at_i": now - 1, "title": "x", "author": 7},
        "nonsense",
    ]
    site.answer = lambda _: Reply(body=json.dumps({"hits": hits, "nbHits": 6, "nbPages": 1}).encode())
    page = await _source(site, http, clock).pull(None)
    assert [m.native_id for m in page.mentions] == [str(2**60)]
    assert len(page.skipped) == 5
    assert all(skip.reason for skip in page.skipped)


async def test_look_up_answers_for_one_post(site: Site, http: HttpClient, clock: ManualClock, now: int) -> None:
    fake = FakeHackerNews([])
    fake.items = {"5": {"id": 5, "by": "pat", "time": now, "title": "x"}, "6": [1]}
    site.answer = fake
    source = _source(site, http, clock)
    assert isinstance(await source.look_up("5"), Mention)
    assert isinstance(await source.look_up("6"), Skip)
    assert isinstance(await source.look_up("../../x"), Skip)
    assert site.requests[-1].path == "/v0/item/..%2F..%2Fx.json"


def test_an_item_without_a_time_is_told() -> None:
    assert isinstance(item_of({"id": 1, "title": "x"}, "1"), Skip)


def test_nothing_to_search_for_is_a_mistake_in_the_settings(http: HttpClient, clock: ManualClock) -> None:
    with pytest.raises(SettingsError):
        HackerNewsSource("hn", [], http=http, clock=clock)


async def test_nothing_found_leaves_the_cursor_as_it_was(site: Site, http: HttpClient, clock: ManualClock) -> None:
    site.answer = FakeHackerNews([])
    page = await _source(site, http, clock).pull(None)
    assert (page.mentions, page.next, page.more) == ((), None, False)


async def test_after_a_long_outage_everything_since_is_read(site: Site, http: HttpClient, clock: ManualClock, now: int) -> None:
    """RULES F27: the cursor, not the look-back, decides."""
    fake = FakeHackerNews([story(1, at=now - 60, title="stroomwerk")])
    site.answer = fake
    _, cursor = await _round(_source(site, http, clock))
    clock.advance(timedelta(days=30))
    fake.hits += [story(n, at=now + 86_400 * n, title="stroomwerk") for n in range(2, 29)]
    pages, _ = await _round(_source(site, http, clock), cursor)
    assert {str(n) for n in range(2, 29)} <= set(_ids(pages))
