"""A file of rows at fixed places, mapped into memory and grown a block at a time: row n belongs to mention n."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

BLOCK = 65_536
"""Rows added at once. The file stays small on disk: what was never written takes no room."""


class GrownFile:
    """Rows as an array `(n_blocks, *shape)` that holds BLOCK rows a block; rows never written are zero.

    One writer; readers keep the array they took, which stays valid when the file grows. A file cut short by a crash loses its last block;
    whoever wrote down how many rows there should be sees that from `rows`.
    """

    def __init__(self, path: Path, dtype: DTypeLike, shape: tuple[int, ...]) -> None:
        self._path = path
        self._dtype = np.dtype(dtype)
        self._shape = shape
        self._block_bytes = int(np.prod(shape)) * self._dtype.itemsize
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._array = self._mapped(path.stat().st_size // self._block_bytes)

    @property
    def array(self) -> NDArray[Any]:
        return self._array

    @property
    def rows(self) -> int:
        return len(self._array) * BLOCK

    def reach(self, row: int) -> None:
        """Make sure that `row` is there."""
        blocks = row // BLOCK + 1
        if blocks > len(self._array):
            os.truncate(self._path, blocks * self._block_bytes)
            self._array = self._mapped(blocks)

    def flush(self) -> None:
        """Return when everything written is on disk."""
        if isinstance(self._array, np.memmap):
            self._array.flush()

    def remove(self) -> None:
        """Delete the file; arrays taken before stay readable."""
        self._path.unlink(missing_ok=True)

    def _mapped(self, blocks: int) -> NDArray[Any]:
        if not blocks:
            return np.zeros((0, *self._shape), dtype=self._dtype)
        return np.memmap(self._path, dtype=self._dtype, mode="r+", shape=(blocks, *self._shape))
