"""Groups questions that ask the same. Pure and deterministic: the same vectors give the same groups, in any order of arrival."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BLOCK = 512


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that ask one thing, nearest to their middle first, with the cosine of each to it. `middle` has unit length."""

    rows: tuple[int, ...]
    fits: tuple[float, ...]
    middle: NDArray[np.float32]


def grouped(vectors: NDArray[np.float32], *, near: float, least: int) -> tuple[Group, ...]:
    """Return groups of at least `least` rows, largest first; a row is in one group at most.

    vectors: float32 `(n, n_dims)`, unit length. Again and again the row with most free neighbours (cosine at or above `near`) takes
    them: groups stay as wide as one neighbourhood, where chains of neighbours would tie together what has little in common.
    """
    if len(vectors) < least:
        return ()
    neighbours = _neighbours(vectors, near)
    free = np.ones(len(vectors), dtype=bool)
    counts = np.array([len(one) for one in neighbours])
    found: list[Group] = []
    while True:
        head = int(np.argmax(np.where(free, counts, 0)))  # of equals the first row: nothing hangs on chance
        rows = [int(row) for row in neighbours[head] if free[row]]
        if len(rows) < least or not free[head]:
            break
        free[rows] = False
        for row in rows:
            counts[neighbours[row]] -= 1
        found.append(_group(vectors, rows))
    return tuple(sorted(found, key=lambda one: (-len(one.rows), one.rows)))


def middle_of(vectors: Sequence[NDArray[np.float32]]) -> NDArray[np.float32] | None:
    """Return the middle of these vectors, unit length; None for none."""
    return _unit(np.stack(list(vectors))) if len(vectors) else None


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    total = rows.mean(axis=0)
    unit: NDArray[np.float32] = (total / max(float(np.linalg.norm(total)), 1e-9)).astype(np.float32)
    return unit


def _neighbours(vectors: NDArray[np.float32], near: float) -> list[NDArray[np.intp]]:
    found: list[NDArray[np.intp]] = []
    for start in range(0, len(vectors), BLOCK):
        cosines = vectors[start : start + BLOCK] @ vectors.T
        found += [np.flatnonzero(row >= near) for row in cosines]
    return found


def _group(vectors: NDArray[np.float32], rows: Sequence[int]) -> Group:
    middle = _unit(vectors[list(rows)])
    cosines = {row: float(vectors[row] @ middle) for row in rows}
    order = sorted(rows, key=lambda row: (-round(cosines[row], 6), row))
    return Group(tuple(order), tuple(cosines[row] for row in order), middle)
