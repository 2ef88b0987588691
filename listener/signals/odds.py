"""Chances behind every signal: how likely chatter that comes in clumps explains what was counted. Numbers in, a number out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc, betaln, gammaln

HARDLY_CLUMPED = 0.01
USUAL_DISPERSION = 1.3
FEWEST_PER_ROW = 8
ROWS_OF_PRIOR = 4
LEAST_DISPERSION, MOST_DISPERSION = 1.2, 4.0
QUIET_QUARTER = 0.25
QUIET_QUARTER_Z = -0.6745


def tail(seen: int, before: int, share: float, dispersion: float = 1.0) -> float:
    """Return the chance that at least `seen` of `seen + before` people fall into a window that has `share` of their usual time.

    dispersion: variance of counts over their mean. At 1 people come independently and the number in the window, given the total, is
    binomial (the conditional test of two Poisson rates, Przyborowski and Wilenski 1940). Above 1 both counts are negative binomial with
    variance `dispersion` times the mean; given their total the number in the window is then beta-binomial with
    a = total * share / (dispersion - 1) and b = total * (1 - share) / (dispersion - 1) (Johnson, Kemp and Kotz, "Univariate Discrete
    Distributions", 2005, chapters 5 and 6).
    """
    total = seen + before
    if seen <= 0:
        return 1.0
    if dispersion <= 1.0 + HARDLY_CLUMPED:
        return float(bdtrc(seen - 1, total, share))
    inside = total * share / (dispersion - 1.0)
    outside = total * (1.0 - share) / (dispersion - 1.0)
    counts = np.arange(seen, total + 1, dtype=np.float64)
    logs = _log_choose(total, counts) + betaln(counts + inside, total - counts + outside) - betaln(inside, outside)
    return float(min(1.0, np.exp(logs).sum()))


def more_often(now: int, of_now: int, before: int, of_before: int) -> float:
    """Return the chance that a share is at least as high as `now` of `of_now`, were it still what `before` of `of_before` says.

    Fisher's exact test of two proportions, one-sided: the upper tail of the hypergeometric distribution (Fisher 1935).
    """
    marked, total = now + before, of_now + of_before
    if now <= 0:
        return 1.0
    counts = np.arange(now, min(marked, of_now) + 1, dtype=np.float64)
    logs = _log_choose(marked, counts) + _log_choose(total - marked, of_now - counts) - _log_choose(total, np.array([float(of_now)]))
    return float(min(1.0, np.exp(logs).sum()))


def clumping(counts: NDArray[np.int64], volume: NDArray[np.int64]) -> float:
    """Return how many times as much counts vary as they would if people came independently; never quite 1.

    counts: `(n_things, n_blocks)` people per thing and stretch of time; volume: `(n_blocks,)` all mentions per stretch. Each thing's
    Pearson statistic against its total spread by volume, over its degrees of freedom, estimates the dispersion (McCullagh and Nelder,
    "Generalized Linear Models", 1989, 4.5). Of these the lower quartile is taken and scaled to where the quartile of chi-square lies
    (Wilson and Hilferty 1931), so that things with an outbreak in them do not pass for usual chatter. With few things it leans to
    `USUAL_DISPERSION`, what it is on public conversations.
    """
    counts = counts[counts.sum(axis=1) >= FEWEST_PER_ROW][:, volume > 0]
    freedom = counts.shape[1] - 1
    if freedom < 1 or not len(counts):
        return USUAL_DISPERSION
    usual = counts.sum(axis=1, keepdims=True) * (volume[volume > 0] / volume.sum())
    scaled = ((counts - usual) ** 2 / usual).sum(axis=1) / freedom
    spread = 2.0 / (9.0 * freedom)
    quarter = float(np.quantile(scaled, QUIET_QUARTER)) / (1.0 - spread + QUIET_QUARTER_Z * spread**0.5) ** 3
    known = len(counts) / (len(counts) + ROWS_OF_PRIOR)
    return float(np.clip(USUAL_DISPERSION + known * (quarter - USUAL_DISPERSION), LEAST_DISPERSION, MOST_DISPERSION))


def _log_choose(of: float, some: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(gammaln(of + 1) - gammaln(some + 1) - gammaln(of - some + 1))
