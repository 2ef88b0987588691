"""What stands beside our figures has to be worth beating: both counts find an outbreak in one cluster and nothing in even chatter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from tests.bench.counts import BASELINES, one_pass_units

START = datetime(2026, 3, 2, tzinfo=UTC)
CHATTER = [(hour, unit) for unit in range(3) for hour in range(unit, 336, 5)]
OUTBREAK = [(200 + at / 6, 1) for at in range(60)]


@pytest.mark.parametrize("name", sorted(BASELINES))
def test_an_outbreak_is_told_once_and_even_chatter_never(name: str) -> None:
    for posts, told in ((CHATTER, 0), (CHATTER + OUTBREAK, 1)):
        ordered = sorted(posts)
        alarms = BASELINES[name]([START + timedelta(hours=hour) for hour, _ in ordered], np.array([unit for _, unit in ordered]))
        assert len(alarms) == told
        for at, evidence in alarms:
            assert START + timedelta(hours=200) <= at <= START + timedelta(hours=206)
            assert all(ordered[one - 1][1] == 1 for one in evidence)


def test_units_are_clusters_in_order_of_arrival() -> None:
    vectors = np.array([[1.0, 0.0], [0.0, 1.0], [0.9, 0.1], [0.1, 0.9]], dtype=np.float32)
    assert one_pass_units(vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).tolist() == [0, 1, 0, 1]
