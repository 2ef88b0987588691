"""Reddit beyond the recordings: permission first, gaps told, closed doors and hanging threads that hold nobody else up."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from listener.clock import ManualClock
from listener.errors import SettingsError, SourceRefused, SourceUnavailable
from listener.model.mention import Removal
from listener.model.page import Cursor, Page
from listener.sources.reddit import RedditSource
from listener.sources.reddit_access import RedditKey
from listener.sources.turns import PlaceRefused
from tests.fakes.reddit import FakeReddit, comment, submission
from tests.patience import PATIENCE_SECONDS

KEY = RedditKey(client_id="id", client_secret="canary-secret", account="stroomwerk_dev")


def _source(fake: FakeReddit, clock: ManualClock, **other: Any) -> RedditSource:
    chosen: dict[str, Any] = {
        "subreddits": ["klussen"],
        "queries": [],
        "comments": False,
        "key": lambda: KEY,
        "approval_reference": "R-2026-17",
        "clock": clock,
        "factory": lambda: fake,
        **other,
    }
    return RedditSource("reddit", **chosen)


async def _round(source: RedditSource, cursor: Cursor | None = None) -> tuple[list[Page], Cursor | None]:
    pages: list[Page] = []
    while not pages or pages[-1].more:
        pages.append(await source.pull(cursor))
        cursor = pages[-1].next
    return pages, cursor


def _ids(pages: Sequence[Page]) -> list[str]:
    return [m.native_id for page in pages for m in page.mentions]


@pytest.fixture
def reddit() -> FakeReddit:
    return FakeReddit()


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        ({"approval_reference": " "}, "approval_reference"),
        ({"key": lambda: RedditKey(client_id="", client_secret="s", account="kim")}, "KLANKBORD_REDDIT_CLIENT_ID"),
        ({"key": lambda: RedditKey(client_id="i", client_secret="", account="kim")}, "KLANKBORD_REDDIT_CLIENT_SECRET"),
        ({"key": lambda: RedditKey(client_id="i", client_secret="s", account="")}, "user_agent_name"),
        ({"key": lambda: RedditKey(client_id="i", client_secret="s", account="a b\r\nX: y")}, "user_agent_name"),
    ],
)
async def test_without_permission_nothing_is_sent(reddit: FakeReddit, clock: ManualClock, missing: dict[str, Any], named: str) -> None:
    """RULES P9: off until Reddit's approval is on record, and each refusal says what to do."""
    reddit.listings["submissions klussen"] = [submission(1, created=clock.now().timestamp())]
    with pytest.raises(SourceRefused, match=named):
        await _source(reddit, clock, **missing).pull(None)
    assert reddit.requests == []


@pytest.mark.parametrize("name", ["a b", "x/y", "", "https://reddit.com/r/x", "r/../api", "a+b"])
def test_a_name_that_is_no_subreddit_is_a_mistake_in_the_settings(reddit: FakeReddit, clock: ManualClock, name: str) -> None:
    with pytest.raises(SettingsError):
        _source(reddit, clock, subreddits=[name])


async def test_r_slash_names_are_understood(reddit: FakeReddit, clock: ManualClock) -> None:
    reddit.listings["submissions klussen"] = [submission(1, created=clock.now().timestamp() - 5)]
    pages, _ = await _round(_source(reddit, clock, subreddits=["/r/klussen"]))
    assert _ids(pages) == ["t3_1"]


async def test_listings_take_turns_and_come_back_to_the_first(reddit: FakeReddit, clock: ManualClock) -> None:
    start = clock.now().timestamp()
    reddit.listings = {
        "submissions klussen": [submission(1, created=start - 5)],
        "comments klussen": [comment(2, created=start - 4)],
        "search stroomwerk": [submission(3, created=start - 3)],
    }
    source = _source(reddit, clock, comments=True, queries=["stroomwerk"])
    pages, cursor = await _round(source)
    assert _ids(pages) == ["t3_1", "t1_2", "t3_3"]
    again, same = await _round(source, cursor)
    assert len(again) == 3
    assert same == cursor


