"""The charts of a weekly report, from its figures: the same that the dashboard draws of now. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

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
from moderation.model.week_report import Growth, IssueWeek, Part, WeekFigures
from moderation.reports.feedback import BARE_BENCHMARK, WITHIN_BENCHMARK
from moderation.reports.say import FEW, Say
from moderation.reports.shown import Shown

MOST_PAINFUL = 3
MOST_COMPARED = 10


def week_charts(shown: Shown, say: Say, look: Look) -> Mapping[str, Widths]:
    """Return the charts that have something to show, each for a wide and for a narrow place, by the name of what they are about."""
    wide, narrow = (dict(_charts(shown, say, one)) for one in (look, replace(look, width=NARROW)))
    return {name: Widths(wide=chart, narrow=narrow[name]) for name, chart in wide.items() if not chart.nothing}


def _charts(shown: Shown, say: Say, look: Look) -> Iterator[tuple[str, Chart]]:
    figures, value = shown.figures, shown.figures.value
    yield "days", trend(_days(figures), look)
    yield "hurts", compared([_compared(shown, one, say) for one in shown.painful[:MOST_PAINFUL]], look)
    told = [one for one in figures.issues if one.contacts]
    yield "issues", compared([_compared(shown, one, say) for one in told[:MOST_COMPARED]], look)
    placed = [one for one in told if not one.hidden and one.mentions]
    yield "matrix", matrix([MatrixPoint(title=_title(shown, one), quadrant=one.quadrant, mentions=one.mentions) for one in placed], look)
    yield "grid", grid(list(grid_cells(figures.grid, look)), look)
    yield "unneeded", shares(list(_contacts(figures, look)), look)
    yield "value", feelings(Feelings(first=value.first, last=value.last, better=value.better.did, worse=value.worse.did), look)
    yield "kept", clocks(list(clock_rows(figures.clocks, look, lambda name: name)), look)
    yield "feedback", shares(list(_rates(figures, look)), look)


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


def _contacts(figures: WeekFigures, look: Look) -> Iterator[ShareRow]:
    unneeded, searched = figures.unneeded, figures.searched
    rows: tuple[tuple[str, Part, str], ...] = (
        ("text_unnecessary", unneeded.text, "messages"),
        ("marks_unnecessary", unneeded.marks, "contacts"),
        ("feedback_avoidable", unneeded.feedback, "answers"),
        ("text_searched", searched.text, "messages"),
        ("feedback_searched", searched.feedback, "answers"),
    )
    for name, share, unit in rows:
        yield ShareRow(label=look.text(f"share.{name}"), figure=_figure(share), unit=unit)


def _rates(figures: WeekFigures, look: Look) -> Iterator[ShareRow]:
    asked = figures.feedback
    yield ShareRow(label=look.text("share.answered"), figure=_figure(asked.answered), unit="people")
    for name, share, benchmark in (("within", asked.within, WITHIN_BENCHMARK), ("bare", asked.bare, BARE_BENCHMARK)):
        yield ShareRow(label=look.text(f"share.{name}"), figure=_figure(share), benchmark=benchmark, unit="people")


def _figure(share: Part) -> Figure:
    """Return a share as it is drawn: what the report calls too few to go by is no dot."""
    return figure_of(share) if share.of >= FEW else Figure(n=share.of)
