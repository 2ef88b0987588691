"""Ask the sentence model while somebody waits for a page: an answer within a second or so, or none."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from listener.ports import Embedder

logger = logging.getLogger(__name__)

Encode = Callable[[Sequence[str]], NDArray[np.float32] | None]
"""Gives texts their vectors, float32 `(len(texts), n_dims)`; None when nobody can in time."""


class EncodeInTime:
    """The model behind a time limit. While an earlier question is still being answered nothing is queued behind it."""

    def __init__(self, embedder: Embedder, *, seconds: float) -> None:
        self._embedder = embedder
        self._seconds = seconds
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="encode-in-time")
        self._asked: Future[NDArray[np.float32]] | None = None

    @property
    def model_id(self) -> str:
        return self._embedder.model_id

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32] | None:
        """Return float32 `(len(texts), n_dims)`, or None when the model is busy, too slow or broken: callers go by words then."""
        if self._asked is not None and not self._asked.done():
            return None
        task = self._asked = self._thread.submit(self._embedder.encode, list(texts))
        try:
            return task.result(timeout=self._seconds)
        except TimeoutError:
            logger.info("model too slow for a page", extra={"texts": len(texts), "seconds": self._seconds})
            return None
        except Exception:  # noqa: BLE001 - whatever is wrong with the model, the page goes by words
            logger.warning("model could not be asked for a page", extra={"texts": len(texts)})
            return None

    def close(self) -> None:
        """Let the thread end; harmless when called twice."""
        self._thread.shutdown(wait=False, cancel_futures=True)