async def test_only_what_is_new_is_asked_for(reddit: FakeReddit, clock: ManualClock) -> None:
    """One request a listing when little happened (RULES P12)."""
    start = clock.now().timestamp()
    reddit.listings["submissions klussen"] = [submission(n, created=start - 600 * n) for n in range(1, 900)]
    source = _source(reddit, clock)
    pages, cursor = await _round(source)
    assert len(_ids(pages)) == 899
    reddit.requests.clear()
    await _round(source, cursor)
    assert reddit.requests == ["submissions klussen"]


async def test_more_than_reddit_lists_is_told_as_a_gap(reddit: FakeReddit, clock: ManualClock) -> None:
    """RULES F25: 5,000 posts between two polls."""
    start = clock.now().timestamp()
    reddit.listings["submissions klussen"] = [submission(1, created=start - 5)]
    source = _source(reddit, clock)
    _, cursor = await _round(source)
    clock.advance(timedelta(hours=10))
    reddit.listings["submissions klussen"] += [submission(n, created=start + 6 * n) for n in range(10, 5_010)]
    (page,), cursor = await _round(source, cursor)
    assert len(page.mentions) == 1_000
    assert "more new submissions since last time than Reddit lists" in page.gap
    (calm,), _ = await _round(source, cursor)
    assert calm.gap == ""


async def test_a_small_subreddit_read_to_its_end_is_no_gap(reddit: FakeReddit, clock: ManualClock) -> None:
    reddit.listings["submissions klussen"] = [submission(1, created=clock.now().timestamp() - 5)]
    (page,), _ = await _round(_source(reddit, clock))
    assert page.gap == ""


@pytest.mark.parametrize(
    "now",
    [
        {"selftext": "[deleted]", "author": None},
        {"selftext": "[removed]"},
        {"removed_by_category": "moderator"},
        {"removed_by_category": "deleted"},
        None,  # Reddit does not show it at all
    ],
)
async def test_a_post_that_leaves_the_listing_is_looked_up_and_removed(
    reddit: FakeReddit, clock: ManualClock, now: dict[str, Any] | None
) -> None:
    """RULES P11. A listing simply leaves out what was deleted."""
    start = clock.now().timestamp()
    posts = [submission(n, created=start - 60 * n, body="words") for n in (1, 2, 3)]
    reddit.listings["submissions klussen"] = list(posts)
    source = _source(reddit, clock)
    _, cursor = await _round(source)
    del reddit.listings["submissions klussen"][1]
    if now is not None:
        reddit.hidden["t3_2"] = submission(2, created=start - 120, **{"body": "words", **{k: v for k, v in now.items() if k != "selftext"}})
        reddit.hidden["t3_2"].selftext = now.get("selftext", "words")
    (page,), cursor = await _round(source, cursor)
    assert [removal.native_id for removal in page.removals] == ["t3_2"]
    (again,), _ = await _round(source, cursor)
    assert again.removals == ()


async def test_a_glitch_that_empties_a_listing_removes_nothing(reddit: FakeReddit, clock: ManualClock) -> None:
    """The posts are asked for one by one, and they still stand."""
    posts = [submission(n, created=clock.now().timestamp() - 60 * n) for n in range(1, 6)]
    reddit.listings["submissions klussen"] = posts
    source = _source(reddit, clock)
    _, cursor = await _round(source)
    reddit.listings["submissions klussen"] = []
    reddit.hidden = {post.name: post for post in posts}
    (page,), _ = await _round(source, cursor)
    assert page.removals == ()


async def test_when_reddit_shows_nothing_at_all_nothing_is_removed_and_it_is_asked_again(reddit: FakeReddit, clock: ManualClock) -> None:
    """A removal is for ever, and an empty answer is what a bad day looks like."""
    posts = [submission(n, created=clock.now().timestamp() - 60 * n) for n in range(1, 6)]
    reddit.listings["submissions klussen"] = posts
    source = _source(reddit, clock)
    _, cursor = await _round(source)
    reddit.listings["submissions klussen"] = []
    (page,), cursor = await _round(source, cursor)
    assert page.removals == ()
    assert len(page.skipped) == 5
    reddit.listings["submissions klussen"] = posts[1:]
    (page,), _ = await _round(source, cursor)
    assert [removal.native_id for removal in page.removals] == ["t3_1"]


