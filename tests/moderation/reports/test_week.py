"""Which week it is: Monday to Monday on the local clock, numbered by ISO 8601."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from moderation.reports.week import week_before

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    ("now", "name"),
    [
        (datetime(2026, 3, 16, 8, tzinfo=UTC), "2026-W11"),
        (datetime(2026, 3, 15, 22, 30, tzinfo=UTC), "2026-W10"),  # still Sunday 23:30 in Amsterdam
        (datetime(2026, 3, 15, 23, 30, tzinfo=UTC), "2026-W11"),  # already Monday 00:30 there
        (datetime(2027, 1, 4, 8, tzinfo=UTC), "2026-W53"),  # 28 December to 3 January belongs to 2026 (RULES M14)
        (datetime(2027, 1, 11, 8, tzinfo=UTC), "2027-W01"),
    ],
)
def test_the_week_is_the_last_whole_one(now: datetime, name: str) -> None:
    assert week_before(now, AMSTERDAM).name == name


def test_a_week_in_which_the_clocks_change_is_an_hour_shorter_or_longer() -> None:
    spring = week_before(datetime(2026, 3, 30, 8, tzinfo=UTC), AMSTERDAM)
    autumn = week_before(datetime(2026, 10, 26, 8, tzinfo=UTC), AMSTERDAM)
    assert spring.as_of - spring.from_at == timedelta(days=7, hours=-1)
    assert autumn.as_of - autumn.from_at == timedelta(days=7, hours=1)
    assert spring.as_of.astimezone(AMSTERDAM).hour == 0
