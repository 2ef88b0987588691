"""Requests and money: what a source costs is counted exactly, and a cap is never passed (RULES P8)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from listener.clock import ManualClock
from listener.errors import BudgetSpent, SourceUnavailable, StoreError
from listener.ledger.ledger import Ledger
from listener.model.page import Cursor, Page, Spent
from listener.sources.purse import Purse
from listener.workflows.collect_mentions import CollectMentions
from tests.fakes.source import FakeSource, mention
from tests.listener.workflows.conftest import NOON

POST_USD = 0.005
DAY = timedelta(days=1)


class PaidSource(FakeSource):
    """Sells a thousand posts at half a cent each, a hundred a page at most; remembers what was bought."""

    def __init__(self, purse: Purse) -> None:
        super().__init__([])
        self.purse = purse
        self.sold = 0

    async def pull(self, cursor: Cursor | None) -> Page:
        start = int(cursor or 0)
        self.purse.ask()
        most = self.purse.affordable(POST_USD, 100, least=10)
        posts = tuple(mention(str(n)) for n in range(start, min(1_000, start + most)))
        self.sold += len(posts)
        end = start + len(posts)
        return Page(mentions=posts, next=Cursor(str(end)), more=end < 1_000, cost_usd=POST_USD * len(posts))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def collect(ledger: Ledger, clock: ManualClock) -> CollectMentions:
    return CollectMentions(ledger, (), clock=clock)


async def test_a_cap_of_one_dollar_buys_two_hundred_posts_and_not_one_more(
    ledger: Ledger, collect: CollectMentions, clock: ManualClock
) -> None:
    """However often it is tried, and after a restart as well; the next day it goes on where it stopped, and the gap was told."""
    for _ in range(5):  # each is a new process: the ledger alone knows what was spent
        source = PaidSource(Purse(most_usd=1.0))
        result = await collect.round(source, keep="all", purse=source.purse)
        assert isinstance(result.error, BudgetSpent)
        assert result.again_at == NOON.replace(hour=0) + DAY
    assert ledger.mentions.count() == 200
    assert ledger.sources.spent("fake", NOON.date()).usd == 1.0
    state = ledger.sources.state("fake")
    assert state is not None
    assert (state.state, state.gaps) == ("capped", 1)
    clock.advance(DAY)
    source = PaidSource(Purse(most_usd=1.0))
    await collect.round(source, keep="all", purse=source.purse)
    assert (source.sold, ledger.mentions.count()) == (200, 400)


async def test_less_is_asked_for_when_the_cap_is_near(ledger: Ledger, collect: CollectMentions) -> None:
    source = PaidSource(Purse(most_usd=0.57))
    await collect.round(source, keep="all", purse=source.purse)
    assert source.sold == 114
    assert ledger.sources.spent("fake", NOON.date()) == Spent(requests=3, micro_usd=570_000)


async def test_a_process_that_dies_after_paying_does_not_pay_again(ledger: Ledger, collect: CollectMentions) -> None:
    """What a page cost is in the ledger before anything else happens, so that a killed process leaves it there."""
    known: list[float] = []

    class Looks(PaidSource):
        async def pull(self, cursor: Cursor | None) -> Page:
            known.append(ledger.sources.spent("fake", NOON.date()).usd)
            return await super().pull(cursor)

    source = Looks(Purse(most_usd=1.2))
    await collect.round(source, keep="all", purse=source.purse)
    assert known == [0.0, 0.5, 1.0, 1.2]


async def test_requests_are_counted_also_of_rounds_that_fail(ledger: Ledger, collect: CollectMentions) -> None:
    await collect.round(FakeSource([Page(mentions=(mention("1"),), next=None, requests=3), SourceUnavailable("502")]), keep="all")
    assert ledger.sources.spent("fake", NOON.date()) == Spent(requests=3)


async def test_without_a_cap_nothing_is_refused(ledger: Ledger, collect: CollectMentions) -> None:
    source = PaidSource(Purse())
    result = await collect.round(source, keep="all", purse=source.purse)
    assert (result.error, result.new, ledger.sources.spent("fake", NOON.date()).usd) == (None, 1_000, 5.0)


def test_a_part_of_a_purse_holds_no_more_than_is_left_in_it() -> None:
    """A question beside the reading must not spend what the reading may not."""
    purse = Purse(most_requests=10, most_usd=1.0)
    purse.begin(Spent(requests=8, micro_usd=950_000))
    part = purse.part(most_requests=5, most_usd=0.2)
    part.ask(2)
    with pytest.raises(BudgetSpent):
        part.ask()
    assert part.affordable(0.005, 100) == 10


async def test_a_cap_holds_while_the_ledger_can_keep_nothing(
    ledger: Ledger, collect: CollectMentions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RULES F10, P8: a disk that is full for a day is read from, and what was paid meanwhile is told once it has room."""
    source = PaidSource(Purse(most_usd=1.0))
    real, full = ledger.sources.note_spent, [True]

    def note(*given: Any, **named: Any) -> None:
        if full[0]:
            raise StoreError("The disk is full.")
        real(*given, **named)

    monkeypatch.setattr(ledger.sources, "note_spent", note)
    for _ in range(20):
        with pytest.raises(StoreError):
            await collect.round(source, keep="all", purse=source.purse)
    assert source.sold <= 200
    full[0] = False
    result = await collect.round(source, keep="all", purse=source.purse)
    assert isinstance(result.error, BudgetSpent)
    assert ledger.sources.spent("fake", NOON.date()).usd == 1.0
