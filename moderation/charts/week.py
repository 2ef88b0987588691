"""The charts of a weekly report, from its figures: the same that the dashboard draws of now. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from moderation.charts.compared import compared
from moderation.charts.dashboard import clock_rows, figure_of, grid_cells
from moderation.charts.grid import grid
from moderation.charts.look import NARROW, Look
from moderation.charts.matrix import matrix
from moderation.charts.shares import shares
from moderation.charts.stacked import clocks, feelings
from moderation.charts.trend import trend
from moderation.model.chart import Chart, Compared, Feelings, MatrixPoint, Series, ShareRow, Widths
from moderation.model.feedback import Figure
from moderation.model.shares import Part
from moderation.model.week_report import Growth, IssueWeek, WeekFigures
from moderation.reports.feedback import BARE_BENCHMARK, WITHIN_BENCHMARK
from moderation.reports.say import FEW, Say
from moderation.reports.shown import Shown

MOST_PAINFUL = 3
MOST_COMPARED = 10

Make = Callable[[Look], Chart]
Told = tuple[str, Part, str, tuple[float, float] | None]
"""A share: the key of its words, what was counted, what it is a share of, and what others report."""


def week_charts(shown: Shown, say: Say, look: Look) -> Mapping[str, Widths]:
    """Return the charts that have something to show, by the name of what they are about."""
    small = replace(look, width=NARROW)
    return {name: Widths(partial(make, look), partial(make, small)) for name, there, make in _charts(shown, say) if there}


def _charts(shown: Shown, say: Say) -> Iterator[tuple[str, bool, Make]]:
    """Yield each chart's name, whether there is anything to show, and what makes it."""
    figures, value = shown.figures, shown.figures.value
    told = [one for one in figures.issues if one.contacts]
    worst, most = ([_compared(shown, one, say) for one in some] for some in (shown.painful[:MOST_PAINFUL], told[:MOST_COMPARED]))
    placed = [one for one in told if not one.hidden and one.mentions]
    points = [MatrixPoint(title=_title(shown, one), quadrant=one.quadrant, mentions=one.mentions) for one in placed]
    felt = Feelings(first=value.first, last=value.last, better=value.better.did, worse=value.worse.did)
    yield "days", any(figures.days), lambda look: trend(_days(figures), look)
    yield "hurts", bool(worst), lambda look: compared(worst, look)
    yield "issues", bool(most), lambda look: compared(most, look)
    yield "matrix", bool(points), lambda look: matrix(points, look)
    yield "grid", any(one.contacts for one in figures.grid), lambda look: grid(list(grid_cells(figures.grid, look)), look)
    contacts = _contacts(figures)
    yield "unneeded", _known(contacts), lambda look: shares(_rows(contacts, look), look)
    yield "value", any((*value.first.values(), *value.last.values())), lambda look: feelings(felt, look)
    due = [one for one in figures.clocks if one.kept.of]
    yield "kept", bool(due), lambda look: clocks(list(clock_rows(due, look, lambda name: name)), look)
    rates = _rates(figures)
    yield "feedback", _known(rates), lambda look: shares(_rows(rates, look), look)


def _days(figures: WeekFigures) -> Series:
    """Return the days of the week beside those of the week before, of which nothing is shown where nobody listened."""
    half = len(figures.days) // 2
    before = figures.days[:half] if figures.unknown.known_before > 0 else ()
    return Series(title="", counts=figures.days[half:], before=before, ends_at=figures.to_at)


def _title(shown: Shown, one: IssueWeek) -> str:
    return shown.title(one.issue_id)[0].text


def _compared(shown: Shown, one: IssueWeek, say: Say) -> Compared:
    """Return an issue's contacts of both weeks, beside them what they cost, or how it grows where no cost is set."""
    cost, unknown = shown.figures.cost_per_contact, one.growth is Growth.UNKNOWN
    note = say.money(one.contacts * cost) if cost else "" if unknown else say.word(f"growth.word.{one.growth.value}")
    return Compared(label=_title(shown, one), now=one.contacts, before=None if unknown else one.before, note=note)


def _contacts(figures: WeekFigures) -> tuple[Told, ...]:
    unneeded, searched = figures.unneeded, figures.searched
    return (
        ("text_unnecessary", unneeded.text, "messages", None),
        ("marks_unnecessary", unneeded.marks, "contacts", None),
        ("feedback_avoidable", unneeded.feedback, "answers", None),
        ("text_searched", searched.text, "messages", None),
        ("feedback_searched", searched.feedback, "answers", None),
    )


def _rates(figures: WeekFigures) -> tuple[Told, ...]:
    asked = figures.feedback
    return (
        ("answered", asked.answered, "people", None),
        ("within", asked.within, "people", WITHIN_BENCHMARK),
        ("bare", asked.bare, "people", BARE_BENCHMARK),
    )


def _known(told: tuple[Told, ...]) -> bool:
    return any(share.of >= FEW for _, share, _, _ in told)


def _rows(told: tuple[Told, ...], look: Look) -> list[ShareRow]:
    """Return shares as they are drawn: what the report calls too few to go by is no dot."""
    return [
        ShareRow(
            label=look.text(f"share.{name}"),
            figure=figure_of(share) if share.of >= FEW else Figure(n=share.of),
            benchmark=benchmark,
            unit=unit,
        )
        for name, share, unit, benchmark in told
    ]
