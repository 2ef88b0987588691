"""The process that holds the model: it reads lists of texts from a pipe and answers with vectors. Started by `sentences.py`.

Only this module imports sentence-transformers, and only inside its functions, so that nothing else pays for torch.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from threading import RLock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from listener.embedding.parts import SideBySide

MOST_THREADS = 4
NICENESS = 5
OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "TOKENIZERS_PARALLELISM": "false",
    "TQDM_DISABLE": "1",
}


class Ready(NamedTuple):
    """The model is loaded."""

    dims: int


class Refused(NamedTuple):
    """The model could not be loaded; asking again will not help."""

    reason: str


class Encoded(NamedTuple):
    """Vectors of one request: float32 `(n_texts, n_dims)`, unit length."""

    vectors: NDArray[np.float32]


class Failed(NamedTuple):
    """One request failed; the next may succeed."""

    reason: str


def serve(pipe: Connection, folder: str, batch_size: int, reader: str = "", *, load: Callable[[str, str], Any] | None = None) -> None:
    """Load the model in `folder`, and the Dutch reader in `reader` unless that is empty; say `Ready` or `Refused`.

    Then answer until the pipe closes (also when the parent dies). `load` makes another kind of model with the same `encode`.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle: it closes the pipe in order
    with contextlib.suppress(OSError):
        os.nice(NICENESS)  # pages and polling go first; where the system forbids it, the model simply competes
    side_by_side = SideBySide(_set_environment())
    try:
        model = (load or _load)(folder, reader)
        dims = int(side_by_side.encode(model, ["."], batch_size).shape[1])
    except Exception as error:  # noqa: BLE001 - whatever the libraries raise, the parent has to hear it
        pipe.send(Refused(f"{type(error).__name__}: {error}"))
        return
    pipe.send(Ready(dims))
    while True:
        try:
            texts = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            pipe.send(Encoded(side_by_side.encode(model, texts, batch_size)))
        except Exception as error:  # noqa: BLE001 - as above
            pipe.send(Failed(f"{type(error).__name__}: {error}"))


def _set_environment() -> int:
    """No network, no progress bars, and no library that shares its work out between cores: `SideBySide` does that.

    Before the libraries are imported, or they ignore it. Returns how many parts to read at a time: OMP_NUM_THREADS as this process was
    given it, else as many as there are cores, and no more than leave the machine usable.
    """
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    threads = int(wanted) if wanted.isdecimal() and int(wanted) else min(MOST_THREADS, os.cpu_count() or 1)
    os.environ.update(OFFLINE)
    os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
    return threads


def _load(folder: str, reader: str) -> Any:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(folder, device="cpu", trust_remote_code=False)
    _one_at_a_time(model)
    if not reader:
        return model
    from listener.embedding.dutch import BilingualModel, DutchReader
    from listener.settings.wording import stop_words
    from listener.text.language import Languages

    return BilingualModel(model, DutchReader(Path(reader), base=Path(folder)), Languages.from_lists(**stop_words()))


def _one_at_a_time(model: Any) -> None:
    """Let one thread at a time cut texts into pieces: a tokenizer is told each time where to cut, and refuses that while another reads."""
    turn, cut = RLock(), model.preprocess

    def preprocess(*given: Any, **named: Any) -> Any:
        with turn:
            return cut(*given, **named)

    model.preprocess = preprocess


def main() -> None:
    """Serve on the file descriptor, folder, batch size and reader (may be empty) named on the command line."""
    # Messages are pickled by their module's name, which is `__main__` here: the parent knows them under the name they are imported by.
    from listener.embedding import worker

    descriptor, folder, batch_size, reader = sys.argv[1:5]
    worker.serve(Connection(int(descriptor)), folder, int(batch_size), reader)


if __name__ == "__main__":
    main()
