"""Texts in parts of about one length, read side by side: each part by a thread that keeps to one core.

A library that shares every multiplication out between cores waits for the slowest of them some hundred times a part, and burns the
others' time meanwhile; beside the analyser, or anything else that keeps a core busy, that took two to three times the processor. Parts
wait for nobody, and small ones stay within a core's own memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import numpy as np
from numpy.typing import NDArray


class SideBySide:
    """Reads with any model that has `encode`, `threads` parts at a time; one request at a time.

    What a text is read beside follows from the request alone and never from timing; so do its last digits.
    """

    def __init__(self, threads: int) -> None:
        self._threads = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="read-part")

    def encode(self, model: Any, texts: Sequence[str], batch_size: int) -> NDArray[np.float32]:
        """Return float32 `(len(texts), n)`, what the model says of each text. At least one text; parts hold `batch_size` at most.

        A model with `reader_of(text)` names there the model that reads a text. Raises what a reader raises, once nobody reads any more.
        """
        readers = [model.reader_of(text) if hasattr(model, "reader_of") else model for text in texts]
        parts = parts_of(texts, [id(reader) for reader in readers], batch_size)
        begun = [self._threads.submit(_read, readers[rows[0]], [texts[row] for row in rows]) for rows in parts]
        wait(begun)
        found = [one.result() for one in begun]
        whole = np.zeros((len(texts), found[0].shape[1]), dtype=np.float32)
        for rows, vectors in zip(parts, found, strict=True):
            whole[rows] = vectors
        return whole


def parts_of(texts: Sequence[str], kinds: Sequence[int], most: int) -> list[list[int]]:
    """Return the rows of `texts` in parts of at most `most`, each of one kind and of texts of about one length, the longest part first.

    A part is padded to its longest text, and short ones at the end leave no core idle for long. `kinds` are any numbers.
    """
    longest_first = sorted(range(len(texts)), key=lambda row: (-len(texts[row]), row))
    parts: list[list[int]] = []
    open_part: dict[int, list[int]] = {}
    for row in longest_first:
        part = open_part.get(kinds[row])
        if part is None or len(part) == most:
            part = open_part[kinds[row]] = []
            parts.append(part)
        part.append(row)
    return parts


def _read(reader: Any, texts: list[str]) -> NDArray[np.float32]:
    found = reader.encode(texts, batch_size=len(texts), normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True)
    return np.asarray(found, dtype=np.float32)
