"""The charts of a dashboard, from its figures: the same that the weekly report draws of a week. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from moderation.charts.coverage import coverage
from moderation.charts.grid import grid
from moderation.charts.look import Look, earlier
from moderation.charts.matrix import matrix
from moderation.charts.several import several
from moderation.charts.shares import shares
from moderation.charts.stacked import clocks, feelings
from moderation.charts.trend import trend
from moderation.model.chart import Chart, ClockRow, Feelings, GridCell, MatrixPoint, Series, ShareRow
from moderation.model.dashboard import DashboardFigures
from moderation.model.feedback import Figure, Rate
from moderation.model.shares import Part
from moderation.model.week_report import CellWeek
from moderation.model.week_work import ClockWeek

MOST_IN_MATRIX = 40

Named = Callable[[str], str]
"""Gives the shown name of a platform."""


def dashboard_charts(figures: DashboardFigures, look: Look, *, platform: Named) -> Iterator[tuple[str, Chart]]:
    """Yield (the section a chart stands in, the chart), in the order of the page. Coverage only where sources may be told of."""
    yield "trend", trend(_series(figures, look, "", figures.days, figures.days_before), look)
    drawn = [one for one in figures.issues if one.days]
    yield "issues", several([_series(figures, look, one.title, one.days, one.days_before) for one in drawn], look)
    placed = [one for one in figures.issues if one.quadrant is not None and one.mentions][:MOST_IN_MATRIX]
    points = [MatrixPoint(title=one.title, quadrant=one.quadrant, mentions=one.mentions) for one in placed if one.quadrant is not None]
    yield "matrix", matrix(points, look)
    yield "contacts", shares(list(_contacts(figures, look)), look)
    yield "reviews", shares(list(_rates(figures, look)), look)
    value = figures.value
    felt = Feelings(first=value.first, last=value.last, better=value.better.did, worse=value.worse.did)
    yield "feelings", feelings(felt, look)
    yield "clocks", clocks(list(clock_rows(figures.clocks, look, platform)), look)
    yield "grid", grid(list(grid_cells(figures.grid, look)), look)
    if figures.coverage is not None:
        yield "coverage", coverage(figures.coverage, look)


def figure_of(part: Part) -> Figure:
    """Return a part as a share with its interval; without anything to divide by there is none."""
    if part.of == 0 or part.low is None or part.high is None:
        return Figure(n=part.of)
    return Figure(n=part.of, value=part.did / part.of, low=part.low, high=part.high)


def _series(figures: DashboardFigures, look: Look, title: str, days: tuple[int, ...], before: tuple[int, ...]) -> Series:
    before = before if figures.question.compare else ()
    return Series(title=title, counts=days, before=before, ends_at=earlier(figures.starts[-1], -24, look.zone))


def _contacts(figures: DashboardFigures, look: Look) -> Iterator[ShareRow]:
    scores = figures.feedback.all
    yield ShareRow(label=look.text("share.text_unnecessary"), figure=figures.unnecessary, unit="messages")
    yield ShareRow(label=look.text("share.marks_unnecessary"), figure=figure_of(figures.marks), unit="contacts")
    yield ShareRow(label=look.text("share.feedback_avoidable"), figure=scores.avoidable)
    yield ShareRow(label=look.text("share.text_searched"), figure=figures.searched, unit="messages")
    yield ShareRow(label=look.text("share.feedback_searched"), figure=scores.searched_first)


def _rates(figures: DashboardFigures, look: Look) -> Iterator[ShareRow]:
    def row(name: str, rate: Rate | None) -> Iterator[ShareRow]:
        if rate is not None:
            benchmark = (rate.benchmark_low, rate.benchmark_high)
            yield ShareRow(label=look.text(f"share.{name}"), figure=rate.share, benchmark=benchmark, unit="people")

    yield ShareRow(label=look.text("share.answered"), figure=figures.feedback.answered, unit="people")
    yield from row("within", figures.feedback.within_feedback)
    yield from row("bare", figures.feedback.bare)


def clock_rows(kept: Sequence[ClockWeek], look: Look, platform: Named) -> Iterator[ClockRow]:
    """Yield each kind of wait on each platform."""
    for one in kept:
        label = f"{platform(one.platform)}, {look.text(f'clock.{one.kind.value}')}"
        yield ClockRow(label=label, kept=one.kept.did, missed=one.kept.of - one.kept.did)


def grid_cells(cells: Sequence[CellWeek], look: Look) -> Iterator[GridCell]:
    """Yield each cell of the channel grid with its names as the chart's language has them."""
    for one in cells:
        kind = look.words.get(f"kind.{one.channel}", one.channel)
        yield GridCell(
            contact_type=one.shown.get(look.language, one.contact_type),
            channel=kind,
            planned=look.text(f"way.{one.way.value}"),
            contacts=one.contacts,
            followed=one.followed.did,
        )
