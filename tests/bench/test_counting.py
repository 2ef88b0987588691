"""The counting rule itself, on cases counted by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.bench.counting import Event, Raised, count_signals

START = datetime(2026, 3, 2, tzinfo=UTC)


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


SUDDEN = Event(event_id="e1", kind="emerging", onset=at(10), end_90pct=at(40), posts=tuple(at(10 + hour) for hour in range(30)))
SLOW = Event(event_id="e2", kind="slow_growth", onset=at(0), end_90pct=at(100), posts=tuple(at(5 * hour) for hour in range(20)))


def test_true_false_ignored_and_late_are_told_apart() -> None:
    counted = count_signals(
        [
            Raised(at=at(5), events=("e1", "e1")),  # before the onset: false
            Raised(at=at(12), events=("e1", "")),  # half of the mentions: true
            Raised(at=at(20), events=("e1", "e1", "e1")),  # again: ignored
            Raised(at=at(30), events=("", "", "e1")),  # a third: false
            Raised(at=at(110), events=("e2", "e2")),  # true, but after 90 percent: late
        ],
        [SUDDEN, SLOW],
        weeks=2,
    )
    assert (counted.found, counted.false_alarms, counted.ignored, counted.late, counted.missed) == (1, 2, 1, ("e2",), ())
    assert counted.false_alarms_per_week == 1.0
    assert counted.by_type == {"emerging": "1/1", "slow_growth": "0/1"}
    assert counted.delays["e1"] == (3, 2.0)
    assert counted.median_posts == 3


def test_a_sudden_event_may_wait_for_its_fifteenth_post() -> None:
    sparse = Event(event_id="e1", kind="emerging", onset=at(0), end_90pct=at(90), posts=tuple(at(4 * hour) for hour in range(30)))
    assert count_signals([Raised(at=at(56), events=("e1",))], [sparse], weeks=1).found == 1
    assert count_signals([Raised(at=at(57), events=("e1",))], [sparse], weeks=1).found == 0


def test_a_signal_a_day_after_the_end_is_false() -> None:
    assert count_signals([Raised(at=at(65), events=("e1",))], [SUDDEN], weeks=1).false_alarms == 1


def test_no_signals_find_nothing_and_say_so() -> None:
    counted = count_signals([], [SUDDEN, SLOW], weeks=1)
    assert (counted.found, counted.missed, counted.median_posts) == (0, ("e1", "e2"), None)
