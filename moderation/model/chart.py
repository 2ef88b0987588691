"""Figures that can be drawn, and a drawing: what it shows as a picture, in one sentence, and as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from moderation.model.feedback import Figure
from moderation.model.matrix import Quadrant


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A chart's numbers as text, written as the chart's language writes them. The first column names the row."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A drawing in one language; with `nothing` there is nothing to see in it, and its sentence says so.

    `spec` is Vega-Lite; `alt` says what it shows with its most important number; `table` holds its numbers. `alt` and `table` are plain
    text on one line a cell, not markup: whoever shows them escapes them.
    """

    name: str
    language: str
    spec: Mapping[str, Any]
    alt: str
    table: Table
    nothing: bool = False


class Widths:
    """One chart for a page or the width of a sheet of paper, and for a telephone or half a sheet; each made when it is first looked at."""

    def __init__(self, wide: Callable[[], Chart], narrow: Callable[[], Chart]) -> None:
        self._wide = wide
        self._narrow = narrow

    @cached_property
    def wide(self) -> Chart:
        return self._wide()

    @cached_property
    def narrow(self) -> Chart:
        return self._narrow()


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Counts of one thing, oldest first, the last one ending at `ends_at`; `before` as many counts of the period before, or none.

    An empty `title` stands for everything together.
    """

    title: str
    counts: tuple[int, ...]
    ends_at: datetime
    bucket_hours: float = 24.0
    before: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A count of one thing now and before; `before` None: nobody knows. `note` is what else is told of it, short."""

    label: str
    now: int
    before: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixPoint:
    """One issue in the value-irritant matrix."""

    title: str
    quadrant: Quadrant
    mentions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GridCell:
    """One cell of the channel grid, its names as the chart's language has them: what is planned, and how many contacts went that way."""

    contact_type: str
    channel: str
    planned: str
    contacts: int
    followed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRow:
    """A share from 0 to 1 with its interval; `benchmark` is the range that others report, when there is one.

    `unit` is what it is a share of: answers, messages, contacts or people.
    """

    label: str
    figure: Figure
    benchmark: tuple[float, float] | None = None
    unit: str = "answers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a count would have been without the change: the estimate and its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A count around an improvement action. `expected` belongs to the last counts of `series`, one each; empty when nobody can say.

    `total` is what those counts together would have been: its interval is narrower than the sum of theirs.
    """

    series: Series
    changed_at: datetime
    expected: tuple[Expected, ...] = ()
    total: Expected | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feelings:
    """Conversations by the sentiment of their first message and of their last (positive, neutral, negative), and how many turned."""

    first: Mapping[str, int]
    last: Mapping[str, int]
    better: int
    worse: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRow:
    """One kind of clock: how many were met, missed, and are still running."""

    label: str
    kept: int
    missed: int
    running: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One source over a period: when it saw nothing, and since when we read it (None: before the period)."""

    label: str
    blind: tuple[tuple[datetime, datetime], ...] = ()
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What sources saw between two moments."""

    from_at: datetime
    to_at: datetime
    sources: tuple[Watched, ...]
