"""Which of a source's places are lost, and when they were, is kept in the ledger with its pages; when all are, the source is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from listener.clock import ManualClock
from listener.errors import SourceRefused
from listener.ledger.ledger import Ledger
from listener.ledger.tables_sources import source_event
from listener.model.figures import LostStretch
from listener.model.page import Cursor, LostPlace, Page
from listener.sources.purse import Purse
from listener.workflows.collect_mentions import CollectMentions
from tests.fakes.source import mention
from tests.listener.workflows.conftest import NOON

HOUR = timedelta(hours=1)
GEHEIM = LostPlace(name="r/geheim", since=NOON, why="It is private.", cause="forbidden")
KLUSSEN = LostPlace(name="r/klussen", since=NOON + HOUR, why="It was banned.", cause="not_found")


class Telling:
    """A source whose next page says that these places are lost."""

    source_id = "reddit"

    def __init__(self) -> None:
        self.lost: tuple[LostPlace, ...] = ()
        self.all_lost = False
        self.pages = self._pages()

    def _pages(self) -> Iterator[Page]:
        number = 0
        while True:
            number += 1
            yield Page(mentions=(mention(str(number)),), next=Cursor(str(number)), lost=self.lost, all_lost=self.all_lost)

    async def pull(self, cursor: Cursor | None) -> Page:
        del cursor
        return next(self.pages)

    async def aclose(self) -> None:
        """Nothing to let go of."""


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def collect(ledger: Ledger, clock: ManualClock) -> CollectMentions:
    return CollectMentions(ledger, (), clock=clock)


def _lost(ledger: Ledger, clock: ManualClock, *, days: float = 7) -> tuple[LostStretch, ...]:
    (one,) = ledger.sources.coverage(clock.now(), since=clock.now() - timedelta(days=days))
    return one.lost


async def test_a_stretch_in_which_a_place_was_lost_is_kept(ledger: Ledger, collect: CollectMentions, clock: ManualClock) -> None:
    source = Telling()
    source.lost = (GEHEIM,)
    assert (await collect.round(source, keep="all")).lost == (GEHEIM,)
    clock.advance(HOUR)
    source.lost = (GEHEIM, KLUSSEN)
    await collect.round(source, keep="all")
    still = [LostStretch(place=one.name, since=one.since, until=None, why=one.why) for one in (GEHEIM, KLUSSEN)]
    assert list(_lost(ledger, clock)) == still
    assert ledger.sources.lost_now(["reddit"]) == {"reddit": tuple(still)}
    clock.advance(HOUR)
    source.lost = (KLUSSEN,)
    await collect.round(source, keep="all")
    now, was = _lost(ledger, clock)
    assert (was.place, was.since, was.until) == ("r/geheim", NOON, NOON + 2 * HOUR)
    assert now == still[1]
    (one,) = ledger.sources.coverage(clock.now())
    assert (one.state, one.gaps, one.is_well) == ("ok", 0, False)
    clock.advance(timedelta(days=8))
    assert list(_lost(ledger, clock)) == [still[1]], "what was over a week ago is told no longer, what lasts is"
    assert len(_lost(ledger, clock, days=9)) == 2


async def test_what_is_lost_for_months_is_noted_once(ledger: Ledger, collect: CollectMentions, clock: ManualClock) -> None:
    """Each page says it again; a list that fills with one line would push out all others."""
    source = Telling()
    source.lost = (GEHEIM,)
    for _ in range(20):
        await collect.round(source, keep="all")
        clock.advance(HOUR)
    assert len(_lost(ledger, clock)) == 1
    with ledger.engine.begin() as tx:
        assert tx.execute(select(func.count()).select_from(source_event)).scalar() == 1


async def test_what_comes_beside_pulls_says_nothing_of_places(ledger: Ledger, collect: CollectMentions, clock: ManualClock) -> None:
    """A stream or a look-up knows of no places: that it names none ends no stretch."""
    source = Telling()
    source.lost = (GEHEIM,)
    await collect.round(source, keep="all")
    await collect.beside("reddit", Page(mentions=(mention("7"),), next=None), keep="all", purse=Purse())
    assert [one.until for one in _lost(ledger, clock)] == [None]


async def test_a_source_of_which_every_place_is_lost_is_refused(ledger: Ledger, collect: CollectMentions, clock: ManualClock) -> None:
    """With where to go on: else only the place whose turn it was would ever be asked for again."""
    source = Telling()
    source.lost, source.all_lost = (GEHEIM, KLUSSEN), True
    result = await collect.round(source, keep="all")
    assert isinstance(result.error, SourceRefused)
    assert (result.error.cause, result.pages) == ("forbidden", 1)
    assert all(said in str(result.error) for said in ("r/geheim: It is private", "r/klussen: It was banned"))
    assert ledger.mentions.cursor("reddit") == "1"
    (one,) = ledger.sources.coverage(clock.now())
    assert (one.state, one.cause, len(one.lost_now)) == ("refused", "forbidden", 2)
    source.lost, source.all_lost = (KLUSSEN,), False
    clock.advance(HOUR)
    assert (await collect.round(source, keep="all")).error is None
    (one,) = ledger.sources.coverage(clock.now())
    assert (one.state, [each.place for each in one.lost_now], len(one.windows)) == ("ok", ["r/klussen"], 1)


async def test_a_mention_that_cannot_be_kept_ends_no_stretch(
    ledger: Ledger, collect: CollectMentions, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such a page is saved one by one, and that says nothing of places."""
    source = Telling()
    source.lost = (GEHEIM,)
    await collect.round(source, keep="all")
    add_page, calls = ledger.mentions.add_page, []

    def fails_whole(kept: object, **given: object) -> object:
        calls.append(given.get("lost"))
        if len(calls) == 1:
            raise ValueError("one of them cannot be kept")
        return add_page(kept, **given)  # type: ignore[arg-type]  # passed on as given

    monkeypatch.setattr(ledger.mentions, "add_page", fails_whole)
    clock.advance(HOUR)
    await collect.round(source, keep="all")
    assert calls == [(GEHEIM,), None, (GEHEIM,)]
    assert [(one.since, one.until) for one in _lost(ledger, clock)] == [(NOON, None)]
