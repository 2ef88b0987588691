"""Silence of a source: told when its own rhythm does not explain it, never for a night or a weekend."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from listener.signals.silence import SilenceRule, find_silence

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def office_hours(*, days: int, per_hour: float = 4.0, bunched: float = 0.3, seed: int = 1) -> NDArray[np.int64]:
    """Return a source that speaks on weekdays from 8 to 18 o'clock only."""
    chance = np.random.default_rng(seed)
    at = np.arange(days * 24)
    open_hours = (at % 24 >= 8) & (at % 24 < 18) & ((at // 24) % 7 < 5)
    said = chance.negative_binomial(1 / bunched, 1 / (1 + bunched * per_hour), len(at))
    return np.where(open_hours, said, 0).astype(np.int64)


def first_told(counts: NDArray[np.int64], since: int = 0) -> int | None:
    """Return the number of whole hours after which silence is first told."""
    return next((end for end in range(max(1, since), len(counts) + 1) if find_silence(counts[:end], starts_at=MONDAY)), None)


@pytest.mark.parametrize("bunched", [0.05, 0.5, 1.5])
def test_nights_and_weekends_are_no_silence(bunched: float) -> None:
    """Five weeks of a source that keeps office hours: not once is it called silent."""
    assert first_told(office_hours(days=35, bunched=bunched)) is None


def test_a_source_that_stops_on_a_working_day_is_told_within_a_day() -> None:
    counts = office_hours(days=31)  # ends on a Wednesday
    stops = 30 * 24 + 8
    counts[stops:] = 0
    told = first_told(counts, since=29 * 24)
    assert told is not None
    assert stops + 2 <= told <= stops + 24
    found = find_silence(counts[:told], starts_at=MONDAY)
    assert found is not None
    assert found.usual >= SilenceRule().fewest
    assert found.p_value <= SilenceRule().p_value


def test_a_source_whose_mentions_bunch_together_is_given_longer() -> None:
    """Someone who always comes in crowds may stay away for a while; an even stream may not."""
    waits = []
    for bunched in (0.05, 1.5):
        counts = office_hours(days=40, bunched=bunched, seed=3)
        counts[29 * 24 + 8 :] = 0
        waits.append((first_told(counts, since=29 * 24 + 8) or 10_000) - (29 * 24 + 8))
    assert waits[0] < waits[1] < 10_000


def test_a_young_source_is_not_judged() -> None:
    counts = office_hours(days=12)
    counts[9 * 24 :] = 0
    assert first_told(counts) is None


def test_hours_in_which_the_source_could_not_be_read_are_no_silence() -> None:
    counts = office_hours(days=31)
    stops = 30 * 24 + 8
    counts[stops:] = 0
    assert find_silence(counts[: stops + 20], starts_at=MONDAY) is not None
    assert find_silence(counts[: stops + 20], starts_at=MONDAY, answers_since=stops + 19) is None


def test_a_shifted_clock_changes_nothing() -> None:
    counts = office_hours(days=31)
    counts[30 * 24 + 8 :] = 0
    assert find_silence(counts, starts_at=MONDAY) == find_silence(counts, starts_at=MONDAY + timedelta(weeks=7))


def test_a_source_that_never_spoke_is_not_silent() -> None:
    assert find_silence(np.zeros(40 * 24, dtype=np.int64), starts_at=MONDAY) is None
    assert find_silence([], starts_at=MONDAY) is None
