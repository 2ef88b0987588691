"""The level of an issue's weeks with and without a change at one moment: a Poisson model whose unknowns are averaged over. Pure.

    contacts of a week ~ Poisson(busy x exp(level + trend x week + wander + noise + change after))

`wander` is a first-order autoregression (weeks resemble the weeks before them, and bursts fade back to the usual level), `noise` belongs to
one week alone (overdispersion; chance in how busy it was). How large both are, how long a wander lasts, and how steep a trend may be, is
not known from so few weeks: a grid of answers is fitted, each by Laplace's approximation, and the answers count as far as they explain
the weeks (Rasmussen and Williams, "Gaussian Processes for Machine Learning", 2006, algorithms 3.1 and 3.2; Rue, Martino and Chopin, 2009,
for averaging over the grid). The change itself lies on a grid of its own, so that few contacts may make it lopsided.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from moderation.model.tap import TapPrior

Numbers = NDArray[np.float64]

WANDERS = (0.05, 0.15, 0.35, 0.7)
LASTS = (0.4, 0.8, 0.96)
NOISES = (0.05, 0.2, 0.45)
TRENDS = (0.004, 0.02)
SPREAD_LEVEL = 4.0
COARSE = np.linspace(-6.0, 2.0, 17)
"""Candidate changes, as logarithms of what is left: from a four-hundredth of the contacts to seven times as many."""
FINE = 25
"""Candidates between the coarse ones that are not out of the question."""
UNLIKELY = 8.0
"""An answer, or a change, whose logarithm of evidence lies this far below the best is out of the question."""
_STEPS = 40
_FAR = 12.0


@dataclass(frozen=True, slots=True)
class Fitted:
    """`changes` with how likely each is, without a prior; `expected` and `spread`: of the logarithm of each week's contacts without the
    change, (n_changes, n_weeks).
    """

    changes: Numbers
    likely: Numbers
    expected: Numbers
    spread: Numbers

    def with_prior(self, prior: TapPrior) -> Numbers:
        """Return how likely each change is when earlier actions are counted in; adds up to 1.

        Where the weeks speak against them, what was thought before anything was known takes over by itself: the less likely the weeks are
        under one half of the prior, the less it counts.
        """
        thought = prior.alike * _bell(self.changes, prior) + (1 - prior.alike) * _bell(self.changes, TapPrior())
        weighed = self.likely * thought
        return np.asarray(weighed / weighed.sum(), dtype=np.float64)


def _bell(changes: Numbers, prior: TapPrior) -> Numbers:
    return np.asarray(np.exp(-0.5 * ((changes - prior.mean) / prior.spread) ** 2) / prior.spread, dtype=np.float64)


def fit(own: Numbers, busy: Numbers, chance: Numbers, after: Numbers, at: Numbers) -> Fitted:
    """Return what the weeks say about a change in the weeks where `after` is 1; arrays of one length, oldest week first.

    `busy` is how busy a week was anyway, `chance` the variance of its logarithm, `at` its place in weeks.
    """
    base = np.log(busy) + float(np.log((own.sum() + 0.5) / busy.sum()))
    covers = np.stack([_cover(at, chance, *given) for given in product(WANDERS, LASTS, NOISES, TRENDS)])
    changes, covers = _worth_trying(own, base, covers, after)
    evidence = np.empty((len(changes), len(covers)))
    means, variances = np.empty((len(changes), len(own))), np.empty((len(changes), len(own)))
    mode: Numbers | None = None
    for number, change in enumerate(changes):
        mode, evidence[number], root, factor = _laplace(own, base + change * after, covers, mode)
        weights = np.exp(evidence[number] - evidence[number].max())
        weights /= weights.sum()
        means[number] = weights @ mode
        variances[number] = weights @ (_variance(covers, root, factor) + mode**2) - means[number] ** 2
    likely = np.exp(evidence - evidence.max()).sum(axis=1)
    return Fitted(changes=changes, likely=likely / likely.sum(), expected=means + base, spread=np.sqrt(np.maximum(variances, 1e-9)))


def _worth_trying(own: Numbers, base: Numbers, covers: Numbers, after: Numbers) -> tuple[Numbers, Numbers]:
    """Return the changes to try closely, and the answers of the grid that explain the weeks at all with one of them."""
    told = np.empty((len(COARSE), len(covers)))
    mode: Numbers | None = None
    for number, change in enumerate(COARSE):
        mode, told[number], _, _ = _laplace(own, base + change * after, covers, mode)
    likely = np.flatnonzero(told.max(axis=1) > told.max() - UNLIKELY)
    low, high = COARSE[max(0, likely[0] - 1)], COARSE[min(len(COARSE) - 1, likely[-1] + 1)]
    return np.linspace(low, high, FINE), covers[told.max(axis=0) > told.max() - UNLIKELY]


def _cover(at: Numbers, chance: Numbers, wander: float, lasts: float, noise: float, trend: float) -> Numbers:
    """Return the covariance of the weeks' logarithms under one answer of the grid."""
    apart = np.abs(at[:, None] - at[None, :])
    middle = at - at.mean()
    cover = SPREAD_LEVEL**2 + trend**2 * np.outer(middle, middle) + wander**2 * lasts**apart
    return np.asarray(cover + np.diag(noise**2 + chance), dtype=np.float64)


def _laplace(counts: Numbers, offset: Numbers, covers: Numbers, start: Numbers | None) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Return, per covariance: the mode of each week's departure from `offset`, the logarithm of the evidence, the root of the expected
    counts, and the Cholesky factor of 1 + root x covariance x root. `start`: where to look first.
    """
    many, weeks = covers.shape[0], covers.shape[1]
    f = np.zeros((many, weeks)) if start is None else start
    eye = np.eye(weeks)
    for _ in range(_STEPS):
        rate = np.exp(np.clip(offset + f, -_FAR, _FAR))
        root = np.sqrt(rate)
        factor = np.asarray(np.linalg.cholesky(eye + root[:, :, None] * covers * root[:, None, :]), dtype=np.float64)
        b = rate * f + (counts - rate)
        pulled = np.asarray(root * (covers @ b[:, :, None])[:, :, 0], dtype=np.float64)
        a = np.asarray(b - root * _solved(factor, pulled), dtype=np.float64)
        new = np.asarray(np.clip((covers @ a[:, :, None])[:, :, 0], f - 2.0, f + 2.0), dtype=np.float64)
        moved = float(np.abs(new - f).max())
        f = new
        if moved < 1e-3:
            break
    told = (counts * (offset + f) - np.exp(np.clip(offset + f, -_FAR, _FAR))).sum(axis=1)
    told = told - 0.5 * (a * f).sum(axis=1) - np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
    return f, told, root, factor


def _solved(factor: Numbers, right: Numbers) -> Numbers:
    """Return the answer of (factor x factor') x = right, for each of a stack."""
    half = np.linalg.solve(factor, right[:, :, None])
    return np.asarray(np.linalg.solve(np.swapaxes(factor, 1, 2), half)[:, :, 0], dtype=np.float64)


def _variance(covers: Numbers, root: Numbers, factor: Numbers) -> Numbers:
    """Return the variance of each week's departure, per covariance."""
    half = np.linalg.solve(factor, root[:, :, None] * covers)
    return np.asarray(np.maximum(np.diagonal(covers, axis1=1, axis2=2) - (half**2).sum(axis=1), 0.0), dtype=np.float64)
