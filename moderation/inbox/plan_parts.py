"""What the pages about the channel grid and about the matrix's rules need from the rest of the product."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from moderation.inbox.dashboard_parts import DrawnChart
from moderation.inbox.issue_parts import IssueSigns
from moderation.inbox.scope import Brands
from moderation.model.grid import GridFigures
from moderation.workflows.keep_grid import KeepGrid
from moderation.workflows.keep_matrix import KeepMatrix


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanParts:
    """The plans belong to the house; figures and titles are those of the reader's brands. Every callable may block.

    - `grids`, `matrix`: what holds, and what people change of it.
    - `figures(brands, days)`: the grid as it is, of the last `days`. `drawn(figures, language)`: the same as a chart; None without one.
    - `signs(brands, days)`: causes and sentiments of each issue. `by_hand()`: issues that somebody put in a field themselves.
    - `titles(issue_ids)`: their titles.
    """

    grids: KeepGrid
    matrix: KeepMatrix
    figures: Callable[[Brands, int], GridFigures]
    drawn: Callable[[GridFigures, str], DrawnChart | None]
    signs: Callable[[Brands, int], IssueSigns]
    by_hand: Callable[[], Collection[int]]
    titles: Callable[[Sequence[int]], Mapping[int, str]]
