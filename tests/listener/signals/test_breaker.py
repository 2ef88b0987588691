"""When a failing source is left alone, and for how long (RULES F17)."""

from __future__ import annotations

import pytest

from listener.signals.breaker import open_for


@pytest.mark.parametrize(
    ("failures", "minutes"),
    [(0, 0), (1, 0), (2, 0), (3, 1), (4, 2), (5, 4), (6, 8), (7, 15), (8, 15), (10_000, 15)],  # one failure is chance, three are trouble
)
def test_the_pause_grows_with_failures_in_a_row_up_to_a_quarter_of_an_hour(failures: int, minutes: float) -> None:
    assert open_for(failures).total_seconds() == minutes * 60
