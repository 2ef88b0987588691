"""What left a feed and may still stand is kept, whatever happened to the feed: a removal is for ever (RULES F7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from listener.clock import ManualClock
from listener.sources.feed import FeedSource
from tests.fakes.blog import LATER, START, Blog, begun, rounds
from tests.fakes.rss import item, rss
from tests.fakes.site import Reply

# What happens to the feed from the second pull on, and why nothing may be taken from us
KEEPS: dict[str, Callable[[Blog], None]] = {}


def keeps(what: Callable[[Blog], None]) -> Callable[[Blog], None]:
    KEEPS[what.__name__] = what
    return what


@keeps
def the_oldest_fall_off_the_end(blog: Blog) -> None:
    for number in (0, 1, 2):
        blog.gone(number)
    blog.numbers += [10, 11, 12]


@keeps
def posts_that_were_written_long_before_they_came_out_fall_off_the_end(blog: Blog) -> None:
    """By its last change an older one is still shown, by its publication none is."""
    shift = timedelta(days=2)

    def planned(one: Blog) -> bytes:
        entries = (
            one.entry(n).replace(
                "</item>", f"<atom:updated>{START - shift + timedelta(minutes=60 - n):%Y-%m-%dT%H:%M:%SZ}</atom:updated></item>"
            )
            for n in sorted(one.numbers, reverse=True)
        )
        return rss(*entries).replace(b"<channel>", b'<channel xmlns:atom="http://www.w3.org/2005/Atom">')

    blog.feed = planned
    for number in (0, 1, 2):
        blog.gone(number)
    blog.numbers += [10, 11, 12]


@keeps
def the_feed_is_made_shorter(blog: Blog) -> None:
    for number in range(7):
        blog.gone(number)


@keeps
def the_feed_is_reordered_by_what_is_read_most(blog: Blog) -> None:
    blog.gone(5)
    blog.feed = lambda one: rss(*(one.entry(number) for number in (3, 9, 1, 8, 2, 7, 0, 6, 4)))


@keeps
def the_feed_is_sorted_by_the_latest_answer(blog: Blog) -> None:
    """As forums do: an old topic stands at the top, and a newer one drops off."""
    blog.gone(5)
    blog.feed = lambda one: rss(*(one.entry(number) for number in (0, 9, 8, 7, 6, 4, 3, 2, 1)))


@keeps
def the_feed_is_empty_for_a_while(blog: Blog) -> None:
    blog.feed = lambda _: rss()
    blog.pages = {f"/p/{number}": Reply(status=404) for number in range(10)}


@keeps
def the_newer_half_of_the_feed_is_not_there(blog: Blog) -> None:
    """Its database restarts: more is missing than is shown."""
    for number in range(4, 10):
        blog.gone(number)


@keeps
def the_answer_is_cut_short(blog: Blog) -> None:
    blog.gone(5)
    blog.feed = lambda one: one.newest_first(one).removesuffix(b"</channel></rss>")


@keeps
def the_page_is_still_there(blog: Blog) -> None:
    blog.numbers.remove(5)


@keeps
def the_page_says_not_found_with_status_200(blog: Blog) -> None:
    blog.numbers.remove(5)
    blog.pages["/p/5"] = Reply(body=b"<html><h1>404 Not found</h1></html>")


@keeps
def the_page_leads_home(blog: Blog) -> None:
    blog.numbers.remove(5)
    blog.pages["/p/5"] = Reply(status=302, headers={"Location": "/"})


@keeps
def the_page_leads_to_a_login(blog: Blog) -> None:
    blog.numbers.remove(5)
    blog.pages["/p/5"] = Reply(status=302, headers={"Location": "/login?next=/p/5"})


@keeps
def the_page_is_forbidden(blog: Blog) -> None:
    blog.gone(5, 403)


@keeps
def the_server_fails(blog: Blog) -> None:
    blog.gone(5, 500)


@keeps
def the_site_asks_us_to_wait(blog: Blog) -> None:
    blog.numbers.remove(5)
    blog.pages["/p/5"] = Reply(status=429, headers={"Retry-After": "1"})


@keeps
def the_site_has_nothing_for_us_at_any_page(blog: Blog) -> None:
    """It moved, or it answers strange visitors so."""
    blog.gone(5)
    blog.pages |= {f"/p/{number}": Reply(status=404) for number in range(10)}


@keeps
def the_post_got_another_id(blog: Blog) -> None:
    blog.gone(5)
    again = item("https://new.example/5", link=blog.site.url("/p/5"), at=f"{START + timedelta(minutes=5):%a, %d %b %Y %H:%M:%S} GMT")
    blog.feed = lambda one: rss(*(again if n == 5 else one.entry(n) for n in range(9, -1, -1)))


@keeps
def the_post_lost_its_words(blog: Blog) -> None:
    blog.pages["/p/5"] = Reply(status=404)
    bare = f"<item><guid>urn:5</guid><pubDate>{START + timedelta(minutes=5):%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
    blog.feed = lambda one: rss(*(bare if n == 5 else one.entry(n) for n in range(9, -1, -1)))


@pytest.mark.parametrize("happens", KEEPS)
async def test_nothing_is_taken_that_may_still_stand(blog: Blog, source: FeedSource, clock: ManualClock, happens: str) -> None:
    cursor = await begun(source)
    KEEPS[happens](blog)
    assert (await rounds(source, clock, cursor, *[timedelta(minutes=61)] * 6))[0] == []


async def test_a_feed_of_top_stories_loses_none(blog: Blog, source: FeedSource, clock: ManualClock) -> None:
    """Never in order, and every pull another choice; those that left are behind a wall by now."""
    choices = ((8, 2, 5, 1), (2, 9, 1, 3), (7, 1, 4, 2), (1, 6, 0, 2))
    shown = iter(choices)
    blog.feed = lambda one: rss(*(one.entry(number) for number in next(shown)))
    blog.pages = {f"/p/{number}": Reply(status=404) for number in range(3, 10)}
    assert (await rounds(source, clock, await begun(source), LATER, LATER))[0] == []


async def test_a_post_that_comes_back_was_never_gone(blog: Blog, source: FeedSource, clock: ManualClock) -> None:
    """Taken down to be put right, and there again within the half hour; later it is missed anew from the beginning."""
    cursor = await begun(source)
    blog.gone(5)
    _, cursor = await rounds(source, clock, cursor)
    blog.numbers.append(5)
    removed, cursor = await rounds(source, clock, cursor, LATER)
    blog.numbers.remove(5)
    again, _ = await rounds(source, clock, cursor, timedelta(minutes=20))
    assert removed + again == []


async def test_a_list_out_of_order_in_between_begins_the_wait_anew(blog: Blog, source: FeedSource, clock: ManualClock) -> None:
    cursor = await begun(source)
    blog.gone(5)
    _, cursor = await rounds(source, clock, cursor)
    blog.feed = lambda one: rss(*(one.entry(number) for number in (3, 9, 1, 8, 2, 7, 0, 6, 4)))
    _, cursor = await rounds(source, clock, cursor)
    blog.feed = None
    assert (await rounds(source, clock, cursor, LATER, LATER))[0] == [], "what was missed before is not known any more"


async def test_what_left_a_list_that_was_in_no_order_is_not_missed(blog: Blog, source: FeedSource, clock: ManualClock) -> None:
    """Both lists have to be in order of time, the one that still had it as well."""
    blog.feed = lambda one: rss(*(one.entry(number) for number in (3, 5, 9, 1, 8, 2, 7, 0, 6, 4)))
    cursor = await begun(source)
    blog.feed = None
    blog.gone(5)
    assert (await rounds(source, clock, cursor, LATER, LATER, LATER))[0] == []
