"""What platforms do on bad days, and what our own code does on its own: nothing is lost, nothing goes on for ever (RULES F23-F26)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listener.bootstrap import new_analysis
from listener.bootstrap_sources import brand_queries
from listener.clock import ManualClock
from listener.embedding.hashed import HashedEmbedder
from listener.errors import SourceUnavailable, StoreFull
from listener.ledger.ledger import Ledger
from listener.model.mention import Mention
from listener.model.page import Cursor, Page
from listener.settings.schema import ListenerSettings
from listener.text.searching import search_text
from listener.workflows import collect_mentions
from listener.workflows.collect_mentions import CollectMentions
from listener.workflows.keep_mentions import MOST_CHARACTERS, MOST_IN_A_TITLE
from listener.workflows.receive_mentions import ReceiveMentions
from tests.fakes.source import FakeSource, mention
from tests.listener.workflows.conftest import NOON

ITEMS = 40


@pytest.fixture
def collect(ledger: Ledger) -> CollectMentions:
    return CollectMentions(ledger, (), clock=ManualClock(NOON))


class Faulty(FakeSource):
    """Forty posts, four a page; `after` says which page a platform claims to follow another, as its faults have it."""

    def __init__(self, name: str, after: Callable[[int, int], int], *, cut_at: int = -1) -> None:
        super().__init__([], source_id=name)
        self.after = after
        self.cut_at = cut_at

    async def pull(self, cursor: Cursor | None) -> Page:
        self.pulls.append(cursor)
        if len(self.pulls) - 1 == self.cut_at:
            raise SourceUnavailable("the connection was cut")
        at = int(cursor or 0)
        found = [mention(f"{self.source_id}-{n}") for n in range(4 * at, min(ITEMS, 4 * at + 4))]
        return Page(mentions=tuple(found), next=Cursor(str(self.after(at, len(self.pulls)))), more=4 * at + 4 < ITEMS)


@pytest.mark.parametrize("ahead", [NOON + timedelta(days=365), datetime.max.replace(tzinfo=UTC)])
async def test_an_edit_by_a_clock_that_runs_ahead_does_not_hide_those_after_it(ledger: Ledger, ahead: datetime) -> None:
    """Whoever takes words back after the clock of their site was put right wants them gone here as well (RULES F7, F13)."""
    clock = ManualClock(NOON)
    collect = CollectMentions(ledger, (), clock=clock)
    later = NOON + timedelta(hours=1)
    await collect.round(FakeSource([[mention("1", "mijn nummer is 0612345678", edited_at=ahead)]]), keep="all")
    (kept,) = ledger.mentions.latest()
    assert kept.mention.edited_at == NOON
    clock.move_to(later + timedelta(minutes=5))
    await collect.round(FakeSource([[mention("1", "weggehaald", edited_at=later)]], source_id="again"), keep="all")
    (kept,) = ledger.mentions.latest()
    assert (kept.mention.text, kept.mention.edited_at) == ("weggehaald", later)


async def test_cursors_that_go_in_circles_are_left_and_told(ledger: Ledger, collect: CollectMentions) -> None:
    """RULES F26: three times round is enough, whatever the circle's length; the gap says that something is missing."""
    for period in (1, 2, 3, 5, 9):
        before = ledger.mentions.count()
        source = Faulty(f"circle-{period}", lambda at, _, period=period: (at + 1) % period)  # type: ignore[misc]  # mypy infers no type for a lambda with defaults
        result = await collect.round(source, keep="all")
        assert len(source.pulls) == period + 3
        assert "same page" in result.gap
        assert [why for _, why in ledger.sources.gaps(source.source_id)] == [result.gap]
        assert ledger.mentions.count() - before == 4 * period


async def test_a_cursor_that_goes_back_once_loses_and_doubles_nothing(ledger: Ledger, collect: CollectMentions) -> None:
    """RULES F26: at any page a platform may send us back to the beginning, once."""
    for slip in range(1, 10):
        before = ledger.mentions.count()
        source = Faulty(f"slip-{slip}", lambda at, pulls, slip=slip: 0 if pulls == slip else at + 1)  # type: ignore[misc]  # mypy infers no type for a lambda with defaults
        for _ in range(3):
            await collect.round(source, keep="all")
        assert ledger.mentions.count() - before == ITEMS


async def test_a_failure_at_any_page_goes_on_behind_the_last_saved_one(ledger: Ledger, collect: CollectMentions) -> None:
    """RULES F26, F27: the cursor never moves past an unsaved item."""
    for at in range(1, 10):
        before = ledger.mentions.count()
        source = Faulty(f"cut-{at}", lambda page, _: page + 1, cut_at=at)
        first = await collect.round(source, keep="all")
        assert (first.new, ledger.mentions.cursor(source.source_id)) == (4 * at, str(at))
        await collect.round(source, keep="all")
        assert ledger.mentions.count() - before == ITEMS


