"""A simulated source keeps the promises of the `Source` port."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listener.clock import ManualClock
from listener.demo.scenario import DemoEvent, Scenario
from listener.demo.sources import MOST_PER_PAGE, DemoSource, demo_sources
from listener.errors import SourceRefused
from listener.model.mention import Mention, Removal
from listener.model.page import Cursor
from listener.ports import Source


def of_source(scenario: Scenario, source_id: str) -> list[DemoEvent]:
    return [event for event in scenario.events if event.source_id == source_id]


@pytest.fixture
def clock(scenario: Scenario) -> ManualClock:
    return ManualClock(scenario.start)


@pytest.fixture
def source(scenario: Scenario, clock: ManualClock) -> DemoSource:
    return DemoSource("x-search", "x", scenario, clock)


async def test_it_is_a_source(source: Source) -> None:
    assert source.source_id == "x-search"
    await source.aclose()
    await source.aclose()


async def test_nothing_is_shown_before_it_happens(source: DemoSource, clock: ManualClock, scenario: Scenario) -> None:
    clock.advance(timedelta(days=2))
    cursor: Cursor | None = None
    while True:
        page = await source.pull(cursor)
        assert all(mention.posted_at <= clock.now() for mention in page.mentions)
        cursor = page.next
        if not page.more:
            break
    happened = [event for event in of_source(scenario, "x-search") if event.at <= clock.now()]
    assert cursor == str(len(happened))


async def test_the_whole_fortnight_comes_through_once_and_in_order(source: DemoSource, clock: ManualClock, scenario: Scenario) -> None:
    """Pulled every six hours, as the demo does: no event is skipped and none comes twice."""
    cursor: Cursor | None = None
    shown: list[Mention] = []
    removed: list[Removal] = []
    while clock.now() < scenario.end:
        clock.advance(timedelta(hours=6))
        more = True
        while more:
            page = await source.pull(cursor)
            assert len(page.mentions) + len(page.removals) <= MOST_PER_PAGE
            shown += page.mentions
            removed += page.removals
            cursor, more = page.next, page.more
    events = of_source(scenario, "x-search")
    assert shown == [event.mention for event in events if event.mention is not None]
    assert removed == [event.removal for event in events if event.removal is not None]


async def test_caught_up_means_an_empty_page_with_the_same_cursor(source: DemoSource, clock: ManualClock, scenario: Scenario) -> None:
    clock.move_to(scenario.end)
    cursor = Cursor(str(len(of_source(scenario, "x-search"))))
    page = await source.pull(cursor)
    assert (page.mentions, page.removals, page.next, page.more) == ((), (), cursor, False)


async def test_a_page_may_be_pulled_again_after_a_crash(source: DemoSource, clock: ManualClock, scenario: Scenario) -> None:
    clock.move_to(scenario.end)
    assert await source.pull(Cursor("40")) == await source.pull(Cursor("40"))
    assert (await source.pull(None)).more


@pytest.mark.parametrize("cursor", ["", "x", "-1", "999999", '{"after": 3}', "٣"])
async def test_a_cursor_of_something_else_is_refused_with_advice(source: DemoSource, cursor: str) -> None:
    with pytest.raises(SourceRefused, match="fresh home"):
        await source.pull(Cursor(cursor))


async def test_all_sources_together_show_every_event(scenario: Scenario, clock: ManualClock) -> None:
    clock.move_to(scenario.end)
    count = 0
    for source in demo_sources(scenario, clock):
        cursor: Cursor | None = None
        more = True
        while more:
            page = await source.pull(cursor)
            count += len(page.mentions) + len(page.removals)
            cursor, more = page.next, page.more
    assert count == len(scenario.events)
