"""Stack Exchange: new and edited posts of a site, nothing lost between pages, its waits obeyed, deletions noticed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from listener.clock import ManualClock
from listener.errors import RateLimited, SettingsError, SourceError, SourceRefused, SourceUnavailable
from listener.model.mention import Mention, Removal
from listener.model.page import Cursor, Page, Skip
from listener.sources.http import HttpClient
from listener.sources.pacing import PUBLISHED, Pace
from listener.sources.purse import Purse
from listener.sources.stackexchange import StackExchangeSource
from listener.sources.stackexchange_items import read_item
from tests.fakes.site import Reply, Site
from tests.fakes.stackexchange import FakeStackExchange, answer, comment, question


@pytest.fixture
def now(clock: ManualClock) -> int:
    return int(clock.now().timestamp())


def _source(site: Site, http: HttpClient, clock: ManualClock, **more: Any) -> StackExchangeSource:
    chosen: dict[str, Any] = {"queries": ["stroomwerk"], "http": http, "clock": clock, **more}
    return StackExchangeSource("se", "iot", base=site.url("").rstrip("/"), allow_http=True, allow_private=True, **chosen)


async def _round(source: StackExchangeSource, cursor: Cursor | None = None) -> tuple[list[Page], Cursor | None]:
    pages: list[Page] = []
    while not pages or pages[-1].more:
        assert len(pages) < 50, "the source says `more` for ever"
        pages.append(await source.pull(cursor))
        cursor = pages[-1].next
    return pages, cursor


def _mentions(pages: Sequence[Page]) -> list[Mention]:
    return [m for page in pages for m in page.mentions]


async def test_questions_answers_and_comments_keep_their_thread(site: Site, http: HttpClient, clock: ManualClock, now: int) -> None:
    """A comment under an answer belongs to the question above it, which its link tells."""
    above = comment(3, at=now - 20, to=2, link="https://iot.stackexchange.com/questions/1/stroomwerk/2#comment3_2")
    site.answer = FakeStackExchange(
        question(1, at=now - 50, title="Is &quot;Stroomwerk&quot; &lt;down&gt;?", body="<p>one</p><pre>two</pre>"),
        answer(2, at=now - 40, to=1),
        above,
        comment(4, at=now - 10, to=1, post_type="question", body="yes &amp; no"),
    )
    one, two, three, four = _mentions((await _round(_source(site, http, clock)))[0])
    assert (one.title, one.text, one.parent_id, one.root_id) == ('Is "Stroomwerk" <down>?', "one\n\ntwo", "", "")
    assert [(m.native_id, m.parent_id, m.root_id) for m in (two, three, four)] == [("2", "1", "1"), ("c3", "2", "1"), ("c4", "1", "1")]
    assert one.author is not None
    assert (one.author.key, one.author.name) == ("stackexchange/iot.stackexchange.com/7", "Kim & co")
    assert (three.author, four.text) == (None, "yes & no")
    assert three.url == "https://iot.stackexchange.com/posts/comments/3"


async def test_five_hundred_answers_come_whole_while_others_move(site: Site, http: HttpClient, clock: ManualClock, now: int) -> None:
    """An answer that is edited moves to the end of the list; by page numbers the one after it would be passed over."""
    fake = FakeStackExchange(*(answer(n, at=now - 1_000 + n, to=1) for n in range(1, 501)))
    site.answer = fake
    source, cursor = _source(site, http, clock), None
    seen: set[str] = set()
    for n in range(30):
        page = await source.pull(cursor)
        seen |= {m.native_id for m in page.mentions}
        cursor = page.next
        fake.items[n * 50 % 500] |= {"last_activity_date": now, "last_edit_date": now}
        if not page.more:
            break
    assert seen == {str(n) for n in range(1, 501)}


async def test_three_hundred_comments_of_one_second_come_whole(site: Site, http: HttpClient, clock: ManualClock, now: int) -> None:
    """A hundred is a page, and the time alone cannot tell where to go on."""
    site.answer = FakeStackExchange(*(comment(n, at=now - 9, to=1) for n in range(1, 306)))
    pages, cursor = await _round(_source(site, http, clock))
    assert {m.native_id for m in _mentions(pages)} == {f"c{n}" for n in range(1, 306)}
    again, _ = await _round(_source(site, http, clock), cursor)
    assert {m.native_id for m in _mentions(again)} <= {m.native_id for m in _mentions(pages)}


async def test_an_edit_comes_again_and_an_old_question_that_stirs_does_not(
    site: Site, http: HttpClient, clock: ManualClock, now: int
) -> None:
    """A question of 2012 with a new answer is no news; its edited words are."""
    fake = FakeStackExchange(question(1, at=now - 10**8, last_activity_date=now - 60), question(2, at=now - 3_600))
    site.answer = fake
    pages, cursor = await _round(_source(site, http, clock))
    assert [m.native_id for m in _mentions(pages)] == ["2"]
    clock.advance(timedelta(hours=1))
    later = int(clock.now().timestamp()) - 5
    fake.items[0] |= {"last_activity_date": later, "last_edit_date": later, "body": "<p>now stroomwerk fails</p>"}
    (edited,) = [m for m in _mentions((await _round(_source(site, http, clock), cursor))[0]) if m.native_id == "1"]
    assert edited.text == "now stroomwerk fails"
    assert edited.edited_at is not None


async def test_the_lists_of_each_choice(site: Site, http: HttpClient, clock: ManualClock) -> None:
    """Tags, searches, or a whole site: what is asked for is what settings say, with the key when there is one."""
    site.answer = fake = FakeStackExchange()
    await _round(_source(site, http, clock, queries=[], tags=["Stroomwerk"], comments=False, key=lambda: "a-key"))
    await _round(_source(site, http, clock, queries=["Stroom Werk"], everything=True))
    assert [path for path, _ in fake.asked] == ["/filters/create", "/questions", "/filters/create", "/questions", "/answers", "/comments"]
    assert fake.asked[1][1]["tagged"] == "stroomwerk"
    assert all(asked["key"] == "a-key" for _, asked in fake.asked[:2])
    assert all("key" not in asked and "tagged" not in asked for _, asked in fake.asked[2:])
    with pytest.raises(SettingsError, match="nothing to read"):
        _source(site, http, clock, queries=[])
    with pytest.raises(SettingsError, match="no site"):
        StackExchangeSource("se", "a b", queries=["x"], http=http, clock=clock)


async def test_a_backoff_holds_the_next_request_back(site: Site, http: HttpClient, clock: ManualClock, now: int) -> None:
    """Whoever asks sooner than an answer said is shut out for longer; a quota that runs out waits as well."""
    site.answer = fake = FakeStackExchange(question(1, at=now))
    paced = http.at_pace(Pace("stackexchange", PUBLISHED["stackexchange"], monotonic=clock.monotonic), Purse())
    source = _source(site, paced, clock)
    fake.wrapper = {"backoff": 90, "quota_max": 300, "quota_remaining": 290}
    with pytest.raises(RateLimited) as told:
        await source.pull(None)
    assert 80 < told.value.wait_seconds <= 90
    fake.wrapper = {"quota_max": 300, "quota_remaining": 60}
    clock.advance(timedelta(seconds=91))
    page = await source.pull(None)
    with pytest.raises(RateLimited) as told:
        await source.pull(page.next)
    assert told.value.wait_seconds > 900
    assert len(fake.asked) == 2


@pytest.mark.parametrize(
    ("said", "error", "words"),
    [
        (b'{"error_id":502,"error_message":"too many requests, more requests available in 421 seconds"}', RateLimited, "421"),
        (b'{"error_id":502}', RateLimited, "60"),
        (b'{"error_id":503,"error_name":"temporarily_unavailable"}', SourceUnavailable, "trouble"),
        (b'{"error_id":400,"error_message":"No site found for name `iot`"}', SourceRefused, "check site"),
        (b'{"error_id":403,"error_name":"access_denied"}', SourceRefused, "did not understand"),
        (b"<html>", SourceRefused, "did not understand"),
        (b"[3]", SourceRefused, "did not understand"),
    ],
)
async def test_their_errors_all_come_as_400(
    site: Site, http: HttpClient, clock: ManualClock, said: bytes, error: type[SourceError], words: str
) -> None:
    """Only the number in the body tells a wait from a mistake in the settings."""
    site.answer = lambda _: Reply(status=400, body=said)
    with pytest.raises(error, match=words):
        await _source(site, http, clock).pull(None)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b'{"items":null}', b'{"items":{"a":1}}', b'{"items":[', b"{}"])
async def test_an_odd_answer_is_no_empty_page(site: Site, http: HttpClient, clock: ManualClock, body: bytes) -> None:
    """RULES F18: "nothing new" must have been said."""
    site.answer = lambda _: Reply(body=body)
    with pytest.raises(SourceUnavailable):
        await _source(site, http, clock).pull(None)


async def test_looking_up_tells_what_stands_and_what_is_gone(site: Site, http: HttpClient, clock: ManualClock, now: int) -> None:
    """A deleted post is not shown any more; a site that shows nothing at all proves nothing."""
    site.answer = fake = FakeStackExchange(question(1, at=now), answer(2, at=now, to=1), comment(3, at=now, to=1))
    source = _source(site, http, clock)
    found = await source.look_up(["1", "2", "c3", "9", "c9", "x"])
    assert [type(one) for one in found] == [Mention, Mention, Mention, Removal, Removal, Skip]
    assert [type(one) for one in await source.look_up(["9"])] == [Removal]
    fake.items = []
    assert [type(one) for one in await source.look_up(["1", "c3"])] == [Skip, Skip]
    assert await source.look_up([]) == ()


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"question_id": None},
        {"question_id": "x"},
        {"question_id": 1},
        {"question_id": 1, "creation_date": "soon", "title": "a"},
        {"question_id": 1, "creation_date": 1e300, "title": "a"},
        {"question_id": 1, "creation_date": 1, "title": None, "body": ["a"]},
        {"comment_id": 10**40, "creation_date": 1, "body": "a"},
    ],
)
def test_what_is_no_post_is_told_and_not_raised(odd: dict[str, Any]) -> None:
    """One odd item must not hide the ninety-nine others (RULES F24)."""
    assert isinstance(read_item(odd, "iot.stackexchange.com"), Skip)


def test_markdown_is_read_when_there_is_no_html() -> None:
    """Some filters give `body_markdown` only, which comes escaped."""
    found = read_item({"answer_id": 1, "creation_date": 5, "body_markdown": "a &lt; b", "owner": None}, "x.com")
    assert isinstance(found, Mention)
    assert (found.text, found.author) == ("a < b", None)
