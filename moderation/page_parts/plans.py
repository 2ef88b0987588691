"""What the pages about the channel grid and about the matrix's rules are fed with."""

from __future__ import annotations

from datetime import timedelta

from moderation.inbox.plan_parts import PlanParts
from moderation.inbox.scope import Brands
from moderation.ledger.grid import MatrixLedger
from moderation.ledger.issue_places import IssuePlaceLedger
from moderation.model.grid import GridFigures
from moderation.page_parts.issues import Figures
from moderation.parts import Desk
from moderation.workflows.count_grid import grid_as_it_is
from moderation.workflows.keep_matrix import KeepMatrix


def plan_parts(desk: Desk, figures: Figures) -> PlanParts:
    """Return the pages' parts over an open desk."""
    engine, known = desk.ledger.engine, desk.knowledge

    def as_it_is(brands: Brands, days: int) -> GridFigures:
        now = desk.clock.now()
        until = now + timedelta(seconds=1)
        return grid_as_it_is(known.words, known.grids.history(), since=now - timedelta(days=days), until=until, brands=brands)

    return PlanParts(
        grids=known.grids,
        matrix=KeepMatrix(MatrixLedger(engine), desk.clock),
        figures=as_it_is,
        signs=figures.signs,
        by_hand=IssuePlaceLedger(engine).all,
        titles=desk.ledger.issues.titles,
    )
