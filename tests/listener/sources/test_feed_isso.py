"""Comments of Isso: what was deleted is found, what still stands is kept, although its feed tells of neither."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from listener.clock import ManualClock
from listener.sources.feed import FeedSource
from tests.fakes.isso_comments import ISSO, Comments
from tests.fakes.site import Reply, Site


@pytest.fixture
def comments(site: Site) -> Comments:
    return Comments(site)


async def test_what_isso_calls_unchanged_is_read_nevertheless(source: FeedSource, comments: Comments, clock: ManualClock) -> None:
    """Its ETag tells of the newest comment that answers none: answers would be heard of an hour late."""
    page = await source.pull(None)
    comments.numbers.append(4)
    comments.answering = {4}
    comments.at[1] = "2026-03-02T09:00:00Z"
    _, page = await comments.after(source, clock, page, 1)
    assert {one.native_id for one in page.mentions} == {f"{ISSO}1", f"{ISSO}4"}
    assert not [one for one in comments.site.requests if "if-none-match" in one.headers]


async def test_a_comment_that_was_deleted_is_removed_after_a_second_look(
    source: FeedSource, comments: Comments, clock: ManualClock
) -> None:
    page = await source.pull(None)
    comments.numbers.remove(3)
    removed, page = await comments.after(source, clock, page, 0, 10)
    assert removed == []
    removed, page = await comments.after(source, clock, page, 21)
    assert removed == ["3"]
    assert "missing" not in json.loads(str(page.next))


async def test_the_last_answer_of_a_thread_is_followed_too(source: FeedSource, comments: Comments, clock: ManualClock) -> None:
    """Isso lists answers last and oldest first, so nothing older stands below it; the feed got shorter, and Isso knows each comment."""
    comments.numbers, comments.answering = [1, 2, 3, 4], {2, 4}
    page = await source.pull(None)
    comments.numbers.remove(4)
    assert (await comments.after(source, clock, page, 61, 31))[0] == ["4"]


async def test_an_answer_that_newer_comments_pushed_out_of_the_feed_is_not_missed(
    source: FeedSource, comments: Comments, clock: ManualClock
) -> None:
    """Its feed is as long as before; nobody is asked."""
    comments.numbers, comments.answering = [1, 2, 3, 4], {2, 4}
    page = await source.pull(None)
    comments.numbers = [1, 2, 3, 5]
    assert (await comments.after(source, clock, page, 61, 61, 61))[0] == []
    assert not [one.path for one in comments.site.requests if one.path.startswith("/id/")]


async def test_a_comment_that_isso_still_knows_is_kept(source: FeedSource, comments: Comments, clock: ManualClock) -> None:
    page = await source.pull(None)
    whole = comments.answer
    comments.site.answer = lambda request: Reply(status=403) if request.path == "/id/2" else whole(request)
    comments.numbers.remove(2)
    assert (await comments.after(source, clock, page, 61, 61, 61, 61))[0] == []


async def test_an_isso_of_which_only_the_feed_can_be_reached_takes_nothing(
    source: FeedSource, comments: Comments, clock: ManualClock
) -> None:
    """Whatever comment it is asked for, there is nothing."""
    comments.refuses = 404
    page = await source.pull(None)
    comments.numbers.remove(2)
    assert (await comments.after(source, clock, page, 61, 61, 61, 61))[0] == []


async def test_a_comment_that_got_the_number_of_a_removed_one_is_another_one(
    source: FeedSource, comments: Comments, clock: ManualClock
) -> None:
    """Isso gives the newest number again. What was removed never comes back, so the new comment must not be taken for it."""
    page = await source.pull(None)
    comments.numbers.remove(3)
    removed, page = await comments.after(source, clock, page, 0, 31)
    assert removed == ["3"]
    comments.numbers.append(3)
    comments.at[3] = "2026-03-02T13:00:00Z"
    _, page = await comments.after(source, clock, page, 10)
    (said,) = page.mentions
    assert said.native_id == f"{ISSO}3@{datetime(2026, 3, 2, 13, tzinfo=UTC).timestamp():.0f}"
    comments.numbers.append(4)
    comments.answering = {4}
    comments.at[3] = "2026-03-02T14:00:00Z"
    _, page = await comments.after(source, clock, page, 61)
    assert {one.native_id.removeprefix(ISSO): one.posted_at.hour for one in page.mentions} == {
        said.native_id.removeprefix(ISSO): 13,
        "4": 8,
    }
    comments.numbers.remove(3)
    removed, page = await comments.after(source, clock, page, 61, 31)
    assert removed == [said.native_id.removeprefix(ISSO)]


async def test_a_number_given_again_while_its_comment_is_missing_settles_that_one(
    source: FeedSource, comments: Comments, clock: ManualClock
) -> None:
    page = await source.pull(None)
    comments.numbers.remove(3)
    _, page = await comments.after(source, clock, page, 0)
    comments.numbers.append(3)
    comments.at[3] = "2026-03-02T13:00:00Z"
    removed, page = await comments.after(source, clock, page, 10)
    assert (removed, [one.posted_at.hour for one in page.mentions]) == (["3"], [13])


async def test_a_comment_that_was_left_out_for_a_moment_is_the_same_one(source: FeedSource, comments: Comments, clock: ManualClock) -> None:
    page = await source.pull(None)
    comments.numbers.remove(3)
    _, page = await comments.after(source, clock, page, 0)
    comments.numbers.append(3)
    removed, page = await comments.after(source, clock, page, 10)
    assert (removed, page.mentions) == ([], page.mentions)
    assert {one.native_id for one in page.mentions} <= {f"{ISSO}3"}
