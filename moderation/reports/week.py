"""Which week a weekly report is about, and which weeks have none yet. A week begins on Monday on the settings' clock (ISO 8601)."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

MOST_CAUGHT_UP = 8
"""A house that was down for longer reads of its last eight weeks; `klankbord report --week` tells of any other."""

_NAME = re.compile(r"([0-9]{4})-W([0-9]{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """A week by ISO 8601, Monday 00:00 up to (and without) the next Monday 00:00 on the local clock, in UTC. `name`: "2026-W53".

    `days` are the local midnights of the week before and of this one, oldest first: fourteen.
    """

    name: str
    from_at: datetime
    as_of: datetime
    days: tuple[datetime, ...] = ()


def week_from(monday: date, zone: tzinfo) -> Week:
    """Return the week that begins on a Monday; an hour shorter or longer when the clocks change in it."""
    midnights = [datetime.combine(monday + timedelta(days=day), time(), tzinfo=zone).astimezone(UTC) for day in range(-7, 8)]
    return Week(name=week_name(monday), from_at=midnights[7], as_of=midnights[14], days=tuple(midnights[:14]))


def week_before(now: datetime, zone: tzinfo) -> Week:
    """Return the last whole week before `now` on the clock of `zone`."""
    today = now.astimezone(zone).date()
    return week_from(today - timedelta(days=today.weekday() + 7), zone)


def week_named(name: str, zone: tzinfo) -> Week | None:
    """Return the week of a name such as "2026-W53", or None when there is no such week (2027 has no week 53)."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    try:
        return week_from(date.fromisocalendar(int(found[1]), int(found[2]), 1), zone)
    except ValueError:
        return None


def due_weeks(now: datetime, made: Collection[str], *, zone: tzinfo, weekday: int, hour: int) -> tuple[Week, ...]:
    """Return the weeks that should have a report at `now` and have none, oldest first.

    A report is due when the day and hour of making have come on the local clock. Weeks before the first one that was ever made are
    nobody's, but for the newest. Names, and not moments, are compared: a clock that was set back makes nothing twice, one that ran
    ahead leaves no week out.
    """
    local = now.astimezone(zone).replace(tzinfo=None) - timedelta(days=weekday - 1, hours=hour)
    newest = local.date() - timedelta(days=local.weekday() + 7)
    first = min(made, default="")
    mondays = [newest - timedelta(weeks=back) for back in reversed(range(MOST_CAUGHT_UP if made else 1))]
    missing = [monday for monday in mondays if (name := week_name(monday)) not in made and (name >= first or monday == newest)]
    return tuple(week_from(monday, zone) for monday in missing)


def week_name(day: date) -> str:
    """Return the name of the week that a day is in, such as "2026-W53"."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"
