"""A page's address is enough: its one feed is found, kept and found again; several are for a person, and no page sends us inward."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from listener.clock import ManualClock
from listener.errors import RateLimited, SourceRefused, SourceUnavailable
from listener.sources.feed import FeedSource
from listener.sources.feed_finding import feeds_in
from listener.sources.http import HttpClient
from tests.fakes.rss import item, rss
from tests.fakes.site import Reply, Request, Site
from tests.patience import work_seconds

HTML = {"Content-Type": "text/html"}


def page(*links: str, more: str = "") -> Reply:
    return Reply(
        body=f"<!DOCTYPE html><html><head><title>Forum</title>{''.join(links)}</head><body>{more}</body></html>".encode(), headers=HTML
    )


def link(href: str, of_type: str = "application/rss+xml", rel: str = "alternate") -> str:
    return f'<link rel="{rel}" type="{of_type}" href="{href}">'


def serve_places(site: Site, places: Mapping[str, Reply]) -> None:
    def answer(request: Request) -> Reply:
        return places.get(request.path, Reply(status=404))

    site.answer = answer


@pytest.fixture
def source(site: Site, http: HttpClient, clock: ManualClock) -> FeedSource:
    return FeedSource("forum", site.url("/forum"), http=http, clock=clock, allow_http=True, allow_private=True)


async def test_the_feed_of_a_page_is_found_and_kept(source: FeedSource, site: Site, http: HttpClient, clock: ManualClock) -> None:
    """The page is asked once: afterwards the feed's own address and ETag are in the cursor, also for a source made anew."""
    feed = Reply(body=rss(item("urn:1")), headers={"ETag": '"7"'})
    serve_places(site, {"/forum": page(link("/x.css", "text/css", "stylesheet"), link("/all.xml")), "/all.xml": feed})
    first = await source.pull(None)
    assert [one.native_id for one in first.mentions] == ["urn:1"]
    anew = FeedSource("forum", site.url("/forum"), http=http, clock=clock, allow_http=True, allow_private=True)
    again = await anew.pull(first.next)
    assert [one.path for one in site.requests] == ["/forum", "/all.xml", "/all.xml"]
    assert site.requests[-1].headers["if-none-match"] == '"7"'
    assert again.mentions == ()
    assert json.loads(first.next or "")["feed"] == site.url("/all.xml")


async def test_what_a_found_feed_says_is_the_same_as_by_its_own_address(
    source: FeedSource, site: Site, http: HttpClient, clock: ManualClock
) -> None:
    """Whoever writes the feed's own address into the settings later gets no post a second time."""
    serve_places(site, {"/forum": page(link("/all.xml")), "/all.xml": Reply(body=rss(item("17"), item("urn:1")))})
    direct = FeedSource("forum", site.url("/all.xml"), http=http, clock=clock, allow_http=True, allow_private=True)
    assert {one.key for one in (await source.pull(None)).mentions} == {one.key for one in (await direct.pull(None)).mentions}


async def test_several_feeds_are_named_for_a_person_to_choose(source: FeedSource, site: Site) -> None:
    """Comments, one topic, everything: only a person knows which one is meant."""
    serve_places(site, {"/forum": page(link("/all.xml"), link("/all.xml#top"), link("topics.atom", "application/atom+xml; charset=utf-8"))})
    with pytest.raises(SourceRefused, match="names 2 feeds; set url to one of them") as told:
        await source.pull(None)
    assert site.url("/all.xml") in str(told.value)
    assert site.url("/topics.atom") in str(told.value)
    assert len(site.requests) == 1


@pytest.mark.parametrize("place", ["/forum/feed", "/feed", "/atom.xml", "/feed.json"])
async def test_a_page_that_names_none_is_tried_where_sites_usually_have_one(source: FeedSource, site: Site, place: str) -> None:
    """Few requests, and the first that is a feed: pages that answer everything with themselves are none."""
    body = (
        rss(item("urn:1"))
        if place != "/feed.json"
        else b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "urn:1", "content_text": "x"}]}'
    )
    serve_places(site, {"/forum": page(), "/rss": page(), place: Reply(body=body)})
    found = await source.pull(None)
    assert json.loads(found.next or "")["feed"] == site.url(place)
    assert len(site.requests) <= 9


