"""The false alarms of a week are a budget: few looks may be bold, many have to be careful, and finding things pays."""

from __future__ import annotations

import numpy as np

from listener.signals.budget import Budget

BUDGET = Budget(false_alarms_per_week=1.0, most=1e-3)


def test_more_looks_make_each_more_careful() -> None:
    assert BUDGET.level(2_000, found=0) == 5e-4
    assert BUDGET.level(20_000, found=0) == 5e-5


def test_few_looks_are_never_bolder_than_the_setting_says() -> None:
    assert BUDGET.level(10, found=0) == 1e-3
    assert BUDGET.level(0, found=5) == 1e-3


def test_each_thing_found_earns_a_tenth() -> None:
    assert BUDGET.level(20_000, found=10) == 2 * BUDGET.level(20_000, found=0)


def test_looks_at_nothing_raise_no_more_than_the_budget_on_average() -> None:
    """A thousand weeks of looks whose p-values are pure chance, each discovery earning its share."""
    chance = np.random.default_rng(5)
    alarms = 0
    for _ in range(1000):
        found = 0
        for p_value in chance.random(3_000):
            found += p_value < BUDGET.level(3_000, found=found)
        alarms += found
    assert 900 <= alarms <= 1250
