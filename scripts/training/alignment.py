"""Which English piece a Dutch piece stands for, counted from parallel text (IBM Model 1)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

ROUNDS = 6
LEAST = 0.05
LONGEST = 40


def translations(dutch: Sequence[Sequence[int]], english: Sequence[Sequence[int]], *, n_dutch: int, n_english: int) -> sparse.csr_matrix:
    """Return `(n_dutch, n_english)`: how probably an English piece is what a Dutch piece was translated to; rows sum to 1 or are empty.

    dutch, english: piece numbers of each pair. IBM Model 1 by expectation maximisation (Brown et al. 1993, "The Mathematics of Statistical
    Machine Translation", section 4.1), without the empty word. Shares below `LEAST` are dropped.
    """
    firsts: list[NDArray[np.int64]] = []
    seconds: list[NDArray[np.int64]] = []
    groups: list[NDArray[np.int64]] = []
    group = 0
    for one, other in zip(dutch, english, strict=True):
        left = np.array(one[:LONGEST], dtype=np.int64)
        right = np.array(other[:LONGEST], dtype=np.int64)
        if not len(left) or not len(right):
            continue
        firsts.append(np.tile(left, len(right)))
        seconds.append(np.repeat(right, len(left)))
        groups.append(np.repeat(np.arange(group, group + len(right)), len(left)))
        group += len(right)
    first, second, token = np.concatenate(firsts), np.concatenate(seconds), np.concatenate(groups)
    keys, place = np.unique(first * n_english + second, return_inverse=True)
    owner = keys // n_english
    share: NDArray[np.float64] = np.ones(len(keys))
    for _ in range(ROUNDS):
        share /= np.maximum(np.bincount(owner, weights=share, minlength=n_dutch)[owner], 1e-12)
        here: NDArray[np.float64] = share[place]
        here /= np.bincount(token, weights=here, minlength=group)[token]
        share = np.bincount(place, weights=here, minlength=len(keys)).astype(np.float64)
    share /= np.maximum(np.bincount(owner, weights=share, minlength=n_dutch)[owner], 1e-12)
    kept = share >= LEAST
    found = sparse.csr_matrix((share[kept], (owner[kept], keys[kept] % n_english)), shape=(n_dutch, n_english))
    sums = np.asarray(found.sum(axis=1)).ravel()
    scaled = sparse.diags(np.where(sums > 0, 1.0 / np.maximum(sums, 1e-12), 0.0)) @ found
    return sparse.csr_matrix(scaled)
