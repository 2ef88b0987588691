"""Two halves inside an issue, found for a person who thinks it is about two things."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from listener.issues.features import Space

FEWEST_TO_SPLIT = 4
FEWEST_IN_HALF = 2
MOST_ROUNDS = 50


def halves(space: Space) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Return the rows of the two halves, the larger first, or None when there are not two of at least two mentions.

    k-means with two middles (Lloyd 1982) that starts from the two sides of the direction in which the mentions differ most (the first
    principal component), so that the same mentions always give the same halves; of two equally large ones the one with row 0 is first.
    """
    matrix = space.matrix.astype(np.float64)
    if len(matrix) < FEWEST_TO_SPLIT:
        return None
    centred = matrix - matrix.mean(axis=0)
    direction = np.linalg.svd(centred, full_matrices=False)[2][0]
    right = centred @ (direction if direction[np.abs(direction).argmax()] > 0 else -direction) > 0
    for _ in range(MOST_ROUNDS):
        if not right.any() or right.all():
            return None
        middles = np.stack([matrix[~right].mean(axis=0), matrix[right].mean(axis=0)])
        distances = ((matrix[:, None, :] - middles[None, :, :]) ** 2).sum(axis=2)
        now = distances[:, 1] < distances[:, 0]
        if np.array_equal(now, right):
            break
        right = now
    one, other = np.flatnonzero(~right), np.flatnonzero(right)
    if min(len(one), len(other)) < FEWEST_IN_HALF:
        return None
    return (one, other) if (-len(one), one[0]) <= (-len(other), other[0]) else (other, one)
