"""Far more was posted between two polls than one answer lists: all of it is read, or that some is missing is told (RULES F25)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from listener.clock import ManualClock
from listener.ledger.ledger import Ledger
from listener.ports import Source
from listener.settings.schema import HttpSettings
from listener.sources.bluesky import BlueskySource
from listener.sources.discourse import DiscourseSource
from listener.sources.discourse_forum import Forum
from listener.sources.http import HttpClient
from listener.sources.mastodon import MastodonSource
from listener.sources.x import XSource
from listener.workflows.collect_mentions import CollectMentions
from tests.contracts.source_bench import Bench
from tests.contracts.test_source_contract import BENCHES, FEED_SHOWS, NOW
from tests.fakes import bluesky, discourse_posts, mastodon, x_posts
from tests.fakes.site import Site, open_site
from tests.long import often

POSTS = often(5_000, short=1_200)
"""Where a listing is bounded; where a platform pages on, a few hundred are as many pages as it takes to see that."""
PAGED = often(POSTS, short=400)
AWAY = timedelta(hours=10)
REDDIT_LISTS = 1_000
BOUNDED = {"feed": FEED_SHOWS, "reddit": REDDIT_LISTS, "reddit_modqueue": REDDIT_LISTS}
"""Kinds whose platform lists so many and no more; all others page on for as long as there is something to read."""
KINDS = sorted(BENCHES.keys() - {"file", "fake"})


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


async def _behind(
    ledger: Ledger, clock: ManualClock, source: Source, post: Callable[[], str], *, posts: int = POSTS
) -> tuple[set[str], set[str], list[str]]:
    """Read once, let so many posts come while nobody reads, read again; return what was posted, what is kept, and the gaps told."""
    collect = CollectMentions(ledger, (), clock=clock)
    first = await collect.round(source, keep="all", most_pages=400)
    assert (first.error, first.gap) == (None, "")
    posted = set[str]()
    for _ in range(posts):
        clock.advance(AWAY / posts)
        posted.add(post())
    second = await collect.round(source, keep="all", most_pages=400)
    assert (second.error, second.behind) == (None, False)
    assert len(posted) == posts
    kept = {one.mention.native_id for one in ledger.mentions.by_ids(range(1, 2 * POSTS))}
    return posted, kept, [why for _, why in ledger.sources.gaps(source.source_id)]


@pytest.mark.parametrize("kind", KINDS)
async def test_of_thousands_of_posts_between_two_polls_each_is_kept_or_the_gap_is_told(
    kind: str, clock: ManualClock, ledger: Ledger, tmp_path: Path
) -> None:
    """Where the platform bounds its listing, the newest are read and one gap is told; where it does not, nothing is lost."""
    async with AsyncExitStack() as closing:
        site = await closing.enter_async_context(open_site())
        http = HttpClient(HttpSettings.model_validate({"timeout_seconds": 20}), clock=clock)
        closing.push_async_callback(http.aclose)
        bench: Bench = BENCHES[kind](site, clock, http, tmp_path)
        source = bench.open()
        closing.push_async_callback(source.aclose)
        posted, kept, gaps = await _behind(ledger, clock, source, bench.post, posts=POSTS if kind in BOUNDED else PAGED)
    if kind in BOUNDED:
        assert len(posted & kept) == BOUNDED[kind]
        assert len(gaps) == 1, "one stretch is one gap"
        assert gaps[0].startswith(f"{source.source_id}: ")
    else:
        assert (posted - kept, gaps) == (set(), [])


def _mastodon_search(site: Site, clock: ManualClock, http: HttpClient) -> tuple[Source, Callable[[], str]]:
    site.answer = fake = mastodon.FakeMastodon()
    source = MastodonSource(
        "m", site.url(""), token=lambda: mastodon.TOKEN, http=http, clock=clock, queries=["storing"], allow_http=True, allow_private=True
    )
    return source, lambda: fake.name_of(fake.add("storing", clock.now(), tags=()))


def _bluesky_notifications(site: Site, clock: ManualClock, http: HttpClient) -> tuple[Source, Callable[[], str]]:
    site.answer = fake = bluesky.FakeBluesky()

    def post() -> str:
        fake.notifications.append(("mention", uri := fake.add(len(fake.posts), "Dag loket", clock.now(), who="bas")))
        return uri

    source = BlueskySource(
        "b",
        queries=[],
        http=http,
        clock=clock,
        account=bluesky.ACCOUNT,
        password=lambda: bluesky.PASSWORD,
        base=site.url(""),
        allow_http=True,
        allow_private=True,
    )
    return source, post


def _x_mentions(site: Site, clock: ManualClock, _: HttpClient) -> tuple[Source, Callable[[], str]]:
    fake = x_posts.FakeX([], now=clock.now())
    fake.lists = 800
    site.answer = fake

    def post() -> str:
        fake.posts.append(x_posts.post("@stroomwerk", at=clock.now()))
        return str(fake.posts[-1]["id"])

    return XSource("x", queries=[], account="@stroomwerk", token=lambda: "a-token", clock=clock, api_url=site.url("")), post


def _discourse_search(site: Site, clock: ManualClock, http: HttpClient) -> tuple[Source, Callable[[], str]]:
    site.answer = fake = discourse_posts.FakeForum()

    def post() -> str:
        number = 1 + len(fake.posts)
        fake.posts.append(discourse_posts.post(number, at=clock.now(), topic=1 + number // 100))
        return str(number)

    forum = Forum(base=site.url(""), http=http, allow_http=True, allow_private=True)
    return DiscourseSource("forum", forum, clock=clock, queries=["stroomwerk"]), post


LISTS = {
    "a search on Mastodon": _mastodon_search,
    "notifications of Bluesky": _bluesky_notifications,
    "mentions of an account on X": _x_mentions,
    "a search on a forum": _discourse_search,
}


@pytest.mark.parametrize("what", LISTS)
async def test_lists_that_end_before_they_are_read_are_told_as_gaps(
    what: str, clock: ManualClock, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other lists of platforms that page on elsewhere: no more is shown, so what is missing is said."""
    monkeypatch.setattr("listener.sources.bluesky.MOST_NOTIFIED", 10)  # pages of a hundred, in place of fifty
    async with open_site() as site:
        http = HttpClient(HttpSettings.model_validate({"timeout_seconds": 20}), clock=clock)
        source, post = LISTS[what](site, clock, http)
        post()
        posted, kept, gaps = await _behind(ledger, clock, source, post)
        await source.aclose()
        await http.aclose()
    assert 0 < len(posted & kept) < POSTS
    assert len(gaps) == 1, (len(posted - kept), gaps)
