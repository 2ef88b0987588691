"""Times as files write them: one rule each, and a reason for what is no time (RULES I22)."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from listener.sources.import_times import read_time

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-03-02T09:00:00Z", "2026-03-02T09:00:00"),
        ("2026-03-02T09:00:00+01:00", "2026-03-02T08:00:00"),
        ("2026-03-02T09:00:00+14:00", "2026-03-01T19:00:00"),
        ("2026-03-02T09:00:00-12:00", "2026-03-02T21:00:00"),
        ("2026-03-02 09:00", "2026-03-02T08:00:00"),  # no zone: Amsterdam, winter
        ("2026-07-02 09:00", "2026-07-02T07:00:00"),  # summer
        ("2026-07-02", "2026-07-01T22:00:00"),  # a day is its midnight here
        ("2026-03-02 09:00:00.123456", "2026-03-02T08:00:00.123456"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59"),  # a leap second stays in its day
        ("2016-12-31T23:59:60.5+00:00", "2016-12-31T23:59:59"),
        ("2026-03-29 02:30", "2026-03-29T01:30:00"),  # skipped by summer time: 03:30
        ("2026-10-25 02:30", "2026-10-25T00:30:00"),  # twice: the first, in summer time
        ("1772442000", "2026-03-02T09:00:00"),
        ("1772442000.5", "2026-03-02T09:00:00.5"),
        ("1772442000123", "2026-03-02T09:00:00.123"),
        ("1772442000123456", "2026-03-02T09:00:00.123456"),
        ("1772442000123456000", "2026-03-02T09:00:00.123456"),
        (1772442000, "2026-03-02T09:00:00"),
        (1772442000123, "2026-03-02T09:00:00.123"),
        ("631152000", "1990-01-01T00:00:00"),
        ("631152000000", "1990-01-01T00:00:00"),
        ("20260302", "2026-03-01T23:00:00"),
        ("02-03-2026", "2026-03-01T23:00:00"),  # day first
        ("2/3/2026 9:05", "2026-03-02T08:05:00"),
        ("02.03.2026 09:05:07", "2026-03-02T08:05:07"),
        ("Mon, 02 Mar 2026 09:00:00 +0100", "2026-03-02T08:00:00"),
        ("Mon, 02 Mar 2026 09:00:00 GMT", "2026-03-02T09:00:00"),
        ("Tue Feb 17 07:36:05 +0000 2015", "2015-02-17T07:36:05"),
        ("  2026-03-02T09:00:00Z ", "2026-03-02T09:00:00"),
        ("2036-03-02T09:00:00Z", "2036-03-02T09:00:00"),  # the future is the collector's to judge
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59"),
    ],
)
def test_a_time_means_one_moment(written: object, meant: str) -> None:
    assert abs((read_time(written, zone=AMSTERDAM) - _utc(meant)).total_seconds()) < 1e-5


@pytest.mark.parametrize(
    "written",
    [
        "", "gisteren", "0000-01-01T00:00:00Z", "-1-01-01", "2026-13-01", "2026-02-30", "2026-03-02T25:00:00Z", "02/17/2026", "31-02-2026",
        "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "1e400", "1" * 40, "nan", "inf", "2026-03-02T09:00:00+99:00", "12:30",
        "x" * 10_000, True, None, ["2026"], float("nan"), float("inf"), 10**30, b"2026-03-02", "2026-03-02T09:00:61Z",
        "\u0662\u0660\u0662\u0666", "2026", "0", "-1", 0, -1772442000, "99999999999999999999",
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused_with_a_reason(written: object) -> None:
    with pytest.raises(ValueError) as told:  # noqa: PT011 - any reason will do, but there has to be one
        read_time(written, zone=AMSTERDAM)
    assert str(told.value)


def test_an_own_format_is_the_only_rule() -> None:
    assert read_time("02/17/2026", zone=UTC, time_format="%m/%d/%Y") == _utc("2026-02-17")
    with pytest.raises(ValueError, match="does not match"):
        read_time("2026-02-17", zone=UTC, time_format="%m/%d/%Y")
