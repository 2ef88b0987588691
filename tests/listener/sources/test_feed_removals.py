"""What left a feed: taken as removed when it is certainly gone, by what its page says (RULES F7)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listener.clock import ManualClock
from listener.sources.feed import FeedSource
from listener.sources.http import HttpClient
from tests.fakes.blog import LATER, Blog, begun, rounds
from tests.fakes.rss import rss
from tests.fakes.site import Reply, Site


@pytest.mark.parametrize("status", [404, 410])
async def test_a_post_that_left_the_middle_and_whose_page_is_gone_is_removed(
    blog: Blog, source: FeedSource, clock: ManualClock, status: int
) -> None:
    """In the feed, then missing twice half an hour apart, an older one still shown, and nothing at its address."""
    cursor = await begun(source)
    blog.gone(5, status)
    removed, cursor = await rounds(source, clock, cursor)
    assert (removed, blog.asked()) == ([], [])
    removed, cursor = await rounds(source, clock, cursor, LATER)
    assert removed == ["urn:5"]
    assert blog.asked() == ["/p/5", "/p/4"], "a post that is shown has to be there, or 404 says nothing"
    assert (await rounds(source, clock, cursor, LATER, LATER))[0] == []


async def test_it_is_the_same_in_a_feed_that_shows_its_oldest_first(blog: Blog, source: FeedSource, clock: ManualClock) -> None:
    blog.feed = lambda one: rss(*(one.entry(number) for number in sorted(one.numbers)))
    cursor = await begun(source)
    blog.gone(9)
    assert (await rounds(source, clock, cursor, LATER))[0] == ["urn:9"]


async def test_a_removal_names_what_the_mention_was(blog: Blog, source: FeedSource, clock: ManualClock) -> None:
    """Or it would take nothing away."""
    page = await source.pull(None)
    (key,) = [one.key for one in page.mentions if one.native_id == "urn:5"]
    blog.gone(5)
    again = await source.pull(page.next)
    clock.advance(LATER)
    (removed,) = (await source.pull(again.next)).removals
    assert (removed.key, removed.reason) == (key, "deleted")


async def test_a_page_is_asked_for_three_times_at_most_and_an_hour_apart(blog: Blog, source: FeedSource, clock: ManualClock) -> None:
    """A cache may show it for a while; in the end it is kept for good, and said so."""
    cursor = await begun(source)
    blog.numbers.remove(5)
    told: list[str] = []
    asked_after: list[int] = []
    for minutes in range(10, 410, 10):
        clock.advance(timedelta(minutes=10))
        before = len(blog.asked())
        page = await source.pull(cursor)
        asked_after += [minutes] * (len(blog.asked()) - before)
        told += [f"{one.where}: {one.reason}" for one in page.skipped]
        assert page.next is not None
        cursor = page.next
    assert (blog.asked(), asked_after) == (["/p/5"] * 3, [40, 100, 160])
    assert told == ["entry urn:5: it left the feed, and nothing proves that it is gone; it is kept"]


async def test_a_cached_page_is_found_gone_an_hour_later(blog: Blog, source: FeedSource, clock: ManualClock) -> None:
    cursor = await begun(source)
    blog.numbers.remove(5)
    removed, cursor = await rounds(source, clock, cursor, LATER)
    blog.pages["/p/5"] = Reply(status=404)
    assert removed == []
    assert (await rounds(source, clock, cursor, LATER, LATER))[0] == ["urn:5"]


async def test_few_pages_are_asked_for_in_one_pull(blog: Blog, source: FeedSource, clock: ManualClock) -> None:
    """Three, and one for comparison: a feed is no reason to read a whole site. Removals may take a few pulls."""
    cursor = await begun(source)
    for number in (9, 8, 7, 6, 5):
        blog.gone(number)
    _, cursor = await rounds(source, clock, cursor)
    clock.advance(LATER)
    removed, cursor = await rounds(source, clock, cursor)
    assert (removed, len(blog.asked())) == (["urn:9", "urn:8", "urn:7"], 4)
    assert (await rounds(source, clock, cursor))[0] == ["urn:6", "urn:5"]


async def test_it_can_be_switched_off(blog: Blog, site: Site, http: HttpClient, clock: ManualClock) -> None:
    source = FeedSource("feed", site.url("/feed"), http=http, clock=clock, allow_http=True, allow_private=True, follow_removals=False)
    cursor = await begun(source)
    blog.gone(5)
    assert (await rounds(source, clock, cursor, LATER, LATER))[0] == []
    assert blog.asked() == []


async def test_a_page_elsewhere_in_our_own_network_is_never_asked_for(blog: Blog, site: Site, http: HttpClient, clock: ManualClock) -> None:
    """A feed must not send us inward (RULES S20); what cannot be asked about is kept."""
    source = FeedSource("feed", site.url("/feed"), http=http, clock=clock, allow_http=True, allow_private=True)
    inward = f"http://localhost:{site.port}/p/5"
    blog.feed = lambda one: rss(*(one.entry(n, link=inward if n == 5 else None) for n in sorted(one.numbers, reverse=True)))
    cursor = await begun(source)
    blog.gone(5)
    assert (await rounds(source, clock, cursor, LATER, LATER, LATER, LATER))[0] == []
    assert blog.asked() == []


def _comments(blog: Blog) -> bytes:
    """Comments below one page, which have no pages of their own."""
    return rss(*(blog.entry(n, link=blog.site.url(f"/post#comment-{n}")) for n in sorted(blog.numbers, reverse=True)))


async def test_a_comment_without_a_page_of_its_own_is_removed_when_its_page_lacks_it(
    blog: Blog, source: FeedSource, clock: ManualClock
) -> None:
    blog.feed = _comments
    blog.pages["/post"] = Reply(body=b'<html><li id="comment-4"></li><li id="comment-51"></li></html>')
    cursor = await begun(source)
    blog.numbers.remove(5)
    assert (await rounds(source, clock, cursor))[0] == []
    assert (await rounds(source, clock, cursor, LATER))[0] == ["urn:5"]
    assert blog.asked() == ["/post"]


PAGES = {
    # the comment is still on the page
    "it has it": Reply(body=b"<html><li class=c id='comment-5'>words</li></html>"),
    # we are shown another page
    "it leads to a login": Reply(status=302, headers={"Location": "/login"}),
    "it is gone itself": Reply(status=404),
    "it fails": Reply(status=503),
    "it holds nothing": Reply(status=204),
    # nobody's comment is there: a wall of consent, or the page's own scripts fill it in
    "it shows no comments": Reply(body=b"<html><p id=cookies>May we?</p><main id=app></main></html>"),
}


@pytest.mark.parametrize("page", PAGES)
async def test_a_comment_is_kept_while_its_page_has_it_or_cannot_be_read(
    blog: Blog, source: FeedSource, clock: ManualClock, page: str
) -> None:
    blog.feed = _comments
    blog.pages["/post"] = PAGES[page]
    cursor = await begun(source)
    blog.numbers.remove(5)
    assert (await rounds(source, clock, cursor, *[timedelta(minutes=61)] * 5))[0] == []


async def test_a_place_on_a_page_that_no_other_entry_shares_is_a_page(blog: Blog, source: FeedSource, clock: ManualClock) -> None:
    """Headlines link to /p/5#top: while that page stands, the post does."""
    blog.feed = lambda one: rss(*(one.entry(n, link=one.site.url(f"/p/{n}#top")) for n in sorted(one.numbers, reverse=True)))
    cursor = await begun(source)
    blog.numbers.remove(5)
    removed, cursor = await rounds(source, clock, cursor, LATER)
    assert removed == []
    blog.pages["/p/5"] = Reply(status=404)
    assert (await rounds(source, clock, cursor, timedelta(hours=2)))[0] == ["urn:5"]
