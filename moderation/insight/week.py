"""One week counted over insight: the same for the whole house and, given a `BrandInsight`, for somebody of some brands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import duckdb

from listener.insight.moments import aware, naive
from listener.insight.store import Insight
from moderation.insight.sql import query, rows
from moderation.reports.week import Week

Signs = Mapping[int, Mapping[tuple[str, str], int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The week in one row; every count but `spam` leaves spam out. `unnecessary` and `searched` are of the directed ones."""

    mentions: int
    before_mentions: int
    people: int
    spam: int
    directed: int
    unnecessary: int
    searched: int
    negative: int
    neutral: int
    positive: int
    contacts: int
    before_contacts: int
    loose: int
    nameless: int
    other_language: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueCount:
    """One issue in the week and the week before it. `first_at`: when it was first spoken of. `last_at`: None when the week has nothing."""

    issue_id: int
    contacts: int
    before: int
    people: int
    mentions: int
    negative: int
    felt: int
    last_at: datetime | None
    first_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One text under a label: its earliest mention of the week, how many mentions say it, and their issue."""

    mention_id: int
    issue_id: int | None
    mentions: int
    platform: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekCounts:
    """All that insight counts of one week, from one moment. `days`: mentions on each day of the week before, then of the week."""

    totals: Totals
    issues: tuple[IssueCount, ...]
    signs: Signs
    ideas: tuple[Remark, ...]
    compliments: tuple[Remark, ...]
    sources: Mapping[str, int]
    days: tuple[int, ...]


class WeekInsight:
    """Counts weeks. `up_to` is the newest mention a count may see, so that the same question gets the same answer later."""

    def __init__(self, insight: Insight) -> None:
        self._insight = insight

    def count(self, week: Week, *, up_to: int) -> WeekCounts:
        """Return the counts of a week."""
        given = {"to_at": naive(week.as_of), "up_to": up_to}
        with self._within(week, up_to) as asked:
            totals = Totals(**dict(zip(Totals.__slots__, rows(asked, "week_totals")[0], strict=True)))
            firsts = {row[0]: row[1] for row in rows(asked, "week_firsts")}
            issues = tuple(_issue(row, firsts) for row in rows(asked, "week_issues"))
            signs: dict[int, dict[tuple[str, str], int]] = {}
            for issue_id, name, value, mentions in rows(asked, "week_signs", given):
                signs.setdefault(issue_id, {})[name, value] = mentions
            ideas, compliments = _remarks(asked, "idea"), _remarks(asked, "compliment")
            sources = dict(rows(asked, "week_sources"))
            on_day = dict(rows(asked, "week_days"))
        days = tuple(on_day.get(1 + at, 0) for at in range(len(week.days)))
        return WeekCounts(totals=totals, issues=issues, signs=signs, ideas=ideas, compliments=compliments, sources=sources, days=days)

    def late(self, reported: Sequence[Week], *, known: int, up_to: int) -> dict[str, int]:
        """Return, by week, the mentions of reported weeks that came in after mention `known`, up to `up_to`."""
        given = {
            "periods": [one.name for one in reported],
            "starts": [naive(one.from_at) for one in reported],
            "ends": [naive(one.as_of) for one in reported],
            "known": known,
            "up_to": up_to,
        }
        with self._insight.asking() as asked:
            return dict(rows(asked, "week_late", given)) if reported else {}

    def written_since(self, week: Week, since: Mapping[int, datetime], *, up_to: int) -> dict[int, int]:
        """Return the mentions of the week about each of these issues from its own moment on; those without any are left out."""
        given = {"issue_ids": list(since), "since": [naive(moment) for moment in since.values()]}
        if not since:
            return {}
        with self._within(week, up_to) as asked:
            return dict(rows(asked, "week_written", given))

    def issue(self, week: Week, issue_id: int, *, up_to: int) -> IssueCount | None:
        """Return what one issue came to in the week and the week before it, None when nobody spoke of it."""
        with self._within(week, up_to) as asked:
            firsts = {row[0]: row[1] for row in rows(asked, "week_firsts")}
            return next((_issue(row, firsts) for row in rows(asked, "week_issues") if row[0] == issue_id), None)

    def around(self, issue_id: int, done_at: datetime, *, weeks: int, to_at: datetime, up_to: int) -> dict[int, int]:
        """Return contacts about an issue per week around `done_at`: -1 is the week before, 0 the one after; empty ones left out."""
        given = {
            "issue_id": issue_id,
            "done_at": naive(done_at),
            "from_at": naive(done_at - timedelta(weeks=weeks)),
            "to_at": naive(min(to_at, done_at + timedelta(weeks=weeks))),
            "up_to": up_to,
        }
        with self._insight.asking() as asked:
            return dict(rows(asked, "week_around", given))

    def evidence(
        self,
        week: Week,
        figure: str,
        *,
        up_to: int,
        issue_id: int | None = None,
        source: str = "",
        since: datetime | None = None,
        skip: int = 0,
        most: int = 50,
    ) -> tuple[list[int], int]:
        """Return a page of the mentions that a figure counted, newest first, and how many there are; none for an unknown figure.

        `issue_id` narrows to an issue, `source` names the one of the figure "source", `since` leaves out what is older.
        """
        given = {"figure": figure, "issue_id": issue_id, "source": source, "since": naive(since) if since else None}
        given |= {"skip": skip, "most": most}
        with self._within(week, up_to) as asked:
            found = rows(asked, "week_evidence", given)
        return [row[0] for row in found], int(found[0][1]) if found else 0

    @contextmanager
    def _within(self, week: Week, up_to: int) -> Iterator[duckdb.DuckDBPyConnection]:
        given = {
            "before_from": naive(week.days[0]),
            "from_at": naive(week.from_at),
            "to_at": naive(week.as_of),
            "up_to": up_to,
            "days": [naive(day) for day in week.days],
        }
        with self._insight.asking() as asked:
            asked.execute(query("week_fact"), given)
            yield asked


def _remarks(asked: duckdb.DuckDBPyConnection, name: str) -> tuple[Remark, ...]:
    found = rows(asked, "week_remarks", {"name": name})
    return tuple(Remark(mention_id=row[0], issue_id=row[1], mentions=row[2], platform=row[3]) for row in found)


def _issue(row: Sequence[Any], firsts: Mapping[int, datetime]) -> IssueCount:
    return IssueCount(
        issue_id=row[0],
        contacts=row[1],
        before=row[2],
        people=row[3],
        mentions=row[4],
        negative=row[5],
        felt=row[6],
        last_at=aware(row[7]) if row[7] else None,
        first_at=aware(firsts[row[0]]),
    )
