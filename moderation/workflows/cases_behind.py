"""Which cases a figure of the weekly report counted: cards, marks, waits and cells of the channel grid."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from moderation.ledger.week_cases import WeekCaseLedger
from moderation.ledger.week_facts import WeekFacts
from moderation.model.card import Card, CardPart
from moderation.reports.week import Week
from moderation.triage.clock_figures import due_waits
from moderation.workflows.count_grid import contacts_in_grid
from moderation.workflows.count_week_work import waits_around
from moderation.workflows.week_parts import WeekParts

Behind = list[tuple[int, str]]
"""Cases with a word about each: a wait was "kept" or "late", else nothing. One with two waits stands there twice."""

CARDS: Mapping[str, Callable[[Card], bool]] = {
    "closed": lambda _: True,
    "need": lambda card: card.filled[CardPart.NEED],
    "fed": lambda card: card.filled[CardPart.FEEDBACK],
    "known": lambda card: card.filled[CardPart.KNOWLEDGE],
    "better": lambda card: card.turned > 0,
    "worse": lambda card: card.turned < 0,
}
MARKS = {"marked": "yes", "unsure": "unsure"}
CASE_FIGURES = (*CARDS, *MARKS, "waits", "cell")


def cases_behind(parts: WeekParts, week: Week, figure: str) -> Behind | None:
    """Return the cases that a figure counted, by number; None for a figure that counts no cases, a cell or a clock that had none.

    `figure` is one of `CARDS` or `MARKS`, "waits" (each that was due) or "waits-<platform>-<kind>", or "cell-<type>-<kind of place>".
    """
    name, _, of = figure.partition("-")
    if figure in CARDS or figure in MARKS:
        return [(one, "") for one in _talks(parts, week, figure)]
    found = _waits(parts, week, of) if name == "waits" else _cell(parts, week, of) if name == "cell" else None
    return found or (None if of else found)


def _talks(parts: WeekParts, week: Week, figure: str) -> list[int]:
    engine = parts.listening.ledger.engine
    cases = WeekCaseLedger(engine)
    if figure in MARKS:
        talks = cases.marked(week.from_at, week.as_of, parts.brands, MARKS[figure])
    else:
        closed = WeekFacts(engine).closed(week.from_at, week.as_of, parts.brands)
        talks = [talk for talk, card in zip(closed, parts.cards.cards_of(closed), strict=True) if CARDS[figure](card)]
    return sorted(cases.cases_of(talks).values())


def _waits(parts: WeekParts, week: Week, of: str) -> Behind:
    due = due_waits(
        waits_around(parts, week), hours=parts.clocks.hours(), targets=parts.clocks.targets, from_at=week.from_at, until=week.as_of
    )
    mine = [(wait, kept) for wait, kept in due if of in ("", f"{wait.platform}-{wait.kind.value}")]
    return sorted((wait.case_id, "kept" if kept else "late") for wait, kept in mine)


def _cell(parts: WeekParts, week: Week, of: str) -> Behind | None:
    contacts = contacts_in_grid(parts.words, parts.grid, since=week.from_at, until=week.as_of, brands=parts.brands)
    return sorted((one.case_id, "") for one in contacts if f"{one.row.name}-{one.channel}" == of) or None
