"""Quiet enough is learned from a channel's own gaps, with the ones that are still open taken for what they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.model.invitation import Gap, QuietRule
from moderation.prompts.quiet import gaps_of, learn, quiet_here, quiet_times

RULE = QuietRule()
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
GOES_ON = 0.6
MEDIAN_HOURS, SPREAD = 8.0, 1.2


def true_quiet(rule: QuietRule = RULE) -> float:
    """Return the quiet time of the made world below, by its formula: a message follows with chance GOES_ON after a lognormal gap."""
    grid = np.arange(0.5, rule.most_hours, 0.25)

    def follows_later(hours: np.ndarray) -> np.ndarray:
        chances = np.random.default_rng(1).lognormal(np.log(MEDIAN_HOURS), SPREAD, 400_000)
        return GOES_ON * (1 - np.searchsorted(np.sort(chances), hours) / len(chances))

    at_end = 1 - GOES_ON + follows_later(np.array([rule.most_hours]))
    chance = 1 - at_end / (1 - GOES_ON + follows_later(grid))
    return float(grid[np.argmax(chance <= rule.chance)])


def watched(seed: int, *, messages: int, watched_hours: float) -> list[Gap]:
    """Return gaps as somebody sees them who began to look `watched_hours` ago: many are still open, long ones most of all."""
    chance = np.random.default_rng(seed)
    ago = chance.uniform(0, watched_hours, messages)
    gap = np.where(chance.random(messages) < GOES_ON, chance.lognormal(np.log(MEDIAN_HOURS), SPREAD, messages), np.inf)
    return [Gap(hours=float(min(length, seen)), ended=bool(length <= seen)) for length, seen in zip(gap, ago, strict=True)]


@pytest.mark.parametrize("watched_hours", [400.0, 700.0])
def test_open_gaps_count_for_as_long_as_they_last(watched_hours: float) -> None:
    """Leaving them out makes quiet times too short, for what is still open is mostly long; counting them as over makes them too long."""
    truth = true_quiet()
    learned, without = [], []
    for seed in range(40):
        gaps = watched(seed, messages=1500, watched_hours=watched_hours)
        found, over = learn(gaps, RULE), [gap.hours for gap in gaps if gap.ended]
        assert found is not None
        learned.append(found.hours / truth)
        without.append(float(np.quantile(over, 1 - RULE.chance)) / truth)
    assert 0.9 < np.mean(learned) < 1.1, np.mean(learned)
    assert abs(np.mean(learned) - 1) < abs(np.mean(without) - 1)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    truth = true_quiet()
    inside = 0
    for seed in range(200):
        found = learn(watched(seed, messages=400, watched_hours=700.0), RULE)
        assert found is not None
        assert found.low_hours <= found.hours <= found.high_hours
        inside += found.low_hours <= truth <= found.high_hours
    assert inside / 200 > 0.9


def test_by_hand() -> None:
    """Ten gaps: 1, 2 and 3 hours until a reply, seven open for 10 hours. After 2 hours one of eight still replies; after 3, none."""
    gaps = [Gap(hours=float(hours), ended=True) for hours in (1, 2, 3)] + [Gap(hours=10.0, ended=False)] * 7
    found = learn(gaps, RULE)
    assert found is not None
    assert found.hours == 3.0
    assert (found.replies, found.open_gaps) == (3, 7)
    looser = learn(gaps, QuietRule(chance=0.15))
    assert looser is not None
    assert looser.hours == 2.0


@pytest.mark.parametrize(
    "gaps",
    [
        [],
        [Gap(hours=5.0, ended=False)] * 9,  # nobody ever replied
        [Gap(hours=500.0, ended=True)],  # after the horizon it is another conversation
    ],
)
def test_without_one_reply_nothing_is_learned(gaps: list[Gap]) -> None:
    assert learn(gaps, RULE) is None
    found = quiet_times({("feed", "a"): gaps}, RULE)
    assert quiet_here(found, "feed", "a").hours == pytest.approx(RULE.start_hours)
    assert quiet_here(found, "x", "never seen").hours == pytest.approx(RULE.start_hours)


def test_bounds_hold() -> None:
    quick = learn([Gap(hours=0.01, ended=True)] * 50, RULE)
    slow = learn([Gap(hours=330.0, ended=True)] * 50, QuietRule(most_hours=200.0))
    assert quick is not None
    assert quick.hours == RULE.least_hours
    assert slow is None


def test_a_small_channel_borrows_from_its_platform_and_a_large_one_does_not() -> None:
    large = [Gap(hours=20.0, ended=True)] * 500 + [Gap(hours=300.0, ended=False)] * 500
    small = [Gap(hours=2.0, ended=True)] * 3 + [Gap(hours=300.0, ended=False)] * 3
    found = quiet_times({("feed", "large"): large, ("feed", "small"): small}, RULE)
    assert found["feed", "large"].hours == pytest.approx(20.0, rel=0.1)
    assert 10.0 < found["feed", "small"].hours < 20.0
    assert found["feed", "small"].own == pytest.approx(3 / 33)
    assert (found["feed", "small"].replies, found["feed", "small"].open_gaps) == (3, 3)


def test_gaps_of_a_conversation() -> None:
    moments = [NOW - timedelta(hours=hours) for hours in (1, 9, 4)]
    assert gaps_of(moments, now=NOW) == [Gap(hours=5.0, ended=True), Gap(hours=3.0, ended=True), Gap(hours=1.0, ended=False)]
    assert gaps_of([], now=NOW) == []
    assert gaps_of([NOW + timedelta(hours=5)], now=NOW) == [Gap(hours=0.0, ended=False)]


GAPS = st.lists(st.builds(Gap, hours=st.floats(0, 1e5), ended=st.booleans()), max_size=60)


@given(gaps=GAPS)
def test_any_gaps_give_a_figure_within_bounds(gaps: list[Gap]) -> None:
    for found in quiet_times({("feed", "a"): gaps, ("feed", "b"): gaps[:3], ("x", ""): []}, RULE).values():
        assert RULE.least_hours <= found.low_hours <= found.hours <= found.high_hours <= RULE.most_hours
        assert 0.0 <= found.own < 1.0


@given(gaps=GAPS, longer=st.floats(0, 100))
def test_an_open_gap_that_lasts_longer_never_makes_people_wait_longer(gaps: list[Gap], longer: float) -> None:
    """Each hour without a reply is evidence that none follows."""
    later = [gap if gap.ended else Gap(hours=gap.hours + longer, ended=False) for gap in gaps]
    before, after = learn(gaps, RULE), learn(later, RULE)
    assert (before is None) == (after is None)
    if before is not None and after is not None:
        assert after.hours <= before.hours
