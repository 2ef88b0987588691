"""X: nothing lost between pages and days, edits and removals followed, a cap that is never passed, and a token that stays secret."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from listener.clock import ManualClock
from listener.errors import BudgetSpent, RateLimited, SettingsError, SourceRefused, SourceUnavailable
from listener.model.mention import Mention, Removal
from listener.model.page import Cursor, Page, Skip, Spent
from listener.sources.purse import Purse
from listener.sources.x import XSource
from listener.sources.x_items import Included, id_at, made_at, read_post, removals_of
from tests.fakes.site import Reply, Site
from tests.fakes.x_posts import FakeX, post


def _source(site: Site, clock: ManualClock, **more: Any) -> XSource:
    chosen: dict[str, Any] = {"queries": ["stroomwerk"], "account": "", "token": lambda: "a-token", **more}
    return XSource("x", clock=clock, api_url=site.url("").rstrip("/"), **chosen)


def _fake(site: Site, clock: ManualClock, posts: int = 0) -> FakeX:
    fake = FakeX([post(f"stroomwerk {n}", at=clock.now() - timedelta(minutes=5 * n)) for n in range(1, posts + 1)], now=clock.now())
    site.answer = fake
    return fake


async def _round(source: XSource, cursor: Cursor | None = None) -> tuple[list[Page], Cursor | None]:
    pages: list[Page] = []
    while not pages or pages[-1].more:
        assert len(pages) < 50, "the source says `more` for ever"
        pages.append(await source.pull(cursor))
        cursor = pages[-1].next
    return pages, cursor


def _ids(pages: Sequence[Page]) -> list[str]:
    return [m.native_id for page in pages for m in page.mentions]


async def test_three_hundred_posts_come_whole_in_pages(site: Site, clock: ManualClock) -> None:
    """A page shows a hundred; what is on the next ones must not be lost, and each page is saved with where to go on."""
    fake = _fake(site, clock, 303)
    pages, cursor = await _round(_source(site, clock))
    assert [len(page.mentions) for page in pages] == [100, 100, 100, 3]
    assert set(_ids(pages)) == {one["id"] for one in fake.posts}
    assert all(m.author is not None and m.author.name == "user501" for page in pages for m in page.mentions)
    assert len(_ids((await _round(_source(site, clock), cursor))[0])) == 1, "what was read is not paid for again, but for two minutes"


async def test_what_is_posted_while_pages_are_read_comes_in_the_next_round(site: Site, clock: ManualClock) -> None:
    """The newest id of the first page is where the next round begins, not that of the last."""
    fake = _fake(site, clock, 150)
    source = _source(site, clock)
    first = await source.pull(None)
    clock.advance(timedelta(minutes=1))
    fake.posts.append(post("stroomwerk late", at=clock.now()))
    _, cursor = await _round(source, first.next)
    pages, _ = await _round(source, cursor)
    assert fake.posts[-1]["id"] in _ids(pages)
    assert fake.asked[-1][1]["since_id"] < fake.posts[0]["id"], "two minutes are read again: search learns of posts late"


async def test_a_page_without_posts_in_the_middle_is_no_end(site: Site, clock: ManualClock) -> None:
    """X may have taken all posts of a page away: it names the next page all the same, and what stands there is not lost."""
    fake = _fake(site, clock, 250)
    fake.empty_pages = 2
    pages, _ = await _round(_source(site, clock))
    assert set(_ids(pages)) == {one["id"] for one in fake.posts}
    assert not any(page.gap for page in pages)


async def test_pages_without_posts_that_never_end_are_left_and_told(site: Site, clock: ManualClock) -> None:
    """A list that always names another page is not asked all night; what may lie behind is a gap, and what is new later is read."""
    fake = _fake(site, clock, 250)
    fake.empty_pages = 10**6
    source = _source(site, clock)
    pages, cursor = await _round(source)
    assert len(pages) < 10
    assert ["posts may be missing" in page.gap for page in pages] == [*[False] * (len(pages) - 1), True]
    fake.empty_pages = 0
    clock.advance(timedelta(hours=1))
    fake.posts.append(post("stroomwerk later", at=clock.now()))
    assert fake.posts[-1]["id"] in _ids((await _round(source, cursor))[0])


async def test_a_mark_that_x_no_longer_takes_is_left_out(site: Site, clock: ManualClock) -> None:
    """Below the oldest post that was read it goes on all the same: a cursor that is refused for ever would end the source."""
    fake = _fake(site, clock, 250)
    source = _source(site, clock)
    first = await source.pull(None)
    fake.refuse_tokens = True
    rest, _ = await _round(source, first.next)
    assert [len(page.mentions) for page in rest] == [100, 50]
    assert len({*_ids([first]), *_ids(rest)}) == 250


async def test_a_list_that_takes_days_is_read_to_its_end(site: Site, clock: ManualClock) -> None:
    """With a small cap the week's posts take days, in which X forgets the first of them: going on below costs nothing twice."""
    fake = _fake(site, clock, 300)
    source, cursor, seen = _source(site, clock), None, set[str]()
    for _ in range(3):
        page = await source.pull(cursor)
        cursor, seen = page.next, seen | set(_ids([page]))
        clock.advance(timedelta(days=1))
        fake.now = clock.now()
    assert len(seen) == len(fake.sold) == 300


