"""X and Discourse from the wire into the ledger: money, edits, deletions, and a key that is taken away in the middle."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from listener.clock import ManualClock
from listener.errors import BudgetSpent, SourceRefused
from listener.ledger.ledger import Ledger
from listener.settings.schema import HttpSettings
from listener.sources.discourse import DiscourseSource
from listener.sources.discourse_forum import Forum
from listener.sources.http import HttpClient
from listener.sources.purse import Purse
from listener.sources.x import XSource
from listener.sources.x_items import id_at
from listener.workflows.collect_mentions import CollectMentions
from tests.fakes import discourse_posts, x_posts
from tests.fakes.site import Site, open_site
from tests.listener.workflows.conftest import NOON

DAY = timedelta(days=1)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with open_site() as opened:
        yield opened


@pytest.fixture
def collect(ledger: Ledger, clock: ManualClock) -> CollectMentions:
    return CollectMentions(ledger, (), clock=clock)


def _x(site: Site, clock: ManualClock, **more: Any) -> XSource:
    chosen: dict[str, Any] = {"token": lambda: "a-token", "expansions": (), **more}
    return XSource("x", queries=["stroomwerk"], account="", clock=clock, api_url=site.url(""), **chosen)


def _posts(site: Site, count: int) -> x_posts.FakeX:
    fake = x_posts.FakeX([x_posts.post(f"stroomwerk {n}", at=NOON - timedelta(minutes=5 * n)) for n in range(1, count + 1)], now=NOON)
    site.answer = fake
    return fake


async def test_x_sells_no_more_than_the_cap_and_nothing_is_lost(
    ledger: Ledger, collect: CollectMentions, clock: ManualClock, site: Site
) -> None:
    """Counted at the platform: 200 posts for a dollar, whatever is tried and restarted that day; the rest the day after (RULES P8)."""
    fake = _posts(site, 300)
    for _ in range(4):
        source = _x(site, clock, purse=(purse := Purse(most_usd=1.0)))
        result = await collect.round(source, keep="all", purse=purse)
        await source.aclose()
        assert isinstance(result.error, BudgetSpent)
    assert len(fake.sold) == 200
    assert ledger.sources.spent("x", NOON.date()).usd == 1.0
    clock.advance(DAY)
    fake.now = clock.now()
    source = _x(site, clock, purse=(purse := Purse(most_usd=1.0)))
    result = await collect.round(source, keep="all", purse=purse)
    assert (result.error, ledger.mentions.count()) == (None, 300)


async def test_a_token_taken_away_in_the_middle_is_one_refusal_and_loses_nothing(
    ledger: Ledger, collect: CollectMentions, clock: ManualClock, site: Site
) -> None:
    """The round ends at once, and goes on where it stopped with the new token and without a restart (RULES F19)."""
    fake = _posts(site, 250)
    token = "a-token"
    source = _x(site, clock, token=lambda: token)

    def revoked_after_one(request: Any) -> Any:
        answer = fake(request)
        fake.token = "another"
        return answer

    site.answer = revoked_after_one
    result = await collect.round(source, keep="all")
    assert isinstance(result.error, SourceRefused)
    assert (result.error.cause, ledger.mentions.count(), len(fake.asked)) == ("token_rejected", 100, 2)
    token = "another"
    site.answer = fake
    result = await collect.round(source, keep="all")
    assert (result.error, ledger.mentions.count()) == (None, 250)


async def test_an_edited_post_is_one_mention_with_a_revision(
    ledger: Ledger, collect: CollectMentions, clock: ManualClock, site: Site
) -> None:
    """X gives the edit an id of its own, and search shows it beside or in place of the first; nothing counts twice."""
    fake = _posts(site, 1)
    source = _x(site, clock)
    await collect.round(source, keep="all")
    first = fake.posts[0]["id"]
    clock.advance(timedelta(minutes=10))
    edit = id_at(clock.now())
    fake.posts.append(x_posts.post("mended", at=clock.now(), edit_history_tweet_ids=[first, edit], conversation_id=first))
    result = await collect.round(source, keep="all")
    (stored,) = ledger.mentions.latest()
    assert (result.new, result.edited) == (0, 1)
    assert (stored.mention.native_id, stored.mention.text, stored.revision) == (first, "mended", 1)


async def test_a_deleted_post_leaves_and_stays_away(ledger: Ledger, collect: CollectMentions, clock: ManualClock, site: Site) -> None:
    """Its author took it back; a late copy must not bring it in again (RULES F7)."""
    fake = discourse_posts.FakeForum(*(discourse_posts.post(n, at=NOON - timedelta(minutes=9 - n)) for n in range(1, 4)))
    site.answer = fake
    http = HttpClient(HttpSettings.model_validate({}), clock=clock)
    forum = Forum(base=site.url(""), http=http, allow_http=True, allow_private=True)
    source = DiscourseSource("forum", forum, clock=clock)
    await collect.round(source, keep="all")
    taken = fake.posts.pop()
    assert (await collect.round(source, keep="all")).removed == 1
    fake.posts.append(taken)
    await collect.round(source, keep="all")
    assert {one.mention.native_id for one in ledger.mentions.latest()} == {"1", "2"}
    await http.aclose()
