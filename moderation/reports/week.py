"""Which week a weekly report is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """A week by ISO 8601, Monday 00:00 to Monday 00:00 on the local clock, in UTC. `name` is such as "2026-W53"."""

    name: str
    from_at: datetime
    as_of: datetime


def week_before(now: datetime, zone: tzinfo) -> Week:
    """Return the last whole week before `now` on the clock of `zone`; an hour more or less when the clocks changed in it."""
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    begins, ends = (datetime.combine(day, time(), tzinfo=zone).astimezone(UTC) for day in (monday - timedelta(days=7), monday))
    year, week, _ = (monday - timedelta(days=7)).isocalendar()
    return Week(name=f"{year}-W{week:02d}", from_at=begins, as_of=ends)