async def test_what_x_forgot_before_it_was_read_is_told(site: Site, clock: ManualClock) -> None:
    """Away for eight days in the middle of a list: what is left of it is gone, and the next round begins after its newest post."""
    fake = _fake(site, clock, 150)
    source = _source(site, clock)
    first = await source.pull(None)
    clock.advance(timedelta(days=8))
    fake.now = clock.now()
    fake.posts.append(post("stroomwerk now", at=clock.now() - timedelta(hours=1)))
    pages, cursor = await _round(source, first.next)
    assert ["seven days only" in page.gap for page in pages] == [True]
    again, _ = await _round(source, cursor)
    assert _ids(again) == [fake.posts[-1]["id"]]


async def test_days_that_nobody_read_are_told_once(site: Site, clock: ManualClock) -> None:
    """X shows a week: after nine days away two are gone, and the next round has no gap any more (RULES F26)."""
    fake = _fake(site, clock, 2)
    _, cursor = await _round(_source(site, clock))
    clock.advance(timedelta(days=9))
    fake.now = clock.now()
    (page,), cursor = await _round(_source(site, clock), cursor)
    assert "seven days only" in page.gap
    (page,), _ = await _round(_source(site, clock), cursor)
    assert page.gap == ""


async def test_a_quiet_fortnight_that_was_read_is_no_gap(site: Site, clock: ManualClock) -> None:
    """A brand that nobody mentions for two weeks was listened to all the same."""
    fake = _fake(site, clock, 1)
    _, cursor = await _round(_source(site, clock))
    for _ in range(15):
        clock.advance(timedelta(days=1))
        fake.now = clock.now()
        (page,), cursor = await _round(_source(site, clock), cursor)
        assert page.gap == ""


async def test_mentions_of_an_account_are_read_by_its_number(site: Site, clock: ManualClock) -> None:
    """The handle is asked for once: looking it up costs twice a post."""
    fake = _fake(site, clock, 2)
    source = _source(site, clock, queries=[], account="@stroomwerk")
    pages, cursor = await _round(source)
    await _round(source, cursor)
    assert len(_ids(pages)) == 2
    assert [path for path, _ in fake.asked] == ["/2/users/by/username/stroomwerk", "/2/users/77/mentions", "/2/users/77/mentions"]


async def test_reposts_are_left_out_and_names_are_phrases(site: Site, clock: ManualClock) -> None:
    """A repost costs as much as a post and says nothing new; whoever wants them says so."""
    fake = _fake(site, clock)
    await _round(_source(site, clock, queries=["Stroom Werk", '(a OR b) "c d" lang:nl', "x is:retweet"]))
    assert [asked["query"] for _, asked in fake.asked] == [
        '"Stroom Werk" -is:retweet',
        '(a OR b) "c d" lang:nl -is:retweet',
        "x is:retweet",
    ]


def test_a_query_that_x_would_refuse_is_refused_before_it_is_asked(site: Site, clock: ManualClock) -> None:
    """512 characters is what X takes; the settings are where to mend it."""
    with pytest.raises(SettingsError, match="make two sources"):
        _source(site, clock, queries=["stroomwerk " * 60])
    with pytest.raises(SettingsError, match="no name of an account"):
        _source(site, clock, account="@a b")
    with pytest.raises(SettingsError, match="nothing to read"):
        _source(site, clock, queries=[])


