"""A dashboard counted over insight: the same for the whole house and, given a `BrandInsight`, for somebody of some brands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

import duckdb
import numpy as np

from listener.insight.buckets import clock_days_before
from listener.insight.moments import naive
from listener.insight.store import Insight
from moderation.insight.sql import query, rows
from moderation.model.dashboard import DashboardQuestion, PeriodTotals

_EVERYTHING = -1
"""Stands for no issue in particular: issues are counted from 1."""
MOST_DRAWN = 6
"""So many issues have their days counted: what stands side by side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A period that ends at `as_of`, the one before it, and the local midnights that their days begin at."""

    as_of: datetime
    from_at: datetime
    before_from: datetime
    before_to: datetime
    starts: tuple[datetime, ...]
    before_starts: tuple[datetime, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueCount:
    issue_id: int
    mentions: int
    before: int
    people: int
    negative: int
    days: tuple[int, ...] = ()
    days_before: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardCounts:
    """All that insight counts for one dashboard, from one moment."""

    totals: PeriodTotals
    before: PeriodTotals
    days: tuple[int, ...]
    days_before: tuple[int, ...]
    issues: tuple[IssueCount, ...]
    offers: Mapping[str, Mapping[str, int]]


def stretch_of(now: datetime, days: int, zone: tzinfo) -> Stretch:
    """Return the last `days` days on the clock of `zone`, today up to `now`, and the days before that, cut at the same hour.

    So a morning is compared with a morning, not with a whole day.
    """
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0).astimezone(UTC)
    starts = tuple(clock_days_before(midnight, back, zone) for back in reversed(range(days)))
    before = tuple(clock_days_before(start, days, zone) for start in starts)
    before_to = clock_days_before(now, days, zone)
    return Stretch(
        as_of=now.astimezone(UTC), from_at=starts[0], before_from=before[0], before_to=before_to, starts=starts, before_starts=before
    )


class DashboardInsight:
    """Counts dashboards. A period holds what was posted after its first moment, up to and including its last."""

    def __init__(self, insight: Insight) -> None:
        self._insight = insight

    def count(self, asked: DashboardQuestion, stretch: Stretch) -> DashboardCounts:
        """Return the counts of a question over a stretch; its `brands` are those of the insight this was made with."""
        moments = {name: naive(getattr(stretch, name)) for name in ("from_at", "as_of", "before_from", "before_to")}
        narrowed = {"channel": asked.channel, "language": asked.language, "brand": asked.brand}
        with self._insight.asking() as cursor:
            cursor.execute(query("dashboard_fact"), {**moments, **narrowed})
            totals = {
                bool(row[0]): PeriodTotals(**dict(zip(PeriodTotals.__slots__, row[1:], strict=True)))
                for row in rows(cursor, "dashboard_totals")
            }
            found = rows(cursor, "dashboard_issues")
            days = _days(cursor, stretch, [row[0] for row in found[:MOST_DRAWN]])
            offers: dict[str, dict[str, int]] = {"brand": {}, "channel": {}, "language": {}}
            for field, value, mentions in rows(cursor, "dashboard_offers", {name: moments[name] for name in ("from_at", "as_of")}):
                offers[field][value] = mentions
        return DashboardCounts(
            totals=totals.get(True, PeriodTotals()),
            before=totals.get(False, PeriodTotals()),
            days=days[None][0],
            days_before=days[None][1],
            issues=tuple(_issue(row, *days.get(row[0], ((), ()))) for row in found),
            offers=offers,
        )

    def which(self, asked: DashboardQuestion, stretch: Stretch, figure: str, *, skip: int = 0, most: int = 50) -> tuple[list[int], int]:
        """Return a page of the mentions that a figure of the period counted, newest first, and how many there are."""
        given = {"from_at": naive(stretch.from_at), "as_of": naive(stretch.as_of), "figure": figure, "skip": skip, "most": most}
        narrowed = {"channel": asked.channel, "language": asked.language, "brand": asked.brand}
        with self._insight.asking() as cursor:
            found = rows(cursor, "dashboard_which", {**given, **narrowed})
        return [row[0] for row in found], int(found[0][1]) if found else 0


def _issue(row: Sequence[Any], days: tuple[int, ...], before: tuple[int, ...]) -> IssueCount:
    return IssueCount(issue_id=row[0], mentions=row[1], before=row[2], people=row[3], negative=row[4], days=days, days_before=before)


def _days(
    cursor: duckdb.DuckDBPyConnection, stretch: Stretch, issues: Sequence[int]
) -> Mapping[int | None, tuple[tuple[int, ...], tuple[int, ...]]]:
    """Return mentions a day of the period, and of the one before it: of everything under None, and of each of `issues`."""
    size = len(stretch.starts)
    ends = [*stretch.before_starts[1:], stretch.before_to, *stretch.starts, stretch.as_of]
    # between the two periods lies a stretch that is in neither: the rest of the day that is cut off
    edges = np.array([naive(end) for end in ends], dtype="datetime64[us]")
    found = cursor.execute(query("dashboard_quarters"), {"issues": list(issues)}).fetchnumpy()
    places = np.searchsorted(
        edges, found["begins_at"].astype("datetime64[us]"), side="right"
    )  # the first end that lies after its beginning
    asked = np.ma.filled(found["issue_id"], _EVERYTHING)
    counts = {}
    for one in (None, *issues):
        mine = asked == (_EVERYTHING if one is None else one)
        counts[one] = np.bincount(places[mine], weights=found["mentions"][mine], minlength=len(ends)).astype(int).tolist()
    return {one: (tuple(some[size + 1 :]), tuple(some[:size])) for one, some in counts.items()}