async def test_one_closed_subreddit_does_not_hide_the_others(reddit: FakeReddit, clock: ManualClock) -> None:
    reddit.errors["submissions geheim"] = PlaceRefused("Reddit forbids reading r/geheim: it is private.")
    reddit.listings["submissions klussen"] = [submission(1, created=clock.now().timestamp() - 5)]
    pages, _ = await _round(_source(reddit, clock, subreddits=["geheim", "klussen"]))
    assert _ids(pages) == ["t3_1"]
    assert [one.name for one in pages[0].lost] == ["r/geheim"]


async def test_the_only_subreddit_being_closed_is_an_error(reddit: FakeReddit, clock: ManualClock) -> None:
    reddit.errors["submissions klussen"] = PlaceRefused("Reddit forbids reading r/klussen: it is private.")
    with pytest.raises(SourceRefused):
        await _source(reddit, clock).pull(None)


async def test_whatever_praw_stumbles_over_is_told_as_unavailable(reddit: FakeReddit, clock: ManualClock) -> None:
    for surprise in (
        KeyError("data"),
        TypeError("'NoneType'"),
        AttributeError("x"),
        ValueError("x"),
        RecursionError(),
        ConnectionError("x"),
    ):
        reddit.errors["submissions klussen"] = surprise
        with pytest.raises(SourceUnavailable, match="r/klussen"):
            await _source(reddit, clock).pull(None)


async def test_a_request_that_hangs_is_left_behind(reddit: FakeReddit, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread cannot be ended; the source goes on with a new one, and aclose does not wait for the old."""
    monkeypatch.setattr("listener.sources.reddit.PULL_SECONDS", 1.0)
    let_go = threading.Event()
    opened: list[int] = []

    def hanging_first() -> FakeReddit:
        opened.append(1)
        if len(opened) == 1:
            let_go.wait(PATIENCE_SECONDS)
        return reddit

    reddit.listings["submissions klussen"] = [submission(1, created=clock.now().timestamp() - 5)]
    source = _source(reddit, clock, factory=hanging_first)
    started = time.monotonic()
    with pytest.raises(SourceUnavailable, match="longer than"):
        await source.pull(None)
    assert _ids([await source.pull(None)]) == ["t3_1"]
    await source.aclose()
    assert time.monotonic() - started < PATIENCE_SECONDS - 5
    let_go.set()


async def test_odd_posts_are_told_and_the_others_kept(reddit: FakeReddit, clock: ManualClock) -> None:
    start = clock.now().timestamp()
    odd = submission(2, created=start - 2)
    odd.name = "t5_2"
    empty = submission(3, created=start - 3)
    empty.title = ""
    reddit.listings["submissions klussen"] = [submission(1, created=start - 1), odd, empty]
    (page,), _ = await _round(_source(reddit, clock))
    assert _ids([page]) == ["t3_1"]
    assert {skip.where for skip in page.skipped} == {"item t5_2", "item t3_3"}


async def test_what_a_post_says_is_plain_text_with_author_thread_and_edit(reddit: FakeReddit, clock: ManualClock) -> None:
    start = clock.now().timestamp()
    rendered = '<!-- SC_OFF --><div class="md"><p>two <strong>bold</strong> &amp; more</p></div><!-- SC_ON -->'
    reddit.listings["comments klussen"] = [
        comment(1, created=start - 90, body="two **bold** & more", body_html=rendered, edited=start - 30, author_fullname="t2_k",
                permalink="/r/klussen/comments/1/x/1/"),
        comment(2, created=start - 80, author=None),
    ]  # fmt: skip
    pages, _ = await _round(_source(reddit, clock, comments=True))
    first, second = pages[1].mentions
    assert (first.text, first.parent_id, first.root_id) == ("two bold & more", "t3_1", "t3_1")
    assert first.edited_at is not None
    assert first.author is not None
    assert (first.author.native_id, first.author.name) == ("t2_k", "kim")
    assert first.url == "https://www.reddit.com/r/klussen/comments/1/x/1/"
    assert second.author is None


async def test_look_up_answers_in_the_order_asked(reddit: FakeReddit, clock: ManualClock) -> None:
    reddit.hidden = {"t3_1": submission(1, created=clock.now().timestamp())}
    gone, stands = await _source(reddit, clock).look_up(["t3_9", "t3_1"])
    assert isinstance(gone, Removal)
    assert not isinstance(stands, Removal)