async def test_a_cap_of_a_dollar_is_never_passed(site: Site, clock: ManualClock) -> None:
    """RULES P8: what a page could cost at most is kept free before it is asked for; the day after, reading goes on where it stopped."""
    _fake(site, clock, 300)
    purse = Purse(most_usd=1.0)
    source = _source(site, clock, purse=purse, expansions=())
    cursor: Cursor | None = None
    pages: list[Page] = []
    for _ in range(2):
        pages.append(await source.pull(cursor))
        purse.pay(pages[-1].cost_usd)
        cursor = pages[-1].next
    with pytest.raises(BudgetSpent):
        await source.pull(cursor)
    spent, seen = sum(page.cost_usd for page in pages), _ids(pages)
    assert 0.95 <= spent <= 1.0
    assert len(seen) == round(spent / 0.005)
    purse.begin(Spent())
    rest, _ = await _round(_source(site, clock), cursor)
    assert len({*seen, *_ids(rest)}) == 300


async def test_names_of_authors_are_paid_for_once_a_day(site: Site, clock: ManualClock) -> None:
    """A person costs twice a post; the overlap of two minutes costs nothing again."""
    _fake(site, clock, 10)
    source = _source(site, clock)
    (first,), cursor = await _round(source)
    assert first.cost_usd == pytest.approx(10 * 0.005 + 0.010)
    (again,), _ = await _round(source, cursor)
    assert len(again.mentions) == 1
    assert again.cost_usd == 0.0
    clock.advance(timedelta(days=1))
    (tomorrow,), _ = await _round(source, cursor)
    assert tomorrow.cost_usd == pytest.approx(0.015)


async def test_looking_up_tells_what_stands_and_what_is_gone(site: Site, clock: ManualClock) -> None:
    """RULES P5: deleted, private and withheld posts leave; what X is silent about is kept until it is known to be gone."""
    fake = _fake(site, clock, 4)
    stands, deleted, private, held = (one["id"] for one in fake.posts)
    fake.gone = {deleted: "resource-not-found", private: "not-authorized-for-resource"}
    fake.posts[3]["withheld"] = {"copyright": True, "country_codes": ["XX"]}
    purse = Purse(most_usd=1.0)
    source = _source(site, clock, purse=purse)
    found = await source.look_up([stands, deleted, private, held, "12345"])
    assert [one.native_id if not isinstance(one, Skip) else "" for one in found] == [stands, deleted, private, held, ""]
    assert [one.reason for one in found if isinstance(one, Removal)] == ["deleted", "protected", "withheld"]
    assert isinstance(found[0], Mention)
    assert isinstance(found[4], Skip)
    assert purse.told().usd == pytest.approx(0.010)
    assert await source.look_up([]) == ()


