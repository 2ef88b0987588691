"""The volume alarm: what it says of invented counts, and that it never looks ahead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from listener.signals.volume import VolumeAlarm, VolumeRule, volume_alarms

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
FIVE_MINUTES = timedelta(minutes=5)


def counts_with_rhythm(
    *, days: int, per_hour: float = 20.0, dispersion: float = 0.2, seed: int = 1, buckets_an_hour: int = 1
) -> NDArray[np.int64]:
    """Return negative binomial counts that are six times as high at noon as at midnight and halve at weekends."""
    chance = np.random.default_rng(seed)
    at = np.arange(days * 24 * buckets_an_hour) / buckets_an_hour
    usual = per_hour * (1 - 0.7 * np.cos(2 * np.pi * at / 24)) * np.where((at // 24) % 7 >= 5, 0.5, 1.0) / buckets_an_hour
    size = 1 / dispersion
    return np.asarray(chance.negative_binomial(size, size / (size + usual)), dtype=np.int64)


def alarms_of(counts: NDArray[np.int64], bucket: timedelta = HOUR) -> list[VolumeAlarm]:
    return volume_alarms(counts, starts_at=MONDAY, bucket=bucket)


@pytest.mark.parametrize("per_hour", [0.5, 5.0, 200.0])
@pytest.mark.parametrize("dispersion", [0.01, 0.3, 1.0])
def test_ordinary_weeks_raise_at_most_one_alarm_a_week(per_hour: float, dispersion: float) -> None:
    """A phone that rings for nothing is switched off: rhythm and scatter of any size are ordinary."""
    weeks = 8
    raised = [
        len(alarms_of(counts_with_rhythm(days=7 * weeks, per_hour=per_hour, dispersion=dispersion, seed=seed))) / weeks for seed in range(4)
    ]
    assert np.mean(raised) <= 1.0


def test_heavy_tails_spend_no_more_than_the_budget() -> None:
    """Real counts leap more than any negative binomial: the budget has to hold all the same."""
    chance = np.random.default_rng(3)
    counts = np.asarray(10 * chance.pareto(1.5, 56 * 24), dtype=np.int64)
    assert len(alarms_of(counts)) / 8 <= 1.0


@pytest.mark.parametrize(("bucket", "an_hour"), [(HOUR, 1), (FIVE_MINUTES, 12)])
def test_a_burst_on_top_of_the_rhythm_is_found_within_the_hour(bucket: timedelta, an_hour: int) -> None:
    counts = counts_with_rhythm(days=21, buckets_an_hour=an_hour)
    onset = (20 * 24 + 3) * an_hour
    counts[onset : onset + 2 * an_hour] += 100 // an_hour
    raised = [one for one in alarms_of(counts, bucket) if one.at >= onset]
    assert raised
    assert raised[0].at < onset + an_hour
    assert raised[0].seen > 2 * raised[0].usual


def test_a_small_hour_at_night_says_more_than_a_busy_one_at_noon() -> None:
    """With weeks of history, sixty posts at noon are ordinary and sixty at three in the morning are not."""
    counts = counts_with_rhythm(days=28, per_hour=30.0, dispersion=0.05)
    noon, night = 24 * 24 + 12, 25 * 24 + 3
    counts[noon] = counts[night] = 60
    raised = [one.at for one in alarms_of(counts)]
    assert night in raised
    assert noon not in raised


def test_an_earlier_burst_does_not_hide_the_next() -> None:
    counts = counts_with_rhythm(days=30)
    counts[14 * 24 + 5] += 400
    counts[27 * 24 + 5] += 250
    raised = [one.at for one in alarms_of(counts)]
    assert {14 * 24 + 5, 27 * 24 + 5} <= set(raised)


def test_one_burst_is_told_once_unless_it_grows_far_beyond() -> None:
    counts = counts_with_rhythm(days=14)
    counts[300:312] += 150
    assert len([one for one in alarms_of(counts) if one.at >= 300]) == 1
    counts[306:312] += 2000
    assert len([one for one in alarms_of(counts) if one.at >= 300]) == 2


def test_an_alarm_rests_on_nothing_that_came_later() -> None:
    """Cut off after any hour, the alarms up to there are the same."""
    counts = counts_with_rhythm(days=30, dispersion=1.0, seed=4)
    counts[500] += 300
    counts[650:660] += 80
    whole = alarms_of(counts)
    assert whole
    for end in range(30, len(counts), 37):
        assert alarms_of(counts[:end]) == [one for one in whole if one.at < end]


def test_watching_on_after_a_restart_raises_what_one_long_watch_raises() -> None:
    counts = counts_with_rhythm(days=30, dispersion=1.0, seed=4)
    counts[500] += 300
    counts[650:660] += 80
    whole = alarms_of(counts)
    told: list[VolumeAlarm] = []
    for end in range(40, len(counts) + 40, 40):
        told += volume_alarms(counts[:end], starts_at=MONDAY, bucket=HOUR, from_bucket=end - 40, earlier=told)
    assert told == whole


def test_days_beyond_twice_the_memory_change_nothing() -> None:
    """So that a watcher needs no more history than that, and its answer does not depend on how much it has."""
    rule = VolumeRule(memory_days=7)
    counts = counts_with_rhythm(days=40, dispersion=0.2, seed=6)
    counts[39 * 24] += 900
    since = 38 * 24
    cut = (38 - 14) * 24
    whole = volume_alarms(counts, starts_at=MONDAY, bucket=HOUR, rule=rule, from_bucket=since)
    late = volume_alarms(counts[cut:], starts_at=MONDAY + cut * HOUR, bucket=HOUR, rule=rule, from_bucket=since - cut)
    assert [one.at for one in whole] == [one.at + cut for one in late]
    assert 39 * 24 in [one.at for one in whole]


def test_the_same_counts_a_week_later_raise_the_same_alarms() -> None:
    counts = counts_with_rhythm(days=28, dispersion=1.0, seed=8)
    counts[600] += 300
    later = volume_alarms(counts, starts_at=MONDAY + timedelta(weeks=5), bucket=HOUR)
    assert later == alarms_of(counts)


def test_the_first_day_only_teaches() -> None:
    counts = np.zeros(24, dtype=np.int64)
    counts[20] = 500
    assert alarms_of(counts) == []
    assert volume_alarms([], starts_at=MONDAY, bucket=HOUR) == []


def test_a_bucket_that_does_not_divide_an_hour_is_refused() -> None:
    with pytest.raises(ValueError, match="whole part of an hour"):
        volume_alarms([1, 2], starts_at=MONDAY, bucket=timedelta(minutes=7))
