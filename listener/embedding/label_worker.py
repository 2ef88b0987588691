"""The process that holds a text-classification model: as `worker`, with probabilities per label in the place of vectors."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from multiprocessing.connection import Connection
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_PIECES = 512


class Classifier:
    """A sequence-classification model and its tokenizer from a folder; imports transformers when it is made."""

    def __init__(self, folder: str) -> None:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        self._tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        loaded = AutoModelForSequenceClassification.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        self._model: Any = loaded.eval()
        self._turn = Lock()

    def encode(self, texts: Sequence[str], *, batch_size: int, **_options: Any) -> NDArray[np.float32]:
        """Return float32 `(len(texts), n_labels)`, rows that sum to 1, in the order of the model's own labels. For several threads."""
        import torch

        rows = []
        for start in range(0, len(texts), batch_size):
            some = list(texts[start : start + batch_size])
            with self._turn:
                pieces = self._tokenizer(some, truncation=True, max_length=self._longest(), padding=True, return_tensors="pt")
            with torch.no_grad():
                rows.append(torch.softmax(self._model(**pieces).logits, dim=1).numpy())
        return np.concatenate(rows).astype(np.float32)

    def _longest(self) -> int:
        return min(MOST_PIECES, int(getattr(self._model.config, "max_position_embeddings", MOST_PIECES)))


def main() -> None:
    """Serve on the file descriptor, folder and batch size named on the command line."""
    from listener.embedding import worker

    descriptor, folder, batch_size = sys.argv[1:4]
    worker.serve(Connection(int(descriptor)), folder, int(batch_size), load=lambda path, _reader: Classifier(path))


if __name__ == "__main__":
    main()