@pytest.mark.parametrize(
    ("reply", "error", "words", "cause"),
    [
        (Reply(status=401, body=b"{}"), SourceRefused, "READ_BEARER_TOKEN", "token_rejected"),
        (Reply(status=402, body=b"{}"), SourceRefused, "credits", "payment"),
        (Reply(status=403, body=b'{"reason":"client-not-enrolled"}'), SourceRefused, "developer console", "approval_revoked"),
        (Reply(status=400, body=b"{}"), SourceRefused, "query", ""),
        (Reply(status=429, headers={"x-rate-limit-reset": "1772453000"}), RateLimited, "wait 200 seconds", None),
        (Reply(status=503, headers={"Retry-After": "7"}), RateLimited, "wait 7 seconds", None),
        (Reply(status=500), SourceUnavailable, "500", None),
        (Reply(status=302, headers={"Location": "https://example.org/login"}), SourceUnavailable, "302", None),
        (Reply(body=b"<html>login</html>"), SourceUnavailable, "cannot be read", None),
        (Reply(body=b""), SourceUnavailable, "cannot be read", None),
        (Reply(body=b"[]"), SourceUnavailable, "something else", None),
        (Reply(body=b"null"), SourceUnavailable, "something else", None),
        (Reply(body=b'{"errors":[{"title":"Oops"}]}'), SourceUnavailable, "something else", None),
        (Reply(body=b'{"data":{"a":', with_length=False), SourceUnavailable, "cannot be read", None),
        (Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"), SourceUnavailable, "could not be reached", None),
    ],
)
async def test_each_refusal_is_one_of_ours_after_one_request(
    site: Site, clock: ManualClock, reply: Reply, error: type[Exception], words: str, cause: str | None
) -> None:
    """tweepy would sleep, follow or raise its own; the schedule does the waiting, and no false "nothing new" comes of an odd answer."""
    clock.advance(timedelta(seconds=1_772_452_800 - int(clock.now().timestamp())))
    site.answer = lambda _: reply
    with pytest.raises(error) as told:
        await _source(site, clock).pull(None)
    assert words in str(told.value)
    assert "a-token" not in str(told.value)
    assert len(site.requests) == 1
    if cause is not None:
        assert isinstance(told.value, SourceRefused)
        assert told.value.cause == cause


async def test_the_token_is_asked_for_at_each_pull_and_never_logged(
    site: Site, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    """A revoked token is replaced without a restart, and tweepy's own debug lines hold it (RULES F19, S29)."""
    fake = _fake(site, clock, 2)
    token = ""
    source = _source(site, clock, token=lambda: token)
    caplog.set_level(logging.DEBUG)
    with pytest.raises(SourceRefused, match="is not set"):
        await source.pull(None)
    token = "old-token"
    with pytest.raises(SourceRefused, match="does not accept"):
        await source.pull(None)
    token = fake.token
    pages, _ = await _round(source)
    assert len(_ids(pages)) == 2
    assert "token" not in caplog.text.replace("next_token", "")


def test_an_edit_is_a_revision_of_the_first_post(clock: ManualClock) -> None:
    """X gives an edited post a new id; a second mention of one thing would count twice."""
    first, now = id_at(clock.now() - timedelta(minutes=20)), clock.now()
    edited = read_post(post("mended", at=now, edit_history_tweet_ids=[first, id_at(now)], conversation_id=first), Included())
    assert isinstance(edited, Mention)
    assert (edited.native_id, edited.posted_at, edited.edited_at) == (first, clock.now() - timedelta(minutes=20), clock.now())
    assert edited.root_id == ""


def test_a_reply_keeps_its_parent_and_its_thread_and_its_words(clock: ManualClock) -> None:
    """A conversation is read in order; links are what people typed, long posts are whole, and `&amp;` is a sign."""
    long = {"text": "@b A &amp; B https://t.co/x", "entities": {"urls": [{"url": "https://t.co/x", "expanded_url": "https://a.nl/p"}]}}
    answer = post("A &amp;…", at=clock.now(), referenced_tweets=[{"type": "quoted", "id": "8"}, {"type": "replied_to", "id": "9"}])
    found = read_post({**answer, "conversation_id": "7", "note_tweet": long}, Included())
    assert isinstance(found, Mention)
    assert (found.text, found.parent_id, found.root_id) == ("@b A & B https://a.nl/p", "9", "7")
    assert found.author is not None
    assert found.author.key == "x/x.com/501", "the key by which our own accounts are known, so that we do not answer ourselves"


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"id": None, "text": "a"},
        {"id": "9" * 9_000, "text": "a"},
        {"id": 12, "text": "a"},
        {"id": "5", "text": "a", "created_at": "0001-01-01T00:00:00+14:00"},
        {"id": "1900000000000000000", "text": ["a"]},
        {"id": "1900000000000000000", "text": "", "entities": []},
        {"id": [1], "edit_history_tweet_ids": {"a": 1}, "created_at": 7},
    ],
)
def test_what_is_no_post_is_told_and_not_raised(odd: dict[str, Any]) -> None:
    """One odd item must not hide the ninety-nine others (RULES F24)."""
    assert isinstance(read_post(odd, Included()), Skip)


@pytest.mark.parametrize(
    "odd",
    [
        {"errors": "x"},
        {"errors": [None, {"resource_type": "user", "resource_id": "1", "type": "a/resource-not-found"}, {"resource_type": "tweet"}]},
    ],
)
def test_errors_about_other_things_remove_nothing(odd: dict[str, Any]) -> None:
    """A removal is for ever: it needs an error about this very post."""
    assert removals_of(odd) == {}


def test_odd_neighbours_of_a_sound_post_do_no_harm(clock: ManualClock) -> None:
    """Null and other types where objects belong count as not there."""
    odd = {"entities": {"urls": [None, {"url": None}, 3]}, "referenced_tweets": [None, 5, {"type": "replied_to"}], "note_tweet": "x"}
    found = read_post({**post("a", at=clock.now()), **odd, "edit_history_tweet_ids": None, "author_id": None}, Included.of({"includes": 3}))
    assert isinstance(found, Mention)
    assert (found.text, found.author, found.parent_id) == ("a", None, "")
    assert made_at(found.native_id) == clock.now()
