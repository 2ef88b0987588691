"""Counts become bars whose sum is still the counts."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as some

from moderation.inbox.trend import by_day, chart_of
from tests.fakes.staff_figures import NOW


@given(counts=some.lists(some.integers(0, 10_000), max_size=400), hours=some.sampled_from([1.0, 2.0, 6.0, 24.0]), most=some.integers(1, 90))
def test_no_mention_is_lost_or_drawn_outside(counts: list[int], hours: float, most: int) -> None:
    """However many counts there are: all of them, inside the box, in order, up to now."""
    chart = chart_of(counts, as_of=NOW, bucket_hours=hours, most_bars=most)
    assert chart.total == sum(counts)
    assert len(chart.bars) <= most
    for bar in chart.bars:
        assert bar.x >= -0.01
        assert bar.x + bar.width <= chart.width + 0.01
        assert 0 <= bar.y <= chart.height
        assert bar.height <= chart.height + 0.01
        assert bar.count <= chart.top
        assert (bar.height > 0) == (bar.count > 0)
    assert [bar.starts_at for bar in chart.bars] == sorted(bar.starts_at for bar in chart.bars)
    assert (chart.earlier_path + chart.last_path).count("M") == sum(1 for bar in chart.bars if bar.count)
    if chart.bars:
        assert chart.bars[-1].ends_at == NOW
        assert sum(count for _, count in by_day(chart)) == sum(counts)


def test_one_mention_can_be_seen_beside_ten_thousand() -> None:
    chart = chart_of((1, 10_000), as_of=NOW, bucket_hours=24.0)
    assert chart.bars[0].height == 1.5


def test_days_name_the_columns() -> None:
    chart = chart_of((1,) * 56, as_of=NOW, bucket_hours=6.0)
    assert len(chart.days) == 14
    assert by_day(chart)[-1] == (NOW, 4)
    assert chart.days[0] == NOW - timedelta(days=13)


def test_no_counts_make_an_empty_chart() -> None:
    chart = chart_of((), as_of=NOW, bucket_hours=24.0)
    assert (chart.bars, chart.days, chart.total) == ((), (), 0)
