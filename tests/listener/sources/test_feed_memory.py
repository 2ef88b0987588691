"""What a feed's cursor remembers: enough to follow removals, small, from any version, and by any clock."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest

from listener.clock import ManualClock
from listener.model.page import Cursor
from listener.settings.schema import HttpSettings
from listener.sources.conditional import Validators
from listener.sources.feed import FeedSource
from listener.sources.feed_entries import Entry, FeedBody
from listener.sources.feed_gone import missing_from, order_of
from listener.sources.feed_memory import Memory, Missing, Shown
from listener.sources.feed_mentions import listing_of
from listener.sources.http import HttpClient
from tests.fakes.blog import LATER, START, Blog, begun, rounds
from tests.fakes.site import Site


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
