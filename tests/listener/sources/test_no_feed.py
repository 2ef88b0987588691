"""What only looks like a feed, and feeds that mean harm: told, survived, never taken for "nothing new" (RULES F18, F24, I19)."""

from __future__ import annotations

import time

import pytest

from listener.errors import SourceRefused, SourceUnavailable
from listener.sources.feed import FeedSource
from listener.sources.feed_process import read_feed_in_time
from tests.fakes.rss import item, rss, serve
from tests.fakes.site import Reply, Site
from tests.patience import busy

PAGE = b"""<!DOCTYPE html><html><head><title>Forum</title>
<link rel="stylesheet" href="/x.css"><link href='/feed.xml' type='application/rss+xml' rel='alternate'></head><body>hi</body></html>"""


async def test_a_web_page_without_a_feed_says_so(source: FeedSource, site: Site) -> None:
    serve(site, b"<html><body><p>hi</p></body></html>", Content_Type="text/html")
    with pytest.raises(SourceRefused, match="names no feed"):
        await source.pull(None)


# RULES F18: none of these may pass for "nothing new"
NO_FEEDS: list[tuple[bytes, type[Exception]]] = [
    (b"", SourceUnavailable),
    (b"   \n", SourceUnavailable),
    (b"null", SourceUnavailable),
    (b"Service down", SourceUnavailable),
    (b"{", SourceUnavailable),
    (b"[" * 100_000, SourceUnavailable),
    (b'{"version":"https://jsonfeed.org/version/1","items":[{"id":', SourceUnavailable),
    (b'{"error": "rate limit"}', SourceRefused),
    (b"[]", SourceRefused),
    (b'<?xml version="1.0"?><rss version="2.0"><chan', SourceUnavailable),
    (b'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>', SourceUnavailable),
    (b'<?xml version="1.0"?><other/>', SourceUnavailable),
    (b"\x00\x01\x02" * 100, SourceUnavailable),
    (b"\x1f\x8b\x08\x00", SourceUnavailable),
    (b"GIF89a", SourceUnavailable),
    (b"/etc/passwd", SourceUnavailable),
    (b"http://127.0.0.1/inside", SourceUnavailable),
    (b"file:///etc/passwd", SourceUnavailable),
]


@pytest.mark.parametrize(("body", "error"), NO_FEEDS)
async def test_what_is_no_feed_is_never_taken_for_an_empty_one(source: FeedSource, site: Site, body: bytes, error: type[Exception]) -> None:
    serve(site, body)
    with pytest.raises(error):
        await source.pull(None)


async def test_no_content_is_no_empty_feed(source: FeedSource, site: Site) -> None:
    site.answer = lambda _: Reply(status=204, with_length=False)
    with pytest.raises(SourceUnavailable):
        await source.pull(None)


async def test_an_empty_feed_is_caught_up(source: FeedSource, site: Site) -> None:
    serve(site, rss())
    page = await source.pull(None)
    assert (page.mentions, page.more) == ((), False)
    assert (await source.pull(page.next)).next == page.next


async def test_entities_neither_explode_nor_reach_files(source: FeedSource, site: Site) -> None:
    names = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10))
    doctype = f'<!DOCTYPE rss [{names}<!ENTITY file SYSTEM "file:///etc/passwd"><!ENTITY net SYSTEM "{site.url("/inside")}">]>'
    body = f"<?xml version='1.0'?>{doctype}<rss version='2.0'><channel>{item('urn:1', title='&l9;', text='a&file;b&net;c')}</channel></rss>"
    serve(site, body.encode())
    page = await source.pull(None)
    assert all(len(m.title) < 100_000 and "root:" not in m.text for m in page.mentions)
    assert [request.path for request in site.requests] == ["/feed"]


@pytest.mark.parametrize(
    ("declared", "encoded", "served_as"),
    [
        ("utf-8", "utf-8", "application/rss+xml"),
        ("iso-8859-1", "iso-8859-1", "application/rss+xml"),
        ("windows-1252", "windows-1252", "application/xml"),
        ("utf-16", "utf-16", "application/xml"),
        ("utf-8", "windows-1252", "application/xml"),  # a lie
    ],
)
async def test_letters_survive_their_encoding(source: FeedSource, site: Site, declared: str, encoded: str, served_as: str) -> None:
    body = f'<?xml version="1.0" encoding="{declared}"?><rss version="2.0"><channel>{item("urn:1", title="Één crème €")}</channel></rss>'
    serve(site, body.encode(encoded, "replace"), Content_Type=served_as)
    page = await source.pull(None)
    assert page.mentions[0].title == ("Één crème €" if encoded != "iso-8859-1" else "Één crème ?")


async def test_a_feed_that_keeps_the_parser_busy_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """RULES F24: its process is ended, and the next feed is read as usual."""
    monkeypatch.setattr("listener.sources.feed_process.LARGE_SECONDS", 1.5)
    started = time.monotonic()
    with pytest.raises(SourceUnavailable, match="longer than"):
        await read_feed_in_time(
            b'<rss version="2.0"><channel><item><description>' + b"<a>" * 1_500_000, url="https://x.example/", content_type=""
        )
    assert time.monotonic() - started < 10 * busy()


async def test_a_large_feed_is_read_whole_in_its_own_process() -> None:
    body = await read_feed_in_time(
        rss(*(item(f"urn:{n}", text="word " * 60) for n in range(700))), url="https://x.example/", content_type=""
    )
    assert len(body.entries) == 700
    with pytest.raises(SourceRefused, match="web page"):
        await read_feed_in_time(PAGE + b" " * 300_000, url="https://x.example/", content_type="")
