"""Quiet hours are those of the clock on the wall, also in the two nights in which it is changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from moderation.model.delivery import Quiet
from moderation.policy.quiet_hours import minutes_of, quiet_until, written_minutes

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NIGHT = Quiet(begins=22 * 60 + 30, until=7 * 60)
LUNCH = Quiet(begins=12 * 60, until=13 * 60)


def wall(day: str, clock: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(f"2026-{day}T{clock}").replace(tzinfo=AMSTERDAM, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "quiet", "ends"),
    [
        (wall("03-10", "22:29"), NIGHT, None),
        (wall("03-10", "22:30"), NIGHT, wall("03-11", "07:00")),
        (wall("03-11", "06:59"), NIGHT, wall("03-11", "07:00")),
        (wall("03-11", "07:00"), NIGHT, None),
        (wall("03-11", "12:30"), LUNCH, wall("03-11", "13:00")),
        (wall("03-28", "23:00"), NIGHT, wall("03-29", "07:00")),  # a night of seven hours and a half
        (wall("10-24", "23:00"), NIGHT, wall("10-25", "07:00")),  # and one of nine and a half
        (wall("03-29", "01:30"), Quiet(begins=60, until=150), wall("03-29", "03:00")),  # 02:30 is skipped: the jump ends it
        (wall("10-25", "02:10", fold=1), Quiet(begins=60, until=150), wall("10-25", "02:30", fold=1)),  # shown twice: quiet twice
        (wall("03-11", "12:30"), Quiet(begins=600, until=600), None),  # no time at all
        (wall("03-11", "12:30"), None, None),
    ],
)
def test_quiet_ends_when_the_wall_says_so(now: datetime, quiet: Quiet | None, ends: datetime | None) -> None:
    assert quiet_until(now, quiet, AMSTERDAM) == ends


def test_the_end_is_never_quiet_and_the_minute_before_always_is() -> None:
    """Every quarter of an hour of the two weeks around both changes, for hours that hold the change and hours that do not."""
    for quiet in (NIGHT, Quiet(begins=60, until=150), Quiet(begins=135, until=180)):
        for start in (datetime(2026, 3, 25, tzinfo=UTC), datetime(2026, 10, 22, tzinfo=UTC)):
            for quarter in range(7 * 24 * 4):
                ends = quiet_until(start + timedelta(minutes=15 * quarter), quiet, AMSTERDAM)
                if ends is not None:
                    assert quiet_until(ends, quiet, AMSTERDAM) is None
                    assert quiet_until(ends - timedelta(minutes=1), quiet, AMSTERDAM) == ends


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [("22:30", 1350), ("7:05", 425), ("00:00", 0), ("24:00", None), ("7", None), ("07:5", None), ("٧:٠٥", None), ("", None)],
)
def test_a_time_is_read_as_it_is_written(typed: str, minutes: int | None) -> None:
    assert minutes_of(typed) == minutes
    if minutes is not None:
        assert minutes_of(written_minutes(minutes)) == minutes
