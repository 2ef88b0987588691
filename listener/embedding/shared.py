"""One model for everybody: the analyser's batches take turns with the one text that somebody waits for, who goes first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from listener.ports import Embedder

MOST_KEPT = 256
MOST_WAITING = 16


class SharedEmbedder:
    """Another embedder that several threads may ask: one at a time reaches the model, and `soon` goes before the next batch."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._turn = threading.Condition()
        self._busy = False
        self._first = 0
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="encode-soon")
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Future[NDArray[np.float32]]] = OrderedDict()

    @property
    def model_id(self) -> str:
        return self._embedder.model_id

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 `(len(texts), n_dims)`; waits for whoever is being served, and for every text that is wanted soon."""
        with self._taken(first=False):
            return self._embedder.encode(texts)

    def soon(self, text: str, wait_seconds: float) -> NDArray[np.float32] | None:
        """Return the vector of one text, float32 `(n_dims,)`, or None when the model does not answer within `wait_seconds`.

        The model goes on meanwhile, so that asking again a little later is answered at once. Raises what the embedder raises.
        """
        with self._lock:
            found = self._kept.get(text)
            if found is None:
                if sum(not one.done() for one in self._kept.values()) >= MOST_WAITING:
                    return None
                found = self._kept[text] = self._thread.submit(self._one, text)
            self._kept.move_to_end(text)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        try:
            return found.result(timeout=wait_seconds)
        except TimeoutError:
            return None
        except Exception:
            with self._lock:
                self._kept.pop(text, None)
            raise

    def close(self) -> None:
        """End the model's process; harmless when called twice."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._embedder.close()

    def _one(self, text: str) -> NDArray[np.float32]:
        with self._taken(first=True):
            vector: NDArray[np.float32] = self._embedder.encode([text])[0]
            return vector

    @contextmanager
    def _taken(self, *, first: bool) -> Iterator[None]:
        with self._turn:
            self._first += first
            self._turn.wait_for(lambda: not self._busy and (first or not self._first))
            self._busy = True
            self._first -= first
        try:
            yield
        finally:
            with self._turn:
                self._busy = False
                self._turn.notify_all()
