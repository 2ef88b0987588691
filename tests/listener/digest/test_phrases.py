"""Figures as Dutch and English readers write them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from listener.digest.phrases import count, dated_moment, hours_stretch, moment, number, stretch


def test_thousands_and_decimals_follow_the_language() -> None:
    assert number(1234567, "nl") == "1.234.567"
    assert number(1234567, "en") == "1,234,567"
    assert (number(0.44, "nl"), number(1234.56, "nl"), number(0.44, "en")) == ("0,4", "1.234,6", "0.4")


@pytest.mark.parametrize(("value", "said"), [(0, "0 berichten"), (1, "1 bericht"), (2, "2 berichten"), (1001, "1.001 berichten")])
def test_one_is_singular_and_everything_else_plural(value: int, said: str) -> None:
    assert count(value, "bericht", "berichten", "nl") == said


def test_moments_are_on_the_local_clock() -> None:
    at = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    assert moment(at, ZoneInfo("Europe/Amsterdam"), "nl") == "do 2 jul 00:30"
    assert dated_moment(at, ZoneInfo("Europe/Amsterdam"), "en") == "Thu 2 Jul 2026 00:30"


@pytest.mark.parametrize(
    ("seconds", "dutch", "english"),
    [
        (5, "1 minuut", "1 minute"),
        (240, "4 minuten", "4 minutes"),
        (5400, "2 uur", "2 hours"),
        (47 * 3600, "47 uur", "47 hours"),
        (72 * 3600, "3 dagen", "3 days"),
    ],
)
def test_a_stretch_of_time_has_one_unit(seconds: float, dutch: str, english: str) -> None:
    assert (stretch(seconds, "nl"), stretch(seconds, "en")) == (dutch, english)


def test_windows_are_named_as_people_do() -> None:
    assert [hours_stretch(hours, "nl") for hours in (1, 1.5, 12, 24, 168)] == ["1 uur", "1,5 uur", "12 uur", "24 uur", "7 dagen"]
    assert [hours_stretch(hours, "en") for hours in (1, 1.5, 168)] == ["1 hour", "1.5 hours", "7 days"]
