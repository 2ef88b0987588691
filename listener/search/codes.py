"""Vectors as signs: one bit a dimension, compared by counting bits. Exact over everything, in memory order, without an index.

The signs of a vector say enough to find the thousand nearest among millions; those few are compared by their vectors afterwards.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from listener.search.grown import BLOCK

_FAR = np.uint16(65_535)


def code_words(dims: int) -> int:
    """Return how many 64-bit words hold the signs of a vector."""
    return -(-dims // 64)


def codes_of(vectors: NDArray[np.float32]) -> NDArray[np.uint64]:
    """Return uint64 `(n, code_words)` of float32 `(n, n_dims)`; bits beyond the dimensions are 0."""
    bits = np.packbits(vectors > 0, axis=1)
    padded = np.zeros((len(vectors), code_words(vectors.shape[1]) * 8), dtype=np.uint8)
    padded[:, : bits.shape[1]] = bits
    return padded.view(np.uint64)


def nearest_rows(codes: NDArray[np.uint64], query: NDArray[np.uint64], mask: NDArray[np.bool_], most: int) -> NDArray[np.int64]:
    """Return up to `most` rows whose signs differ least from `query`, nearest first, then lowest row.

    codes: `(n_blocks, code_words, BLOCK)`, so that one word of many rows lies together. mask: which rows count, `(n_blocks * BLOCK,)`.
    """
    distances = np.full(len(codes) * BLOCK, _FAR, dtype=np.uint16)
    differs, bits = np.empty(BLOCK, dtype=np.uint64), np.empty(BLOCK, dtype=np.uint8)
    for number, block in enumerate(codes):
        here = slice(number * BLOCK, (number + 1) * BLOCK)
        if mask[here].any():
            counted = distances[here]
            counted[:] = 0
            for word, asked in zip(block, query, strict=True):
                np.bitwise_count(np.bitwise_xor(word, asked, out=differs), out=bits)
                np.add(counted, bits, out=counted)
    distances[~mask] = _FAR
    limit = np.searchsorted(np.bincount(distances[mask], minlength=1).cumsum(), most) if mask.any() else 0
    rows = np.flatnonzero(distances <= min(int(limit), int(_FAR) - 1))
    return rows[np.argsort(distances[rows], kind="stable")][:most].astype(np.int64)
