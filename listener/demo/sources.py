"""Simulated sources: the scenario, shown page by page as its clock goes on."""

from __future__ import annotations

from listener.demo.plan import PLACES
from listener.demo.scenario import DemoEvent, Scenario
from listener.errors import SourceRefused
from listener.model.page import Cursor, Page
from listener.ports import Clock

MOST_PER_PAGE = 100


class DemoSource:
    """One source of the scenario, obeying the `Source` port. It never fails and never forgets.

    The cursor is the number of this source's events already shown. A post and its removal may share a page; the removal is later.
    """

    def __init__(self, source_id: str, kind: str, scenario: Scenario, clock: Clock) -> None:
        self._source_id = source_id
        self.kind = kind
        self._clock = clock
        self._events: tuple[DemoEvent, ...] = tuple(event for event in scenario.events if event.source_id == source_id)

    @property
    def source_id(self) -> str:
        return self._source_id

    async def pull(self, cursor: Cursor | None) -> Page:
        """Return up to 100 events after `cursor` that have happened by now. Raises SourceRefused for a cursor of something else."""
        begin = self._position(cursor)
        now = self._clock.now()
        end = begin
        while end < len(self._events) and end - begin < MOST_PER_PAGE and self._events[end].at <= now:
            end += 1
        shown = self._events[begin:end]
        return Page(
            mentions=tuple(event.mention for event in shown if event.mention is not None),
            removals=tuple(event.removal for event in shown if event.removal is not None),
            next=Cursor(str(end)),
            more=end < len(self._events) and self._events[end].at <= now,
        )

    async def aclose(self) -> None:
        """Nothing is held open."""

    def _position(self, cursor: Cursor | None) -> int:
        if cursor is None:
            return 0
        if not cursor.isascii() or not cursor.isdigit() or int(cursor) > len(self._events):
            raise SourceRefused(
                f"source {self._source_id!r} of the demo does not know the position {cursor[:40]!r}; start the demo on a fresh home"
            )
        return int(cursor)


def demo_sources(scenario: Scenario, clock: Clock) -> tuple[DemoSource, ...]:
    """Return every source of the scenario, in a fixed order."""
    return tuple(DemoSource(place.source_id, place.platform, scenario, clock) for place in PLACES)
