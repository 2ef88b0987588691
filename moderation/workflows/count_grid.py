"""How contacts went against the channel grid: per cell, how many there were and how many went as it advises."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from moderation.coach.words import any_in
from moderation.ledger.our_words import Contacted, OurWords
from moderation.model.advice import Way
from moderation.model.case import Ending
from moderation.model.grid import CellCount, ContactFacts, ContactType, Grid, GridFigures, GridHistory
from moderation.model.languages import LANGUAGES
from moderation.policy.grid import type_for
from moderation.reports.grid import grid_figures
from moderation.tone.spoken import spoken
from moderation.workflows.load_coach import load_coach_words

_MOMENT = timedelta(microseconds=1)
"""A stretch ends before its last moment; clocks of ledgers tell no less than this."""
_SILENT = frozenset({Ending.NO_ANSWER_NEEDED.value, Ending.SPAM.value, Ending.NOT_OURS.value})


def last_days(days: float, now: datetime) -> tuple[datetime, datetime]:
    """Return the stretch (from, until) that pages and commands count: so many days, and what happens at this very moment too."""
    return now - timedelta(days=days), now + _MOMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class GridContact:
    """A case that is done, in the cell that it came in with; `way` is what was done with it."""

    case_id: int
    row: ContactType
    channel: str
    way: Way


def contacts_in_grid(
    words: OurWords, grid: GridHistory, *, since: datetime, until: datetime, brands: Collection[str] | None = None
) -> Iterator[GridContact]:
    """Yield the contacts that `count_grid` counts, by case."""
    for one in words.contacts(since, until, brands=brands):
        then = grid.at(one.opened_at)
        yield GridContact(
            case_id=one.case_id, row=type_for(_facts(one), then), channel=then.kind_of(one.platform, private=one.private), way=_way(one)
        )


def count_grid(
    words: OurWords, grid: Grid | GridHistory, *, since: datetime, until: datetime, brands: Collection[str] | None = None
) -> tuple[CellCount, ...]:
    """Return every cell that had a contact which was answered or closed in this stretch, in the grid's order; retired types come last.

    A contact has the type that the grid gave it when it came in, and is measured against what was planned for that type then. It went
    private when our answer asks for a private message: what follows there is a contact of its own.
    """
    held = grid if isinstance(grid, GridHistory) else GridHistory(first=grid)
    went: dict[tuple[str, str], Counter[Way]] = defaultdict(Counter)
    rows = {row.name: row for row in held.now.types}
    for one in contacts_in_grid(words, held, since=since, until=until, brands=brands):
        rows.setdefault(one.row.name, one.row)
        went[one.row.name, one.channel][one.way] += 1
    return tuple(
        _cell(row.name, kind, cell.way, went[row.name, kind])
        for row in rows.values()
        for kind, cell in row.cells.items()
        if (row.name, kind) in went
    )


def grid_as_it_is(
    words: OurWords, grid: Grid | GridHistory, *, since: datetime, until: datetime, brands: Collection[str] | None = None
) -> GridFigures:
    """Return the grid as planned beside how contacts that were answered or closed in this stretch really went, with intervals.

    For the page, the weekly report and exports alike; `grid` is what `KeepGrid.history` gives. See `grid_figures` for the figures.
    """
    held = grid if isinstance(grid, GridHistory) else GridHistory(first=grid)
    known = {row.name for row in held.now.types}
    retired = {row.name: row for _, one in held.later for row in one.types if row.name not in known}
    retired |= {row.name: row for row in held.first.types if row.name not in known}
    counted = count_grid(words, held, since=since, until=until, brands=brands)
    return grid_figures(counted, held.now, retired=tuple(retired.values()), since=since, until=until)


def _cell(name: str, kind: str, way: Way, went: Counter[Way]) -> CellCount:
    followed = went[way] + (went[Way.LINK_KNOWLEDGE] if way is Way.ANSWER else 0)
    return CellCount(contact_type=name, channel=kind, way=way, contacts=went.total(), followed=followed, went=dict(sorted(went.items())))


def _way(one: Contacted) -> Way:
    if not one.answers or one.ending in _SILENT:
        return Way.STAY_SILENT
    if any(any_in(spoken(text), load_coach_words(language).private) for text in one.answers for language in LANGUAGES):
        return Way.GO_PRIVATE
    return Way.LINK_KNOWLEDGE if one.linked else Way.ANSWER


def _facts(one: Contacted) -> ContactFacts:
    return ContactFacts(
        platform=one.platform,
        causes=frozenset(value for name, value in one.labels if name == "cause"),
        personal_data=any(name == "personal_data" for name, _ in one.labels),
        spam=("spam", "yes") in one.labels,
        directed=one.directed,
        question=any(name == "question" for name, _ in one.labels),
        negative=("sentiment", "negative") in one.labels,
        private=one.private,
    )
