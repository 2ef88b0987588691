"""Open time is what a customer may count on: nobody is late because it was night, and nobody is early because the clock went back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from moderation.model.clock import ALWAYS_OPEN, NEVER_OPEN, OpeningHours
from moderation.triage.open_time import open_time

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DAY = ((8 * 60, 20 * 60),)
SHOP = OpeningHours(zone=AMSTERDAM, week=(DAY,) * 5 + (((9 * 60, 17 * 60),), NEVER_OPEN), closed=frozenset({date(2026, 12, 25)}))


def local(text: str, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM, fold=fold).astimezone(UTC)


def always(*, closed: frozenset[date] = frozenset()) -> OpeningHours:
    return OpeningHours(zone=AMSTERDAM, week=(ALWAYS_OPEN,) * 7, closed=closed)


def night(opens: int, closes: int) -> OpeningHours:
    """Open only in the small hours, every day."""
    return OpeningHours(zone=AMSTERDAM, week=(((opens, closes),),) * 7)


@pytest.mark.parametrize(
    ("hours", "start", "end", "expected"),
    [
        (SHOP, "2026-11-26 09:00", "2026-11-26 11:30", 2.5),  # a Thursday morning
        (SHOP, "2026-11-26 06:00", "2026-11-26 09:00", 1),  # written before we open
        (SHOP, "2026-11-26 19:00", "2026-11-27 09:00", 2),  # over the night
        (SHOP, "2026-11-28 16:00", "2026-11-30 09:00", 2),  # Saturday to Monday: Sunday does not count
        (SHOP, "2026-12-24 19:00", "2026-12-26 10:00", 2),  # Christmas day is closed, though a Friday
        (SHOP, "2026-11-29 03:00", "2026-11-29 22:00", 0),  # a Sunday has no open time
        (always(), "2026-11-26 23:00", "2026-11-27 01:00", 2),  # midnight, open day and night
        (always(), "2026-03-29 00:00", "2026-03-30 00:00", 23),  # the night an hour is skipped
        (always(), "2026-10-25 00:00", "2026-10-26 00:00", 25),  # the night an hour comes twice
        (always(), "2025-12-31 22:00", "2026-01-01 02:00", 4),  # a new year
        (night(60, 150), "2026-03-29 00:00", "2026-03-29 12:00", 1),  # 1:00 to 2:30 where 2:00 to 3:00 is skipped
        (night(150, 300), "2026-03-29 00:00", "2026-03-29 12:00", 2),  # 2:30 to 5:00: open from the moment the clocks jump
        (night(130, 170), "2026-03-29 00:00", "2026-03-29 12:00", 0),  # wholly inside the skipped hour
        (night(120, 240), "2026-10-25 00:00", "2026-10-25 12:00", 3),  # 2:00 to 4:00 lasts three hours
        (night(130, 170), "2026-10-25 00:00", "2026-10-25 12:00", 2 / 3),  # inside the hour that comes twice: its first showing
    ],
)
def test_open_hours_between_two_moments(hours: OpeningHours, start: str, end: str, expected: float) -> None:
    begin, stop = local(start), local(end)
    counted = open_time(hours, since=begin, now=stop)
    assert counted.between(begin, stop) == pytest.approx(expected * 3600)
    assert counted.between(stop, begin) == pytest.approx(-expected * 3600)


@pytest.mark.parametrize(
    ("hours", "start", "open_hours", "expected"),
    [
        (SHOP, "2026-11-26 09:00", 2, "2026-11-26 11:00"),
        (SHOP, "2026-11-26 19:00", 1, "2026-11-26 20:00"),  # the very end of the day, not the next morning
        (SHOP, "2026-11-26 19:00", 2, "2026-11-27 09:00"),
        (SHOP, "2026-11-29 12:00", 2, "2026-11-30 10:00"),  # written on a Sunday
        (SHOP, "2026-12-24 19:30", 1, "2026-12-26 09:30"),  # past Christmas day
        (always(), "2026-10-25 01:00", 3, "2026-10-25 03:00"),  # three hours, two on the wall
        (always(closed=frozenset(date(2026, 11, 23) + timedelta(days=n) for n in range(7))), "2026-11-22 23:00", 2, "2026-11-30 01:00"),
    ],
)
def test_when_open_hours_have_passed(hours: OpeningHours, start: str, open_hours: float, expected: str) -> None:
    begin = local(start)
    assert open_time(hours, since=begin, now=begin).after(begin, open_hours * 3600) == local(expected)


def test_the_second_showing_of_an_hour_is_an_hour_later() -> None:
    first, second = local("2026-10-25 02:30"), local("2026-10-25 02:30", fold=1)
    assert open_time(always(), since=first, now=second).between(first, second) == 3600


def test_who_never_opens_is_never_late() -> None:
    never = OpeningHours(zone=AMSTERDAM, week=(NEVER_OPEN,) * 7)
    now = local("2026-11-26 09:00")
    counted = open_time(never, since=now, now=now)
    assert counted.after(now, 60) is None
    assert counted.between(now, now + timedelta(days=30)) == 0


def test_no_time_is_over_at_once_also_when_we_are_closed() -> None:
    sunday = local("2026-11-29 12:00")
    assert open_time(SHOP, since=sunday, now=sunday).after(sunday, 0) == sunday


def test_counting_there_and_back_agrees_at_every_hour_of_a_year() -> None:
    """What is due after so many open seconds has exactly that many before it."""
    start = local("2026-01-01 00:00")
    counted = open_time(SHOP, since=start, now=start)
    for hour in range(0, 365 * 24, 7):
        begin = start + timedelta(hours=hour)
        due = counted.after(begin, 5400)
        assert due is not None
        assert counted.between(begin, due) == pytest.approx(5400)
