"""Counting open time: how much of it lies between two moments, and when a given amount of it has passed. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from itertools import accumulate

from moderation.model.clock import DAY_MINUTES, OpeningHours

_DAY = timedelta(days=1)
_YEARS_AHEAD = 2


class OpenTime:
    """The open stretches from one year to another, ready to be counted many times.

    Built once for a year range and kept by `open_time`; each question is a search in a sorted list.
    """

    def __init__(self, hours: OpeningHours, *, first_year: int, last_year: int) -> None:
        spans = [span for year in range(first_year, last_year + 1) for span in _year(hours, year)]
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]
        self._before = [0.0, *accumulate(end - start for start, end in spans)]

    def between(self, start: datetime, end: datetime) -> float:
        """Return the open seconds from `start` to `end`; below 0 when `end` comes first."""
        return self._passed(end.timestamp()) - self._passed(start.timestamp())

    def after(self, start: datetime, open_seconds: float) -> datetime | None:
        """Return the first moment at which `open_seconds` of open time have passed since `start`.

        None when we are not open long enough in the years looked at.
        """
        wanted = self._passed(start.timestamp()) + open_seconds
        at = bisect_left(self._before, wanted)
        if at > len(self._starts) or not self._starts:
            return None
        if at == 0:
            return start
        moment = self._starts[at - 1] + wanted - self._before[at - 1]
        return datetime.fromtimestamp(max(moment, start.timestamp()), UTC)

    def _passed(self, moment: float) -> float:
        at = bisect_right(self._starts, moment)
        if at == 0:
            return 0.0
        return self._before[at - 1] + min(moment, self._ends[at - 1]) - self._starts[at - 1]


def open_time(hours: OpeningHours, *, since: datetime, now: datetime) -> OpenTime:
    """Return the stretches to count with, from the year before `since` to two years after `now`; the same question is computed once."""
    first, last = sorted((since.year, now.year))
    return _kept(hours, first - 1, last + _YEARS_AHEAD)


@lru_cache(maxsize=64)
def _kept(hours: OpeningHours, first_year: int, last_year: int) -> OpenTime:
    return OpenTime(hours, first_year=first_year, last_year=last_year)


@lru_cache(maxsize=128)
def _year(hours: OpeningHours, year: int) -> tuple[tuple[float, float], ...]:
    """The open stretches of the local days of one year as UTC seconds, in order, none empty; stretches that touch are one."""
    spans: list[tuple[float, float]] = []
    day = date(year, 1, 1)
    while day.year == year:
        if day not in hours.closed:
            for opens, closes in hours.week[day.weekday()]:
                start, end = _moment(day, opens, hours.zone), _moment(day, closes, hours.zone)
                if spans and start <= spans[-1][1]:
                    spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
                elif end > start:
                    spans.append((start, end))
        day += _DAY
    return tuple(spans)


def _moment(day: date, minutes: int, zone: tzinfo) -> float:
    """A wall clock's time as UTC seconds. A time that the clocks skip is the moment they jump; a time shown twice is its first showing."""
    whole_days, rest = divmod(minutes, DAY_MINUTES)
    wall = datetime(day.year, day.month, day.day, tzinfo=zone) + whole_days * _DAY + timedelta(minutes=rest)
    first, second = wall.timestamp(), wall.replace(fold=1).timestamp()
    return first if second >= first else _jump(second, first, zone)


def _jump(before: float, after: float, zone: tzinfo) -> float:
    """The second, between two moments, at which the clocks change."""
    offset = datetime.fromtimestamp(before, UTC).astimezone(zone).utcoffset()
    while after - before > 1:
        middle = (before + after) // 2
        if datetime.fromtimestamp(middle, UTC).astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after