async def test_a_feed_that_moved_is_looked_for_again(source: FeedSource, site: Site) -> None:
    """Gone, or a page in its place: the settings still name the page, so nobody has to do anything."""
    serve_places(site, {"/forum": page(link("/old.xml")), "/old.xml": Reply(body=rss(item("urn:1")))})
    first = await source.pull(None)
    for gone in (Reply(status=410), page()):
        serve_places(site, {"/forum": page(link("/new.xml")), "/old.xml": gone, "/new.xml": Reply(body=rss(item("urn:1"), item("urn:2")))})
        again = await source.pull(first.next)
        assert "urn:2" in {one.native_id for one in again.mentions}
        assert json.loads(again.next or "")["feed"] == site.url("/new.xml")
    serve_places(site, {"/old.xml": Reply(status=503), "/forum": page(link("/new.xml"))})
    with pytest.raises(SourceUnavailable):
        await source.pull(first.next)
    assert site.requests[-1].path == "/old.xml", "one that is only down has not moved"


@pytest.mark.parametrize(
    "href", ["http://127.0.0.1:1/admin", "http://10.0.0.1/feed", "http://localhost/feed", "http://169.254.169.254/latest"]
)
async def test_a_page_does_not_send_us_inward(site: Site, http: HttpClient, clock: ManualClock, href: str) -> None:
    """`allow_private` opens the address that you wrote, not what a page of strangers names (RULES S20)."""
    serve_places(site, {"/forum": page(link(href))})
    source = FeedSource("forum", site.url("/forum"), http=http, clock=clock, allow_http=True, allow_private=True)
    with pytest.raises(SourceRefused):
        await source.pull(None)
    assert [one.path for one in site.requests] == ["/forum"]


async def test_a_feed_that_is_none_and_a_site_that_says_wait_are_told(source: FeedSource, site: Site) -> None:
    """What a page names as its feed may be a page too; being asked to wait ends the trying of places."""
    serve_places(site, {"/forum": page(link("/all.xml")), "/all.xml": page()})
    with pytest.raises(SourceRefused, match=r"all\.xml, is none"):
        await source.pull(None)
    serve_places(site, {"/forum": page(), "/forum/feed": Reply(status=429, headers={"Retry-After": "30"})})
    with pytest.raises(RateLimited):
        await source.pull(None)
    assert site.requests[-1].path == "/forum/feed"


@pytest.mark.parametrize(
    ("html", "found"),
    [
        (
            "<base href='https://cdn.example/a/'><LINK REL='Alternate' TYPE=application/rss+xml HREF=f.xml>",
            ("https://cdn.example/a/f.xml",),
        ),
        ("<!-- <link rel=alternate type=application/rss+xml href=/old.xml> -->", ()),
        ("<link rel=alternate type=application/rss+xml href='javascript:alert(1)'>", ()),
        ("<link rel=alternate type=application/rss+xml href='https://[::1/feed'>", ()),
        ("<link rel=stylesheet type=application/rss+xml href=/f.xml>", ()),
        ("<link rel=alternate type=text/html href=/en>", ()),
        ("<link rel=alternate type=application/feed+json href='/f?a=1&amp;b=2'>", ("https://forum.example/f?a=1&b=2",)),
    ],
)
def test_only_what_a_page_names_as_a_feed_counts(html: str, found: tuple[str, ...]) -> None:
    """Comments, scripts' addresses and other alternates are no feeds; the page's base address counts."""
    assert feeds_in(f"<html><head>{html}</head>".encode(), "https://forum.example/x") == found


@pytest.mark.parametrize("hostile", [b"<link" * 40_000, b"<!--" * 50_000, b"<link rel='" * 20_000, b'<link href="' + b"a" * 190_000])
def test_a_hostile_page_takes_no_time(hostile: bytes) -> None:
    """Reading a page is one way through it (RULES F24)."""
    assert feeds_in(b"<html>" + hostile, "https://forum.example/x") == ()
    assert work_seconds(lambda: feeds_in(b"<html>" + hostile, "https://forum.example/x"), within=1.0) <= 1.0
