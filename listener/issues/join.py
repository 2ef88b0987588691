"""Which known issue a new mention belongs to, judged by its nearest mentions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NEIGHBOURS = 10
SHARE = 0.5
LOOSE = 0
EPSILON = 0.02


def nearest_issue(above_near: NDArray[np.float32], issues: NDArray[np.int64]) -> tuple[int, NDArray[np.int64]] | None:
    """Return the issue of at least half of the nearest mentions, by likeness, and the rows that said so; None when there is none.

    above_near: `(n,)`, how far each earlier mention is above "near" (negative ones do not count). issues: `(n,)`, the issue of each,
    0 for loose ones, which vote for staying loose with half their weight.
    """
    near = np.flatnonzero(above_near >= 0)
    if not len(near):
        return None
    closest = near[np.argsort(-above_near[near], kind="stable")[:NEIGHBOURS]]
    weights = above_near[closest] + EPSILON
    voted = issues[closest]
    weights[voted == LOOSE] /= 2
    candidates = np.unique(voted[voted != LOOSE])
    if not len(candidates):
        return None
    shares = np.array([weights[voted == issue].sum() for issue in candidates]) / weights.sum()
    best = int(shares.argmax())
    if shares[best] < SHARE:
        return None
    return int(candidates[best]), closest[voted == candidates[best]]
