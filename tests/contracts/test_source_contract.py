"""What every source promises, whatever it reads: one suite for all of them and for the fake that other tests use."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from listener.clock import ManualClock
from listener.errors import SourceError, SourceUnavailable
from listener.model.mention import Mention
from listener.model.page import Cursor, Page
from listener.ports import Source
from listener.settings.schema import HttpSettings
from listener.sources.bluesky import BlueskySource
from listener.sources.feed import FeedSource
from listener.sources.hackernews import HackerNewsSource
from listener.sources.http import HttpClient
from listener.sources.imports import FileSource
from listener.sources.incoming import INCOMING
from listener.sources.mastodon import MastodonSource
from listener.sources.matrix import MatrixSource
from listener.sources.reddit import RedditSource
from listener.sources.reddit_access import RedditKey
from listener.sources.registry import SOURCES
from tests.contracts import asked_benches, own_benches
from tests.contracts.source_bench import Bench
from tests.fakes import bluesky, hackernews, mastodon, matrix, reddit
from tests.fakes.site import Reply, Site, open_site
from tests.fakes.source import FakeSource, mention

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
POSTS = 5
FEED_SHOWS = 50


def _http(clock: ManualClock, closing: AsyncExitStack) -> HttpClient:
    client = HttpClient(HttpSettings.model_validate({"timeout_seconds": 5}), clock=clock)
    closing.push_async_callback(client.aclose)
    return client


def _feed_bench(site: Site, clock: ManualClock, http: HttpClient, _: Path) -> Bench:
    entries = [(f"urn:post:{n}", NOW - timedelta(hours=10 - n)) for n in range(POSTS)]

    def rss(_: object) -> Reply:
        items = "".join(
            f"<item><guid>{guid}</guid><title>t</title><description>{guid}</description>"
            f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
            for guid, at in entries[: -FEED_SHOWS - 1 : -1]
        )
        return Reply(body=f"<rss version='2.0'><channel><title>x</title>{items}</channel></rss>".encode())

    def post() -> str:
        entries.append((f"urn:post:{len(entries)}", clock.now()))
        return entries[-1][0]

    site.answer = rss
    return Bench(
        ids={guid for guid, _ in entries},
        open=lambda: FeedSource("feed", site.url("/feed"), http=http, clock=clock, allow_http=True, allow_private=True),
        post=post,
        break_down=lambda: setattr(site, "answer", lambda _: Reply(status=500)),
    )


def _hackernews_bench(site: Site, clock: ManualClock, http: HttpClient, _: Path) -> Bench:
    start = int(NOW.timestamp())
    fake = hackernews.FakeHackerNews([hackernews.story(n, at=start - 3_600 * n, title=f"Stroomwerk {n}") for n in range(1, POSTS + 1)])

    def post() -> str:
        number = 100 + len(fake.hits)
        fake.hits.append(hackernews.comment(number, at=int(clock.now().timestamp()), text="stroomwerk again"))
        return str(number)

    site.answer = fake
    return Bench(
        ids={hit["objectID"] for hit in fake.hits},
        open=lambda: HackerNewsSource(
            "hn", ["stroomwerk", "energie"], http=http, clock=clock, base=site.url(""), allow_http=True, allow_private=True
        ),
        post=post,
        break_down=lambda: setattr(site, "answer", lambda _: Reply(body=b"<html>down</html>")),
    )


def _reddit_bench(_: Site, clock: ManualClock, __: HttpClient, ___: Path) -> Bench:
    fake = reddit.FakeReddit()
    start = NOW.timestamp()
    fake.listings["submissions klussen"] = [reddit.submission(n, created=start - 3_600 * n) for n in range(1, 4)]
    fake.listings["comments klussen"] = [reddit.comment(n, created=start - 3_600 * n) for n in range(4, 6)]

    def post() -> str:
        number = 100 + len(fake.listings["comments klussen"])
        fake.listings["comments klussen"].append(reddit.comment(number, created=clock.now().timestamp()))
        return f"t1_{number:x}"

    def break_down() -> None:
        fake.errors = {f"{what} klussen": ConnectionResetError("cable pulled") for what in ("submissions", "comments")}

    return Bench(
        ids={item.name for items in fake.listings.values() for item in items},
        open=lambda: RedditSource(
            "reddit",
            subreddits=["klussen"],
            queries=[],
            comments=True,
            key=lambda: RedditKey(client_id="id", client_secret="secret", account="stroomwerk_dev"),
            approval_reference="R-1",
            clock=clock,
            factory=lambda: fake,
        ),
        post=post,
        break_down=break_down,
        interfere=lambda hook: setattr(fake, "before", hook),
    )


def _mastodon_bench(site: Site, clock: ManualClock, http: HttpClient, _: Path) -> Bench:
    fake = mastodon.FakeMastodon()
    ids = [fake.add(f"#stroomwerk {n}", NOW - timedelta(hours=n), number=n) for n in range(1, 4)]
    ids += [fake.add(f"@loket bericht {n}", NOW - timedelta(hours=n), number=n, tags=(), host="far.example") for n in range(4, 6)]
    for own_id in ids[:2:-1]:
        fake.notify(own_id)

    def post() -> str:
        return fake.name_of(fake.add("#stroomwerk weer", clock.now()))

    site.answer = fake
    return Bench(
        ids={fake.name_of(own_id) for own_id in ids},
        open=lambda: MastodonSource(
            "mastodon",
            site.url(""),
            token=lambda: mastodon.TOKEN,
            http=http,
            clock=clock,
            hashtags=["#stroomwerk"],
            allow_http=True,
            allow_private=True,
        ),
        post=post,
        break_down=lambda: setattr(site, "answer", lambda _: Reply(body=b"<html>down</html>")),
    )


def _bluesky_bench(site: Site, clock: ManualClock, http: HttpClient, _: Path) -> Bench:
    fake = bluesky.FakeBluesky()
    ids = {fake.add(n, f"Stroomwerk {n}", NOW - timedelta(hours=n)) for n in range(1, 4)}
    for n in range(4, 6):
        ids.add(uri := fake.add(n, "Dag loket", NOW - timedelta(hours=n), who="bas"))
        fake.notifications.append(("mention", uri))

    def post() -> str:
        return fake.add(100 + len(fake.posts), "stroomwerk weer", clock.now())

    site.answer = fake
    return Bench(
        ids=ids,
        open=lambda: BlueskySource(
            "bluesky",
            queries=["stroomwerk"],
            http=http,
            clock=clock,
            account=bluesky.ACCOUNT,
            password=lambda: bluesky.PASSWORD,
            base=site.url(""),
            allow_http=True,
            allow_private=True,
        ),
        post=post,
        break_down=lambda: setattr(site, "answer", lambda _: Reply(status=502)),
    )


def _matrix_bench(site: Site, clock: ManualClock, http: HttpClient, _: Path) -> Bench:
    fake = matrix.FakeMatrix()
    ids = {fake.say(f"bericht {n}", NOW - timedelta(hours=10 - n)) for n in range(POSTS)}
    site.answer = fake
    return Bench(
        ids=ids,
        open=lambda: MatrixSource(
            "matrix", site.url(""), token=lambda: matrix.TOKEN, http=http, clock=clock, allow_http=True, allow_private=True
        ),
        post=lambda: fake.say("nieuw", clock.now()),
        break_down=lambda: setattr(site, "answer", lambda _: Reply(body=b"[]")),
    )


def _file_bench(_: Site, clock: ManualClock, __: HttpClient, folder: Path) -> Bench:
    path = folder / "history.jsonl"
    rows = [{"id": n, "text": f"bericht {n}", "created_at": (NOW + timedelta(minutes=n)).isoformat()} for n in range(POSTS)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))

    def post() -> str:
        with path.open("a") as file:
            file.write(json.dumps({"id": 77, "text": "nieuw", "created_at": clock.now().isoformat()}) + "\n")
        return "77"

    return Bench(ids={str(row["id"]) for row in rows}, open=lambda: FileSource(path, clock=clock), post=post, break_down=None)


def _fake_bench(_: Site, clock: ManualClock, __: HttpClient, ___: Path) -> Bench:
    pages: list[list[Mention] | SourceError] = [[mention("a"), mention("b")], [mention("c"), mention("d"), mention("e")]]
    sources: list[FakeSource] = []

    def open_fake() -> Source:
        sources.append(FakeSource(pages))
        return sources[-1]

    def post() -> str:
        pages.append([mention("f")])
        return "f"

    def break_down() -> None:
        sources[-1].add(SourceUnavailable("down"))

    return Bench(ids=set("abcde"), open=open_fake, post=post, break_down=break_down)


BENCHES = {
    "feed": _feed_bench,
    "hackernews": _hackernews_bench,
    "reddit": _reddit_bench,
    "mastodon": _mastodon_bench,
    "bluesky": _bluesky_bench,
    "matrix": _matrix_bench,
    **asked_benches.BENCHES,
    **own_benches.BENCHES,
    "file": _file_bench,
    "fake": _fake_bench,
}


def test_every_kind_that_settings_may_name_is_tried_here() -> None:
    """All but those that are called: nothing comes of asking them."""
    assert BENCHES.keys() - {"file", "fake"} == SOURCES.keys() - INCOMING.keys()


@pytest.fixture(params=list(BENCHES))
async def bench(request: pytest.FixtureRequest, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Bench]:
    async with AsyncExitStack() as closing:
        site = await closing.enter_async_context(open_site())
        yield BENCHES[request.param](site, clock, _http(clock, closing), tmp_path)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


async def _until_caught_up(source: Source, cursor: Cursor | None = None) -> tuple[list[Page], Cursor | None]:
    pages: list[Page] = []
    for _ in range(20):
        pages.append(await source.pull(cursor))
        cursor = pages[-1].next
        if not pages[-1].more:
            return pages, cursor
    raise AssertionError("a source that says `more` for ever is never caught up")


def _ids(pages: list[Page]) -> set[str]:
    return {m.native_id for page in pages for m in page.mentions}


async def test_everything_that_is_there_comes_out_once_per_round(bench: Bench) -> None:
    """A lost mention is one of the four disasters."""
    pages, _ = await _until_caught_up(bench.open())
    every = [m.key for page in pages for m in page.mentions]
    assert _ids(pages) == bench.ids
    assert len(every) == len(set(every))


async def test_a_page_is_oldest_first_in_utc_and_in_plain_words(bench: Bench) -> None:
    """Cursors, baselines and signals all read time in this order."""
    pages, _ = await _until_caught_up(bench.open())
    for page in pages:
        times = [m.posted_at for m in page.mentions]
        assert times == sorted(times)
        assert all(time.utcoffset() == timedelta(0) for time in times)
        assert all(m.text or m.title for m in page.mentions)


async def test_pulling_one_cursor_twice_skips_nothing(bench: Bench) -> None:
    """After a crash between reading and saving, the same cursor is used again."""
    source = bench.open()
    first = await source.pull(None)
    again = await source.pull(None)
    assert _ids([again]) >= _ids([first])
    following = await source.pull(first.next)
    repeated = await bench.open().pull(first.next)
    assert _ids([repeated]) >= _ids([following])


async def test_a_cursor_outlives_the_source_that_made_it(bench: Bench) -> None:
    """Restarting the service must neither lose nor repeat history."""
    first = bench.open()
    page = await first.pull(None)
    await first.aclose()
    rest, _ = await _until_caught_up(bench.open(), page.next) if page.more else ([], None)
    assert _ids([page, *rest]) == bench.ids


async def test_when_caught_up_nothing_new_is_made_up(bench: Bench) -> None:
    """What comes again (an overlap) is what was there before, so that counts stay still."""
    source = bench.open()
    pages, cursor = await _until_caught_up(source)
    known = {(m.key, m.content_hash) for page in pages for m in page.mentions}
    for _ in range(3):
        more, cursor = await _until_caught_up(source, cursor)
        assert {(m.key, m.content_hash) for page in more for m in page.mentions} <= known
        assert not any(page.removals or page.gap for page in more)


async def test_what_is_posted_later_comes_with_the_next_pull(bench: Bench, clock: ManualClock) -> None:
    """An old cursor must not hide the present."""
    _, cursor = await _until_caught_up(bench.open())
    clock.advance(timedelta(minutes=10))
    new = bench.post()
    pages, _ = await _until_caught_up(bench.open(), cursor)
    assert new in _ids(pages)


async def test_a_platform_that_breaks_raises_our_error_and_loses_nothing(bench: Bench) -> None:
    """The collector knows three kinds of trouble and no others."""
    source = bench.open()
    if bench.break_down is None:
        assert isinstance(source, FileSource), "a file has no platform behind it, everything else has"
        return
    _, cursor = await _until_caught_up(source)
    bench.break_down()
    with pytest.raises(SourceError) as told:
        await source.pull(cursor)
    assert str(told.value)
    assert "Traceback" not in str(told.value)


async def test_closing_twice_is_harmless_and_the_name_stays(bench: Bench) -> None:
    """Shutting down happens in more than one place."""
    source = bench.open()
    name = source.source_id
    await source.pull(None)
    await source.aclose()
    await source.aclose()
    assert source.source_id == name


async def test_two_sources_pull_side_by_side(bench: Bench) -> None:
    """One event loop reads them all."""
    pulls: list[Awaitable[Page]] = [bench.open().pull(None), bench.open().pull(None)]
    one, two = await asyncio.gather(*pulls)
    assert _ids([one]) == _ids([two])
