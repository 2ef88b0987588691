"""Contacts a day around an improvement action, counted over insight."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta, tzinfo

from listener.insight.moments import aware, naive
from listener.insight.store import Insight
from moderation.insight.sql import query
from moderation.model.action import Action
from moderation.model.tap import TapSeries


class TapInsight:
    """Counts contacts: one person on one day is one, whatever they wrote."""

    def __init__(self, insight: Insight, *, where: Callable[[int], int] = int) -> None:
        """`where` gives the issue that an issue was merged into, itself otherwise."""
        self._insight = insight
        self._where = where

    def series(self, action: Action, first_day: date, last_day: date, *, zone: tzinfo) -> TapSeries:
        """Return the days from `first_day` up to and including `last_day`, none of which may be running still.

        The issue begins on the first day that anybody spoke of it: before, there was nothing to close. The rest is that of its brands.
        """
        issue_id = self._where(action.issue_id)
        first_day = max(first_day, self._begins(issue_id, zone) or last_day)
        days = max(0, (last_day - first_day).days + 1)
        edges = [_midnight(first_day + timedelta(days=number), zone) for number in range(days + 1)]
        given = {
            "issue_id": issue_id,
            "numbers": list(range(days)),
            "ends": edges[1:],
            "from_at": edges[0],
            "to_at": edges[-1],
        }
        counts: dict[str, list[int]] = {"": [0] * days}
        with self._insight.asking() as asked:
            for kind, number, contacts in asked.execute(query("tap_days"), given).fetchall() if days else ():
                counts.setdefault(kind, [0] * days)[number] = contacts
        own = counts.pop("")
        done = action.closed_at.astimezone(zone).date() if action.closed_at else last_day
        return TapSeries(first_day=first_day, own=own, others=counts, opened_on=action.made_at.astimezone(zone).date(), done_on=done)

    def _begins(self, issue_id: int, zone: tzinfo) -> date | None:
        with self._insight.asking() as asked:
            row = asked.execute(query("tap_begins"), {"issue_id": issue_id}).fetchone()
        first: datetime | None = row[0] if row else None
        return aware(first).astimezone(zone).date() if first else None


def _midnight(day: date, zone: tzinfo) -> datetime:
    """Return the last moment before a day begins on the clock of `zone`, in UTC and naive: buckets hold what lies up to their end."""
    return naive(datetime.combine(day, time(), tzinfo=zone)) - timedelta(microseconds=1)
