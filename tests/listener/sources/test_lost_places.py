"""One of a source's places is gone, renamed, private or forbidden: the same promises of every source that reads several."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listener.clock import ManualClock
from listener.errors import SourceRefused
from listener.model.page import Cursor, Page
from listener.sources.http import HttpClient
from tests.fakes.places import RIGS, Rig
from tests.fakes.site import Site

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
MOST_PULLS = 60


@pytest.fixture(params=sorted(RIGS))
def rig(request: pytest.FixtureRequest, site: Site, http: HttpClient, clock: ManualClock) -> Rig:
    made: Rig = RIGS[request.param](site, http, clock)
    return made


class Reader:
    """Reads a rig's source round after round, as the schedule does; `found` are the ids that came, `page` the last page."""

    def __init__(self, rig: Rig, clock: ManualClock) -> None:
        self._source = rig.source()
        self._clock = clock
        self.cursor: Cursor | None = None
        self.found: set[str] = set()
        self.page = Page(mentions=(), next=None)

    async def round(self) -> list[Page]:
        pages: list[Page] = []
        while not pages or (pages[-1].more and not pages[-1].all_lost):
            assert len(pages) < MOST_PULLS, "the source says `more` for ever"
            pages.append(await self._source.pull(self.cursor))
            self.cursor = pages[-1].next
        self.found |= {one.native_id for page in pages for one in page.mentions}
        self.page = pages[-1]
        return pages

    async def rounds(self, stretch: timedelta, *, every: timedelta) -> None:
        for _ in range(stretch // every):
            self._clock.advance(every)
            await self.round()

    @property
    def lost(self) -> list[str]:
        return [one.name for one in self.page.lost]


@pytest.fixture
def reader(rig: Rig, clock: ManualClock) -> Reader:
    return Reader(rig, clock)


async def test_a_lost_place_takes_out_no_other_and_is_told_by_its_name(rig: Rig, reader: Reader, clock: ManualClock) -> None:
    """A renamed topic must not stop the forum; and nobody would look for what is missing unless it is named."""
    rig.closed = True
    elsewhere = rig.say_elsewhere(clock.now() - HOUR)
    unseen = rig.say(clock.now() - HOUR)
    pages = await reader.round()
    assert reader.found == {elsewhere}
    assert unseen not in reader.found
    (lost,) = reader.page.lost
    assert (lost.name, lost.since) == (rig.name, clock.now())
    assert lost.why
    assert not any(page.all_lost or page.gap for page in pages)
    since = clock.now()
    clock.advance(HOUR)
    later = rig.say_elsewhere(clock.now() - MINUTE)
    await reader.round()
    assert later in reader.found
    assert [(one.name, one.since) for one in reader.page.lost] == [(rig.name, since)]


async def test_a_lost_place_is_asked_for_less_and_less_often(rig: Rig, reader: Reader) -> None:
    """RULES F19: a source that is pulled every minute asks ten minutes later, then as long again as it is lost, at last once an hour."""
    rig.closed = True
    await reader.round()
    first = rig.asked
    assert first in (1, 2), "a place of which two listings are read is asked for each"
    await reader.rounds(9 * MINUTE, every=MINUTE)
    assert rig.asked == first
    await reader.rounds(timedelta(hours=12), every=5 * MINUTE)
    assert 12 * first <= rig.asked <= 18 * first


async def test_what_was_said_meanwhile_is_read_when_it_is_back(rig: Rig, reader: Reader, clock: ManualClock) -> None:
    """Also what is older than the look-back by then: that counts from when it was lost."""
    seen = rig.say(clock.now() - HOUR)
    await reader.round()
    assert seen in reader.found
    assert reader.lost == []
    rig.closed = True
    days = min(12.0, rig.keeps_days)
    said = set()
    for _ in range(int(days)):
        said.add(rig.say(clock.now() + HOUR))
        await reader.rounds(timedelta(days=1), every=6 * HOUR)
    assert not said & reader.found
    assert reader.lost == [rig.name]
    rig.closed = False
    await reader.rounds(3 * HOUR, every=HOUR)
    assert said <= reader.found
    assert reader.lost == []


async def test_a_place_that_was_never_shown_is_read_from_where_it_would_have_begun(rig: Rig, reader: Reader, clock: ManualClock) -> None:
    """Rights are often granted days after the settings were written."""
    days = min(12.0, rig.keeps_days / 2)
    said = {rig.say(clock.now() - min(timedelta(days=days), timedelta(days=6)))}
    rig.closed = True
    await reader.round()
    said.add(rig.say(clock.now() + HOUR))
    await reader.rounds(timedelta(days=int(days)), every=6 * HOUR)
    rig.closed = False
    await reader.rounds(3 * HOUR, every=HOUR)
    assert said <= reader.found
    assert reader.lost == []


async def test_a_key_that_ended_refuses_the_source_and_loses_no_place(rig: Rig, reader: Reader, clock: ManualClock) -> None:
    """One alarm for one key: that is no place's fault."""
    await reader.round()
    rig.revoke()
    clock.advance(HOUR)
    before = reader.cursor
    with pytest.raises(SourceRefused) as told:
        await reader.round()
    assert told.value.cause.startswith("token")
    assert reader.cursor == before
    assert reader.lost == []


@pytest.mark.parametrize("rig", sorted(RIGS.keys() - {"matrix"}), indirect=True)
async def test_when_every_place_is_lost_the_page_says_so(rig: Rig, reader: Reader, clock: ManualClock) -> None:
    """And the first one that is back is read, whichever it is. (In no room of Matrix at all the source itself is refused.)"""
    await reader.round()
    rig.closed = rig.both_closed = True
    clock.advance(HOUR)
    await reader.round()
    assert reader.page.all_lost
    assert len(reader.page.lost) == 2
    rig.closed = False
    back = rig.say(clock.now() + MINUTE)
    await reader.rounds(4 * HOUR, every=10 * MINUTE)
    assert back in reader.found
    assert not reader.page.all_lost
    assert len(reader.page.lost) == 1
