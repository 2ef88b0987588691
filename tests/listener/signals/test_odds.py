"""Chances are what the textbooks say they are: each is compared with a sum or a simulation that leaves no doubt."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest

from listener.signals.odds import USUAL_DISPERSION, clumping, more_often, tail


def test_without_clumping_the_tail_is_binomial() -> None:
    expected = sum(comb(12, k) * 0.1**k * 0.9 ** (12 - k) for k in range(5, 13))
    assert tail(5, 7, 0.1) == pytest.approx(expected)


def test_with_clumping_it_is_what_negative_binomial_counts_give() -> None:
    """Two counts with variance twice their mean; among those with this total, how often is so much of it in the window?"""
    chance = np.random.default_rng(7)
    inside, outside = 3.0, 27.0
    window = chance.negative_binomial(inside, 0.5, 2_000_000)
    before = chance.negative_binomial(outside, 0.5, 2_000_000)
    same = window + before == 30
    assert tail(7, 23, 0.1, 2.0) == pytest.approx(float((window[same] >= 7).mean()), rel=0.1)


@pytest.mark.parametrize("dispersion", [1.0, 1.5, 3.0])
def test_a_tail_of_nothing_is_certain_and_more_is_less_likely(dispersion: float) -> None:
    assert tail(0, 5, 0.2, dispersion) == 1.0
    chances = [tail(seen, 5, 0.2, dispersion) for seen in range(1, 12)]
    assert chances == sorted(chances, reverse=True)
    assert 0 < chances[-1] < chances[0] <= 1


def test_a_share_is_compared_by_fishers_exact_test() -> None:
    """The lady tasting tea: three of four right, and one of the other four wrong, happens by luck in 17 of 70 cases."""
    assert more_often(3, 4, 1, 4) == pytest.approx(17 / 70)
    assert more_often(4, 4, 0, 4) == pytest.approx(1 / 70)
    assert more_often(0, 4, 3, 4) == 1.0


@pytest.mark.parametrize(("per_visit", "dispersion"), [(1, 1.2), (2, 2.0), (3, 3.0)])
def test_how_clumped_people_come_is_read_from_the_counts(per_visit: int, dispersion: float) -> None:
    """People who come in twos have counts with twice the variance of their mean; independent ones are still taken to come in some."""
    chance = np.random.default_rng(3)
    counts = per_visit * chance.poisson(4.0 / per_visit, size=(80, 14))
    assert clumping(counts, np.full(14, 320)) == pytest.approx(dispersion, abs=0.35)


def test_outbreaks_in_some_things_are_not_usual_chatter() -> None:
    chance = np.random.default_rng(3)
    counts = chance.poisson(4.0, size=(40, 14))
    counts[:12, 9] += 40
    assert clumping(counts, np.full(14, 160)) < 1.6


def test_without_things_to_read_it_from_the_usual_is_assumed() -> None:
    assert clumping(np.zeros((0, 14), dtype=np.int64), np.full(14, 10)) == USUAL_DISPERSION
    assert clumping(np.ones((3, 14), dtype=np.int64)[:, :1], np.full(1, 10)) == USUAL_DISPERSION
