"""What a dashboard is asked, and the figures it shows: counts and shares, the same in every language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from moderation.model.chart import Coverage
from moderation.model.feedback import FeedbackFigures, Figure
from moderation.model.matrix import Quadrant
from moderation.model.shares import Part
from moderation.model.week_report import CellWeek, ValueWeek
from moderation.model.week_work import ClockWeek


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardQuestion:
    """One look at the house: the last `days` days, today counted in, and the same stretch of time before that.

    `brands` are those that the reader sees, None for all; the others narrow to one, empty for all. `compare`: show the period before
    beside it.
    """

    brands: frozenset[str] | None = None
    brand: str = ""
    channel: str = ""
    language: str = ""
    days: int = 14
    compare: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodTotals:
    """One period in numbers, spam left out. `unnecessary` and `searched` are of the `directed` ones."""

    mentions: int = 0
    people: int = 0
    directed: int = 0
    unnecessary: int = 0
    searched: int = 0
    negative: int = 0
    neutral: int = 0
    positive: int = 0
    loose: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueNow:
    """One issue in the period; `days` are its mentions a day, oldest first, for the most spoken of, else empty; so is `days_before`."""

    issue_id: int
    title: str
    mentions: int
    before: int
    people: int
    negative: int
    quadrant: Quadrant | None = None
    days: tuple[int, ...] = ()
    days_before: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardFigures:
    """All that a dashboard shows. `starts` are the local midnights that the period's days begin at.

    `unnecessary` and `searched` are the shares of the directed messages that say so. `offers` tells what can be narrowed to, with mentions
    of the period: field → value → count. Everything below `offers` follows the brand and the period; `clocks` the channel too.
    `coverage` is None for somebody of some brands: sources are the whole house's.
    """

    question: DashboardQuestion
    as_of: datetime
    from_at: datetime
    before_from: datetime
    before_to: datetime
    starts: tuple[datetime, ...]
    totals: PeriodTotals
    before: PeriodTotals
    days: tuple[int, ...]
    days_before: tuple[int, ...]
    issues: tuple[IssueNow, ...]
    unnecessary: Figure
    searched: Figure
    offers: Mapping[str, Mapping[str, int]]
    marks: Part
    feedback: FeedbackFigures
    clocks: tuple[ClockWeek, ...]
    value: ValueWeek
    grid: tuple[CellWeek, ...]
    coverage: Coverage | None