@pytest.mark.parametrize("every", [1_000, 10, 1])
async def test_a_mention_on_which_our_own_code_fails_holds_up_no_other(ledger: Ledger, collect: CollectMentions, every: int) -> None:
    """RULES F24: one in a thousand, or all of them; each is listed, and the source goes on."""
    poisoned: Any = None
    posts = [replace(mention(str(n)), text=poisoned) if n % every == 0 else mention(str(n)) for n in range(1_000)]
    source = FakeSource([posts, [mention("the next page")]])
    result = await collect.round(source, keep="all")
    bad = len(range(0, 1_000, every))
    assert (result.new, result.skipped) == (1_001 - bad, bad)
    assert ledger.sources.skips("fake", limit=2_000)[-1].where == "item 0"
    assert "our own reader fails" in ledger.sources.skips("fake")[0].reason


async def test_a_store_that_fails_is_no_fault_of_a_mention(
    ledger: Ledger, collect: CollectMentions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk must not turn posts into skips."""

    def full(*_: object) -> list[Any]:
        raise StoreFull("the disk is full")

    monkeypatch.setattr(collect_mentions, "select_kept", full)
    with pytest.raises(StoreFull):
        await collect.round(FakeSource([[mention("1")]]))
    assert ledger.mentions.cursor("fake") is None


async def test_a_mention_that_cannot_be_read_or_kept_for_any_reason_is_left_out_alone(ledger: Ledger, collect: CollectMentions) -> None:
    """RULES F24, F26: one post that the ledger takes for an error must not keep its source on one page for ever."""
    for field in ("url", "channel", "platform", "native_id", "posted_at", "author", "flags"):
        odd: Any = {field: datetime(2026, 3, 2) if field == "posted_at" else object()}  # noqa: DTZ001 - the fault is that it has no zone
        posts = [mention(f"{field} a"), replace(mention("odd"), **odd), mention(f"{field} c")]
        result = await collect.round(FakeSource([posts, [mention(f"{field} d")]], source_id=field), keep="all")
        assert (result.error, result.new, result.skipped) == (None, 3, 1), field
        assert all(ledger.mentions.find(mention(f"{field} {name}").key) for name in "acd"), field
        assert ledger.mentions.cursor(field) == "2", field


def test_a_delivery_in_which_one_mention_cannot_be_read_is_kept_but_for_that_one(ledger: Ledger) -> None:
    """RULES F24: a platform sends a delivery again for days that it thinks we did not get, and a hundred others stand in it."""
    receive = ReceiveMentions(ledger, (), keep={"hook": "all"}, clock=ManualClock(NOON))
    poisoned: Any = {"text": None}, {"url": object()}
    found = tuple(replace(mention(str(n)), **(poisoned[n] if n < 2 else {})) for n in range(100))
    for _ in range(2):
        receive.take("hook", Page(mentions=found, next=None))
    assert ledger.mentions.count() == 98
    assert {one.where for one in ledger.sources.skips("hook")} == {"item 0", "item 1"}


BAIT = {
    "long": "@s t r o o m w e r k " * 500_000,
    "marks in no order": "a" + "\u0300\u0316" * 250_000,
    "points": "\u05d0" + "\u05b0\u05bc\u05b4" * 170_000,
    "one sign that is eighteen": "\ufdfa" * 500_000,
    "signs without a blank": "\u6f22\u5b57" * 100_000,
    "quotes that open": "[quote" * 83_000,
}


async def test_no_text_of_any_length_or_kind_holds_up_the_others(ledger: Ledger) -> None:
    """RULES F24: five seconds for one item from page to search, though it is bait for whatever we read texts with.

    Marks in no order took minutes, in which no other thread ran: the queue stood still too.
    """
    settings = ListenerSettings.model_validate({"brands": [{"name": "Stroomwerk"}]})
    analyse = new_analysis(settings, ledger, None, HashedEmbedder())
    collect = CollectMentions(ledger, brand_queries(settings), clock=ManualClock(NOON))
    for name, text in BAIT.items():
        began = time.process_time()
        await collect.round(FakeSource([[mention(name, text, title=text), mention(f"beside {name}")]], source_id=name), keep="all")
        analyse.once()
        kept = ledger.mentions.find(mention(name).key)
        assert kept is not None
        search_text(kept.mention.text)
        assert time.process_time() - began < 5, name
        assert len(kept.mention.text) == min(len(text), MOST_CHARACTERS)
        assert (len(kept.mention.title), "cut" in kept.mention.flags) == (MOST_IN_A_TITLE, True)
    assert ledger.analyses.analysed_count() == 2 * len(BAIT)


async def test_a_burst_on_many_sources_at_once_arrives_whole(ledger: Ledger, collect: CollectMentions) -> None:
    """RULES F23: all write into one ledger, in turn; none is told that it is busy."""

    def posts(source: int) -> list[list[Mention]]:
        return [[mention(f"{source}-{page}-{n}") for n in range(5)] for page in range(5)]

    sources = [FakeSource(posts(n), source_id=f"s{n}") for n in range(10)]
    results = await asyncio.gather(*(collect.round(one, keep="all") for one in sources))
    assert [one.error for one in results] == [None] * 10
    assert ledger.mentions.count() == 10 * 5 * 5
