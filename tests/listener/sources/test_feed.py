"""Feeds as sites really serve them: polite requests, stable identities, and clear words when it is no feed at all."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from listener.clock import ManualClock
from listener.errors import SourceUnavailable
from listener.model.page import Page
from listener.sources.feed import FeedSource
from listener.sources.http import HttpClient
from tests.fakes.rss import item, rss, serve
from tests.fakes.site import Reply, Site


async def _first(source: FeedSource, site: Site, body: bytes, **headers: str) -> Page:
    serve(site, body, **headers)
    return await source.pull(None)


async def test_a_second_poll_asks_only_for_what_changed(source: FeedSource, site: Site) -> None:
    """ETag and Last-Modified come back exactly as the site gave them (RULES P37); 304 means the same cursor."""
    page = await _first(source, site, rss(item("urn:1")), ETag='W/"abc"', Last_Modified="Mon, 02 Mar 2026 10:00:00 GMT")
    site.answer = lambda _: Reply(status=304)
    again = await source.pull(page.next)
    assert site.requests[1].headers["if-none-match"] == 'W/"abc"'
    assert site.requests[1].headers["if-modified-since"] == "Mon, 02 Mar 2026 10:00:00 GMT"
    assert "if-none-match" not in site.requests[0].headers
    assert (again.mentions, again.next, again.more) == ((), page.next, False)


async def test_a_header_that_cannot_be_sent_back_is_forgotten(source: FeedSource, site: Site) -> None:
    page = await _first(source, site, rss(item("urn:1")), ETag='"' + "x" * 5_000 + '"')
    await source.pull(page.next)
    assert "if-none-match" not in site.requests[1].headers


async def test_unchanged_entries_do_not_come_again_and_changed_ones_do(source: FeedSource, site: Site) -> None:
    """An edit is the same id with other words; the ledger makes the revision."""
    page = await _first(source, site, rss(item("urn:1"), item("urn:2", text="before")))
    serve(site, rss(item("urn:1"), item("urn:2", text="after")))
    second = await source.pull(page.next)
    assert [(m.native_id, m.text) for m in second.mentions] == [("urn:2", "after")]
    third = await source.pull(second.next)
    assert (third.mentions, third.next) == ((), second.next)


async def test_entries_without_an_id_keep_one_made_of_link_and_title(source: FeedSource, site: Site) -> None:
    bodies = rss(item(link="https://example.org/a", title="A"), item(link="https://example.org/b", title="B"))
    first = await _first(source, site, bodies)
    again = await source.pull(None)
    assert len({m.native_id for m in first.mentions}) == 2
    assert [m.key for m in first.mentions] == [m.key for m in again.mentions]


async def test_one_id_for_two_different_entries_loses_neither(source: FeedSource, site: Site) -> None:
    """Some feeds give their own address as the id of everything."""
    page = await _first(
        source, site, rss(item("https://x.example", link="https://x.example/a"), item("https://x.example", link="https://x.example/b"))
    )
    assert len({m.key for m in page.mentions}) == 2


async def test_one_entry_twice_is_one_mention_and_its_latest_words_stay(source: FeedSource, site: Site) -> None:
    older = item("urn:1", text="older", at="Mon, 02 Mar 2026 08:00:00 GMT")
    newer = item("urn:1", text="newer", at="Mon, 02 Mar 2026 09:00:00 GMT")
    page = await _first(source, site, rss(newer, older))
    assert [m.text for m in page.mentions] == ["newer"]
    assert len(page.skipped) == 1
    assert "twice" in page.skipped[0].reason


async def test_identical_entries_twice_are_no_matter(source: FeedSource, site: Site) -> None:
    page = await _first(source, site, rss(item("urn:1"), item("urn:1")))
    assert (len(page.mentions), page.skipped) == (1, ())


async def test_an_id_that_is_an_address_is_one_across_feeds_of_a_site_and_a_number_is_not(
    site: Site, http: HttpClient, clock: ManualClock
) -> None:
    """A forum shows one topic in many feeds; two feeds that count 1, 2, 3 show different things."""
    serve(site, rss(item("https://forum.example/t/1"), item("1", title="other")))
    feeds = [FeedSource(p, site.url(f"/{p}"), http=http, clock=clock, allow_http=True, allow_private=True) for p in ("a", "b")]
    one, two = [{m.native_id: m.key for m in (await feed.pull(None)).mentions} for feed in feeds]
    assert one["https://forum.example/t/1"] == two["https://forum.example/t/1"]
    assert one["1"] != two["1"]


@pytest.mark.parametrize("at", ["", "yesterday", "Thu, 01 Jan 1970 00:00:00 GMT", "0000-00-00T00:00:00Z", "Mon, 99 Foo 2026 99:99:99 GMT"])
async def test_an_entry_without_a_usable_time_gets_the_time_we_saw_it_and_says_so(
    source: FeedSource, site: Site, clock: ManualClock, at: str
) -> None:
    page = await _first(source, site, rss(item("urn:1", at=at)))
    (mention,) = page.mentions
    assert mention.posted_at == clock.now()
    assert "no_time" in mention.flags


async def test_a_time_in_the_future_is_passed_on_as_it_is(source: FeedSource, site: Site) -> None:
    """The collector shows it at receive time and flags it (RULES I22); a source does not judge."""
    page = await _first(source, site, rss(item("urn:1", at="Mon, 02 Mar 2036 09:00:00 GMT")))
    assert page.mentions[0].posted_at == datetime(2036, 3, 2, 9, tzinfo=UTC)


async def test_the_first_pull_looks_back_a_week_and_old_entries_do_not_come_later_either(source: FeedSource, site: Site) -> None:
    body = rss(item("urn:old", at="Mon, 05 Jan 2026 09:00:00 GMT"), item("urn:new"))
    page = await _first(source, site, body)
    assert [m.native_id for m in page.mentions] == ["urn:new"]
    assert (await source.pull(page.next)).mentions == ()


async def test_when_nothing_seen_last_time_is_left_a_gap_is_told(source: FeedSource, site: Site) -> None:
    """RULES F25: more came between two polls than the feed shows."""
    page = await _first(source, site, rss(*(item(f"urn:{n}") for n in range(10))))
    serve(site, rss(*(item(f"urn:{n}") for n in range(5, 15))))
    overlapping = await source.pull(page.next)
    assert overlapping.gap == ""
    serve(site, rss(*(item(f"urn:{n}") for n in range(100, 110))))
    torn = await source.pull(overlapping.next)
    assert torn.gap.startswith("feed: ")
    assert len(torn.mentions) == 10


async def test_another_address_starts_anew(site: Site, http: HttpClient, clock: ManualClock, source: FeedSource) -> None:
    page = await _first(source, site, rss(item("urn:1")), ETag='"1"')
    moved = FeedSource("feed", site.url("/moved"), http=http, clock=clock, allow_http=True, allow_private=True)
    again = await moved.pull(page.next)
    assert "if-none-match" not in site.requests[1].headers
    assert len(again.mentions) == 1


async def test_titles_and_texts_are_plain_words(source: FeedSource, site: Site) -> None:
    page = await _first(
        source,
        site,
        rss(
            item(
                "urn:1", title="Q &amp;amp; A", text="&lt;p&gt;5 &amp;gt; 4&lt;script&gt;x()&lt;/script&gt;&lt;/p&gt;&lt;p&gt;two&lt;/p&gt;"
            )
        ),
    )
    (mention,) = page.mentions
    assert mention.title == "Q & A"
    assert mention.text == "5 > 4\n\ntwo"


async def test_authors_are_known_by_name_and_never_by_mail_address_alone(source: FeedSource, site: Site) -> None:
    page = await _first(source, site, rss(item("urn:1", more="<author>kim@example.org (Kim)</author>")))
    author = page.mentions[0].author
    assert author is not None
    assert author.name == "Kim"
    assert "@" not in author.key


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "vbscript:x"])
async def test_a_link_that_is_no_web_address_is_dropped(source: FeedSource, site: Site, link: str) -> None:
    page = await _first(source, site, rss(item("urn:1", link=link)))
    assert page.mentions[0].url == ""


async def test_atom_tells_edits_and_replies(source: FeedSource, site: Site) -> None:
    atom = b"""<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0"><title>x</title><entry>
      <id>tag:x.example,2026:1</id><title>t</title><published>2026-03-02T08:00:00Z</published><updated>2026-03-02T09:30:00+01:00</updated>
      <author><name>Kim</name><uri>https://x.example/kim</uri></author><content type="html">&lt;b&gt;hi&lt;/b&gt;</content>
      <link href="/1"/></entry></feed>"""
    (mention,) = (await _first(source, site, atom)).mentions
    assert mention.posted_at == datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert mention.edited_at == datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
    assert mention.author is not None
    assert mention.author.native_id == "https://x.example/kim"
    assert mention.text == "hi"
    assert mention.url == site.url("/1")


async def test_json_feeds_are_read(source: FeedSource, site: Site) -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "x",
        "items": [
            {
                "id": 9007199254740993,
                "content_html": "<p>one</p>",
                "date_published": "2026-03-02T09:00:00+01:00",
                "authors": [{"name": "Kim"}],
            },
            {"id": "urn:2", "title": "two", "content_text": "a < b", "url": "/2", "date_published": "2026-03-02T09:00:00Z"},
            {"id": "urn:3"},
            "nonsense",
        ],
    }
    page = await _first(source, site, json.dumps(feed).encode(), Content_Type="application/feed+json")
    one, two = page.mentions
    assert (one.native_id, one.text) == ("9007199254740993", "one")
    assert one.author is not None
    assert (two.text, two.url) == ("a < b", site.url("/2"))
    assert len(page.skipped) == 2


async def test_a_thousand_entries_stay_in_one_cursor(source: FeedSource, site: Site) -> None:
    page = await _first(source, site, rss(*(item(f"urn:{n}", title="", text="w") for n in range(700))))
    assert len(page.mentions) == 700
    assert (await source.pull(page.next)).mentions == ()


async def test_a_site_that_is_down_leaves_the_cursor_good(source: FeedSource, site: Site, clock: ManualClock) -> None:
    page = await _first(source, site, rss(item("urn:1")))
    site.answer = lambda _: Reply(status=500)
    with pytest.raises(SourceUnavailable):
        await source.pull(page.next)
    clock.advance(timedelta(hours=2))
    serve(site, rss(item("urn:1"), item("urn:2")))
    assert [m.native_id for m in (await source.pull(page.next)).mentions] == ["urn:2"]
