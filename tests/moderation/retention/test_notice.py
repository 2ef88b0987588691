"""Nobody loses words without having been told: what holds from when, whatever is written into the settings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from moderation.model.retention import NOTICE, Agreed, Limits, agree, months_before

DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
USUAL = Limits(raw_days=90, x_days=30, closed_cases_days=365, aggregates_months=24)
SHORT = Limits(raw_days=30, x_days=30, closed_cases_days=365, aggregates_months=24)
LONG = Limits(raw_days=400, x_days=30, closed_cases_days=365, aggregates_months=24)


def test_the_first_limits_of_a_home_hold_after_a_week() -> None:
    """Also when nobody restarts anything meanwhile, and when somebody restarts every day."""
    told = agree(Agreed(), USUAL, DAY)
    assert (told.standing, told.coming, told.from_at, told.noted_at) == (None, USUAL, DAY + NOTICE, DAY)
    for day in range(1, 7):
        told = agree(told, USUAL, DAY + timedelta(days=day))
        assert told.standing is None
    assert agree(told, USUAL, DAY + NOTICE).standing == USUAL


def test_who_asks_for_more_time_gets_it_at_once() -> None:
    """In the week of notice and later."""
    told = agree(agree(Agreed(), USUAL, DAY), LONG, DAY + timedelta(days=6))
    assert (told.standing, told.coming, told.from_at) == (None, LONG, DAY + NOTICE)
    assert agree(agree(told, LONG, DAY + NOTICE), LONG, DAY + NOTICE).standing == LONG
    standing = Agreed(standing=USUAL, noted_at=DAY)
    assert (agree(standing, LONG, DAY).standing, agree(standing, LONG, DAY).coming) == (LONG, None)


def test_shorter_limits_wait_a_week_and_the_longer_ones_hold_meanwhile() -> None:
    """A slip of the finger (3 for 300) can be mended before it costs anything."""
    told = agree(Agreed(standing=USUAL, noted_at=DAY), SHORT, DAY)
    assert (told.standing, told.coming, told.from_at) == (USUAL, SHORT, DAY + NOTICE)
    assert agree(told, SHORT, DAY + NOTICE).standing == SHORT
    mended = agree(told, USUAL, DAY + timedelta(days=2))
    assert (mended.standing, mended.coming) == (USUAL, None)


def test_even_shorter_ones_in_that_week_wait_anew() -> None:
    """The week counts from the words that were read."""
    told = agree(agree(Agreed(), USUAL, DAY), SHORT, DAY + timedelta(days=5))
    assert (told.coming, told.from_at) == (SHORT, DAY + timedelta(days=5) + NOTICE)


def test_what_was_agreed_is_read_as_it_was_written() -> None:
    """It lies in the ledger, so that a restored backup knows what its home was told."""
    told = Agreed(standing=USUAL, coming=SHORT, from_at=DAY, noted_at=DAY, last_at=DAY)
    assert Agreed.read(told.written()) == told
    assert Agreed.read(None) == Agreed()
    assert Agreed.read(Agreed().written()) == Agreed()


@pytest.mark.parametrize(
    ("at", "months", "then"),
    [
        (datetime(2026, 3, 31, tzinfo=UTC), 1, datetime(2026, 2, 28, tzinfo=UTC)),  # February has no 31st
        (datetime(2028, 2, 29, tzinfo=UTC), 24, datetime(2026, 2, 28, tzinfo=UTC)),  # nor has every year a 29th
        (datetime(2026, 1, 15, 7, tzinfo=UTC), 14, datetime(2024, 11, 15, 7, tzinfo=UTC)),
        (datetime(2026, 12, 1, tzinfo=UTC), 24, datetime(2024, 12, 1, tzinfo=UTC)),
    ],
)
def test_months_go_back_by_the_calendar(at: datetime, months: int, then: datetime) -> None:
    """Two years before the last day of a month is a day, not an error."""
    assert months_before(at, months) == then
