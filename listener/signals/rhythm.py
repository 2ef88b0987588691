"""What a series of counts usually does: its level, its rhythm over the week as far as history tells, and how widely it scatters.

Three layers, each shrunk towards the one before it by empirical Bayes: one level for all hours, hours of the day, hours of the week.
With a day of history the level is all there is; each further week lets the rhythm speak where it differs beyond chance, so that no
threshold has to say from when on there is "enough". Counts far above what was usual weigh less (Farrington et al. 1996, J. R. Stat.
Soc. A 159:547, section 3.6): an earlier burst must not become the norm.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

HOURS_A_DAY = 24
HOURS_A_WEEK = 168
ROUNDS = 3
LARGE_RESIDUAL = 1.0
"""Farrington's bound: a count with a larger standardised residual weighs the inverse square of it."""
KEPT_VARIANCE = 0.82
"""The share of a normal distribution's variance that is left by these weights: what they take from ordinary counts is given back."""
HALF_A_MENTION = 0.5
"""What a history without any mention is taken to have had, so that nothing is ever impossible."""
LEAST_DISPERSION = 1e-4
"""As good as Poisson; keeps the formulas below finite."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`usual` holds the expected count of each hour of the week (168, Monday 00:00 UTC first); all are above zero.

    `fitted` is how many times too small squared residuals of the history are because the rhythm was fitted to it; 1 or more.
    """

    usual: Floats
    fitted: float

    def expected(self, hours_of_week: NDArray[np.int64]) -> Floats:
        """Return what is usual in these hours (0..167)."""
        return self.usual[hours_of_week]


def hours_of_week(starts_at: datetime, seconds: int, count: int) -> NDArray[np.int64]:
    """Return the hour of the week (0..167, UTC) in which each of `count` stretches of `seconds` begins, the first at `starts_at`."""
    at = starts_at.astimezone(UTC)
    first = ((at.weekday() * HOURS_A_DAY + at.hour) * 60 + at.minute) * 60 + at.second
    return (first + np.arange(count, dtype=np.int64) * seconds) // 3600 % HOURS_A_WEEK


def fit_rhythm(hourly: Floats, hours: NDArray[np.int64]) -> Rhythm:
    """Return the rhythm of hourly counts, `hours` being the hour of the week of each. Raises ValueError when there are none."""
    if not len(hourly):
        raise ValueError("a rhythm needs at least one hour")
    least = HALF_A_MENTION / len(hourly)
    weights = np.ones(len(hourly))
    usual = np.full(HOURS_A_WEEK, max(float(hourly.mean()), least))
    fitted = 1.0
    for _ in range(ROUNDS):
        usual = np.full(HOURS_A_WEEK, max(float((weights * hourly).sum() / weights.sum()), least))
        free = 1.0
        for phases in (HOURS_A_DAY, HOURS_A_WEEK):
            spread = _spread(hourly, usual[hours], weights, len(hourly) / max(len(hourly) - free, 1.0))
            factors, kept = _shrunk(weights * hourly, weights * usual[hours], hours % phases, phases, spread)
            usual = np.maximum(usual * factors[np.arange(HOURS_A_WEEK) % phases], least)
            free += kept
        fitted = len(hourly) / max(len(hourly) - free, 1.0)
        weights = robust_weights(hourly, usual[hours], _spread(hourly, usual[hours], weights, fitted))
    return Rhythm(usual, fitted)


def robust_weights(counts: Floats, usual: Floats, spread: float) -> Floats:
    """Return the weight of each count: 1 unless it lies far above what is usual. `spread` is the variance over the mean."""
    residuals = 1.5 * (counts ** (2 / 3) - usual ** (2 / 3)) / (usual ** (1 / 6) * np.sqrt(spread))  # Anscombe's residuals
    return np.asarray(np.maximum(residuals / LARGE_RESIDUAL, 1.0) ** -2.0, dtype=np.float64)


def over_dispersion(counts: Floats, usual: Floats, fitted: float = 1.0) -> float:
    """Return `a` of a negative binomial with variance mean + a·mean², by moments, counts far above what is usual weighing less."""
    weights = np.ones(len(counts))
    for _ in range(ROUNDS):
        weights = robust_weights(counts, usual, _spread(counts, usual, weights, fitted))
    excess = (weights * ((counts - usual) ** 2 * fitted / KEPT_VARIANCE - usual)).sum() / max(float((weights * usual**2).sum()), 1e-9)
    return max(LEAST_DISPERSION, float(excess))


def _spread(counts: Floats, usual: Floats, weights: Floats, fitted: float) -> float:
    """Return the quasi-Poisson spread: variance over mean, at least 1."""
    return max(1.0, float((weights * (counts - usual) ** 2 / usual).sum() / weights.sum()) * fitted / KEPT_VARIANCE)


def chance_of_more(counts: Floats, usual: Floats, dispersion: float) -> Floats:
    """Return P(X >= count) for a negative binomial of mean `usual` and variance usual + dispersion·usual²."""
    size = 1.0 / dispersion
    return np.where(counts <= 0, 1.0, betainc(np.maximum(counts, 1e-9), size, usual / (usual + size)))


def surprise(counts: Floats, usual: Floats, dispersion: float) -> Floats:
    """Return how far each count lies above what is usual: its deviance, in nats; 0 at or below.

    It grows as the logarithm of one over the chance does, and keeps telling events apart where chances are too small to be written.
    """
    size = 1.0 / dispersion
    ratio = np.where(counts > 0, counts * np.log(np.maximum(counts, 1e-9) / usual), 0.0)
    deviance = ratio - (counts + size) * np.log((counts + size) / (usual + size))
    return np.where(counts > usual, np.maximum(deviance, 0.0), 0.0)


def _shrunk(seen: Floats, usual: Floats, at_phase: NDArray[np.int64], phases: int, spread: float) -> tuple[Floats, float]:
    """Return a factor per phase by which `seen` differs from `usual`, shrunk to 1 as far as chance explains the differences.

    Also returns how many phases that amounts to: the sum of what is left of each after shrinking.
    """
    by_phase = np.bincount(at_phase, seen, phases)
    expected = np.bincount(at_phase, usual, phases)
    known = expected > 0
    ratio = np.where(known, by_phase / np.maximum(expected, 1e-9), 1.0)
    by_chance = spread / np.maximum(expected, 1e-9)
    beyond = (expected[known] * ((ratio[known] - 1) ** 2 - by_chance[known])).sum() / expected[known].sum()
    between = max(0.0, float(beyond))
    kept = np.where(known, between / (between + by_chance), 0.0)
    return 1 + kept * (ratio - 1), float(kept.sum())
