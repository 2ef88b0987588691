"""What the pages about the channel grid and about the matrix's rules are fed with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

from moderation.charts.grid import grid
from moderation.charts.look import NARROW, WIDE, Look
from moderation.inbox.dashboard_parts import DrawnChart
from moderation.inbox.plan_parts import PlanParts
from moderation.inbox.scope import Brands
from moderation.ledger.grid import MatrixLedger
from moderation.ledger.issue_places import IssuePlaceLedger
from moderation.model.chart import Chart, GridCell
from moderation.model.grid import GridFigures
from moderation.page_parts.drawn import drawn_chart
from moderation.page_parts.issues import Figures
from moderation.page_parts.words import words_for
from moderation.parts import Desk
from moderation.workflows.count_grid import grid_as_it_is, last_days
from moderation.workflows.draw_charts import DrawCharts
from moderation.workflows.keep_matrix import KeepMatrix


def plan_parts(desk: Desk, figures: Figures, draw: DrawCharts | None = None) -> PlanParts:
    """Return the pages' parts over an open desk. Without `draw` there is no chart."""
    engine, known = desk.ledger.engine, desk.knowledge

    def as_it_is(brands: Brands, days: int) -> GridFigures:
        since, until = last_days(days, desk.clock.now())
        return grid_as_it_is(known.words, known.grids.history(), since=since, until=until, brands=brands)

    return PlanParts(
        grids=known.grids,
        matrix=KeepMatrix(MatrixLedger(engine), desk.clock),
        figures=as_it_is,
        drawn=lambda found, language: grid_drawn(found, language, draw) if draw else None,
        signs=figures.signs,
        by_hand=IssuePlaceLedger(engine).all,
        titles=desk.ledger.issues.titles,
    )


def grid_drawn(figures: GridFigures, language: str, draw: DrawCharts) -> DrawnChart:
    """Return the grid as planned and as it went, drawn for a wide and for a narrow page."""
    look = Look(language=language, words=words_for(language, "charts"), zone=UTC, width=WIDE)
    wide, narrow = (_chart(figures, one) for one in (look, replace(look, width=NARROW)))
    return drawn_chart("grid", wide, narrow, draw)


def _chart(figures: GridFigures, look: Look) -> Chart:
    cells = [
        GridCell(
            contact_type=row.shown.get(look.language, row.name),
            channel=look.words.get(f"kind.{one.channel}", one.channel),
            planned=look.text(f"way.{one.way.value}"),
            contacts=one.contacts,
            followed=one.as_advised,
        )
        for row in figures.types
        for one in row.cells
    ]
    return grid(cells, look)
