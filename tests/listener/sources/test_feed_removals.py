"""What left a feed: taken as removed when it is certainly gone, kept in every other case, for a removal is for ever (RULES F7)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from listener.clock import ManualClock
from listener.model.page import Cursor, Page
from listener.settings.schema import HttpSettings
from listener.sources.conditional import Validators
from listener.sources.feed import FeedSource
from listener.sources.feed_entries import Entry, FeedBody
from listener.sources.feed_gone import missing_from, order_of
from listener.sources.feed_memory import Memory, Missing, Shown
from listener.sources.feed_mentions import listing_of
from listener.sources.http import HttpClient
from tests.fakes.rss import item, rss
from tests.fakes.site import Reply, Request, Site

START = datetime(2026, 3, 2, 6, tzinfo=UTC)
LATER = timedelta(minutes=31)


@dataclass
class Blog:
    """A site with a feed of posts at /feed, each with a page at /p/NUMBER; `pages` says what is answered in place of 200."""

    site: Site
    numbers: list[int]
    pages: dict[str, Reply] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    feed: Callable[[Blog], bytes] | None = None

    def answer(self, request: Request) -> Reply:
        if request.path == "/feed":
            return Reply(body=(self.feed or self.newest_first)(self), headers={"Content-Type": "application/rss+xml", **self.headers})
        return self.pages.get(request.path, Reply(body=b"<html><p>a post</p></html>"))

    def entry(self, number: int, *, link: str | None = None, at: datetime | None = None, text: str = "words") -> str:
        when = at or START + timedelta(minutes=number)
        address = self.site.url(f"/p/{number}") if link is None else link
        return item(f"urn:{number}", link=address, at=f"{when:%a, %d %b %Y %H:%M:%S} GMT", text=text)

    def newest_first(self, _: Blog) -> bytes:
        return rss(*(self.entry(number) for number in sorted(self.numbers, reverse=True)))

    def gone(self, number: int, status: int = 404) -> None:
        """Take a post away, page and all."""
        self.numbers.remove(number)
        self.pages[f"/p/{number}"] = Reply(status=status)

    def asked(self) -> list[str]:
        """Return the pages that were asked for."""
        return [one.path for one in self.site.requests if one.path != "/feed"]


@pytest.fixture
def blog(site: Site) -> Blog:
    made = Blog(site, list(range(10)))
    site.answer = made.answer
    return made


async def rounds(source: FeedSource, clock: ManualClock, cursor: Cursor | None, *waits: timedelta) -> tuple[list[str], Cursor]:
    """Pull at once and after each wait; return the ids of what was removed, and the last cursor."""
    removed: list[str] = []
    page: Page = await source.pull(cursor)
    removed += [one.native_id for one in page.removals]
    for wait in waits:
        clock.advance(wait)
        page = await source.pull(page.next)
        removed += [one.native_id for one in page.removals]
    assert page.next is not None
    return removed, page.next


async def begun(source: FeedSource) -> Cursor:
    page = await source.pull(None)
    assert page.next is not None
    assert page.removals == ()
    return page.next


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


async def test_a_cursor_of_an_earlier_version_goes_on(blog: Blog, source: FeedSource, clock: ManualClock) -> None:
    """It remembers no entries: the first pull learns them, nothing comes twice, and removals follow from then on."""
    whole = json.loads(await begun(source))
    old = Cursor(json.dumps({name: whole[name] for name in ("url", "etag", "modified", "prints")}))
    blog.gone(7)
    page = await source.pull(old)
    assert (page.mentions, page.removals) == ((), ())
    blog.gone(5)
    assert page.next is not None
    assert (await rounds(source, clock, page.next, LATER))[0] == ["urn:5"]


async def test_an_unchanged_feed_keeps_its_cursor(blog: Blog, source: FeedSource, clock: ManualClock) -> None:
    cursor = await begun(source)
    assert (await rounds(source, clock, cursor, LATER, LATER))[1] == cursor


@pytest.mark.parametrize("entries", [10, 1_000, 3_000])
async def test_the_cursor_stays_small_however_long_the_feed(blog: Blog, site: Site, clock: ManualClock, entries: int) -> None:
    """Of a long feed its newest thousand entries are watched; one of these is still found to be gone."""
    http = HttpClient(HttpSettings.model_validate({"timeout_seconds": 20}), clock=clock)
    source = FeedSource("feed", site.url("/feed"), http=http, clock=clock, allow_http=True, allow_private=True)
    blog.numbers = list(range(entries))
    cursor = await begun(source)
    blog.gone(entries - 5)
    removed, cursor = await rounds(source, clock, cursor, LATER)
    await http.aclose()
    assert removed == [f"urn:{entries - 5}"]
    assert len(cursor) < 450_000
    assert len(json.loads(cursor)["shown"]) == min(entries - 1, 1_000)


def test_ten_thousand_entries_are_compared_and_remembered_in_seconds() -> None:
    """With ids and addresses of two hundred characters: the cursor is kept in the ledger with every page."""
    words = "x" * 180
    bodies = [
        FeedBody(
            entries=tuple(
                Entry(
                    guid=f"https://x.example/{words}/{n}",
                    link=f"https://x.example/{words}/page/{n}",
                    title="t",
                    text="words",
                    author="Kim",
                    author_link="",
                    published=START + timedelta(minutes=n),
                    updated=None,
                )
                for n in range(10_000, 0, -1)
                if n not in without
            )
        )
        for without in ((), (9_990,))
    ]
    started = time.monotonic()
    before = Memory.anew("https://x.example/feed")
    for body in bodies:
        listing = listing_of(body.entries, before.url, now=START, known={one.native_id: one for one in before.shown})
        missing = missing_from(body, order_of(body.entries), listing, before, START)
        after = Memory(url=before.url, prints=dict.fromkeys(listing.present, "words"), order="time", shown=listing.shown, missing=missing)
        before = Memory.read(after.written(), before.url)
    assert time.monotonic() - started < 10
    assert [one.shown.native_id[-4:] for one in before.missing] == ["9990"]
    assert len(before.written()) < 450_000


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(days=3_650)])
def test_what_a_clock_noted_that_ran_ahead_keeps_no_feed_from_being_followed(ahead: timedelta) -> None:
    """RULES F13: it was put right; without this nobody would read the feed whole, or ask for a page, for ten years."""
    noted = int((START + ahead).timestamp())
    missing = Missing(shown=Shown(native_id="urn:5", at=1), since=noted)
    memory = Memory(url="u", prints={}, validators=Validators(etag='"1"'), whole_at=noted)
    assert missing.is_due(START + timedelta(minutes=1)) is bool(ahead)
    assert ("If-None-Match" not in memory.conditions(START + timedelta(minutes=1))) is bool(ahead)
    assert missing.is_due(START + timedelta(minutes=31))
    assert "If-None-Match" not in memory.conditions(START + timedelta(hours=1))
