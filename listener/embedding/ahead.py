"""Encoding ahead: the next batch's texts go through the model while the present batch is concluded and saved."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from listener.ports import Embedder


class AheadEmbedder:
    """Another embedder that can be told what will be asked next. Its answers are those of the embedder it was given.

    Vectors made ahead are handed out only when exactly those texts, in that order, are asked for next: a model's last digits depend on
    which texts it reads together, and what is kept must not depend on how a process was timed. Otherwise they are thrown away.
    One caller at a time. The model has one thread and does one thing after the other.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="encode-ahead")
        self._texts: tuple[str, ...] = ()
        self._made: Future[NDArray[np.float32]] | None = None

    @property
    def model_id(self) -> str:
        return self._embedder.model_id

    def ahead(self, texts: Sequence[str]) -> None:
        """Begin to encode these texts; returns at once. What was begun before and never asked for is forgotten."""
        if self._made is not None and self._texts == tuple(texts):
            return
        self.rest()
        if texts:
            self._texts = tuple(texts)
            self._made = self._thread.submit(self._embedder.encode, list(texts))

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 `(len(texts), n_dims)`, rows of unit length. Raises what the embedder raises, also when it did so ahead."""
        made, as_begun = self._made, self._texts == tuple(texts)
        if made is not None and as_begun:
            self._made = None
            return made.result()
        self.rest()
        return self._embedder.encode(texts)

    def close(self) -> None:
        """Wait for what is being encoded, at most one batch, and end the embedder; harmless when called twice."""
        self.rest()
        self._embedder.close()

    def rest(self) -> None:
        """Let the model finish what it began, so that others may ask it; whatever comes of it, nobody asked for it."""
        if self._made is not None:
            if not self._made.cancel():
                self._made.exception()
            self._made = None
