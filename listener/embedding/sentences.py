"""A sentence-transformers model in its own process, so that a crash or a hang costs one restart and never the service."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from listener.embedding.worker import Encoded, Failed, Ready, Refused
from listener.errors import SettingsError

logger = logging.getLogger(__name__)

LOAD_SECONDS = 180.0
CLOSE_SECONDS = 5.0
SECONDS_A_TEXT = 5.0
MOST_STARTS = 2
WORKER = "listener.embedding.worker"


class EncodingFailed(RuntimeError):
    """The worker failed twice on the same texts. Not a person's error: callers try fewer texts and set the culprit aside."""


class SentenceEmbedder:
    """Encodes in one worker process that starts with the first texts. Calls from several threads wait for each other.

    Made by `open_embedder`.

    reader: folder of the Dutch reader, for the model it belongs to.
    """

    def __init__(
        self,
        folder: Path,
        *,
        name: str,
        model_id: str,
        batch_size: int,
        timeout_seconds: float,
        dims: int | None = None,
        reader: Path | None = None,
        worker: str = WORKER,
    ) -> None:
        self._folder = folder
        self._reader = reader
        self._name = name
        self._model_id = model_id
        self._batch_size = batch_size
        self._timeout_seconds = timeout_seconds
        self._dims = dims
        self._worker = worker
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None
        self._turn = Lock()

    @property
    def model_id(self) -> str:
        """The name that vectors of this model are kept under; other weights have another."""
        return self._model_id

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 `(len(texts), n_dims)`, rows of unit length. Blocks, at most `timeout_seconds` per try and two tries;
        a few texts have 5 seconds each.

        Raises `EncodingFailed` when the worker crashed, hung or failed twice on these texts, and `SettingsError` when the model
        cannot be loaded.
        """
        with self._turn:
            return self._encoded(texts)

    def _encoded(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if not texts:
            if self._dims is None:
                self._started()
            return np.zeros((0, self._dims or 0), dtype=np.float32)
        reason = ""
        for _ in range(MOST_STARTS):
            pipe = self._started()
            try:
                pipe.send(list(texts))
                if not pipe.poll(patience := self._patience(len(texts))):
                    reason = f"no answer within {patience:g} s"
                else:
                    answer = pipe.recv()
                    if isinstance(answer, Encoded):
                        return answer.vectors
                    reason = answer.reason if isinstance(answer, Failed) else f"unexpected answer {type(answer).__name__}"
            except (EOFError, OSError) as error:
                reason = f"the worker process ended ({type(error).__name__})"
            logger.warning("embedding worker restarts", extra={"model": self._model_id, "reason": reason, "texts": len(texts)})
            self._end(at_once=True)
        raise EncodingFailed(f"model {self._name}: {len(texts)} texts could not be encoded: {reason}")

    def _patience(self, texts: int) -> float:
        """Return the seconds that so many texts may take: a few each (RULES F24), longer on a machine where others keep the cores busy."""
        crowded = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
        return min(self._timeout_seconds, SECONDS_A_TEXT * texts * crowded)

    def close(self) -> None:
        """End the worker process, if there is one; harmless when called twice."""
        self._end(at_once=False)

    def _started(self) -> Connection:
        """Return the pipe to a worker whose model is loaded."""
        if self._pipe is not None and self._process is not None and self._process.poll() is None:
            return self._pipe
        self._end(at_once=True)
        here, there = Pipe()
        # A fresh interpreter, not a multiprocessing child: that one would run the caller's main module again.
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module; the folder is one argument, never a shell's
            [sys.executable, "-m", self._worker, str(there.fileno()), str(self._folder), str(self._batch_size), str(self._reader or "")],
            stdin=subprocess.DEVNULL,
            pass_fds=(there.fileno(),),
            env={**os.environ, "PYTHONPATH": os.pathsep.join(part or str(Path.cwd()) for part in sys.path)},
        )
        there.close()
        self._process, self._pipe = process, here
        try:
            answer = here.recv() if here.poll(LOAD_SECONDS) else Refused(f"not loaded within {LOAD_SECONDS:g} s")
        except (EOFError, OSError):
            answer = Refused("the process ended while loading; is there enough memory?")
        if not isinstance(answer, Ready):
            self._end(at_once=True)
            raise SettingsError(
                f"model.name: the model {self._name!r} cannot be loaded ({answer.reason}). "
                "Name a folder with a sentence-transformers model, or 'bundled'."
            )
        self._dims = answer.dims
        return here

    def _end(self, *, at_once: bool) -> None:
        process, pipe = self._process, self._pipe
        self._process = self._pipe = None
        if pipe is not None:
            pipe.close()
        if process is None:
            return
        if not at_once:
            with suppress(subprocess.TimeoutExpired):  # it ends by itself when the pipe closes; what does not is killed below
                process.wait(CLOSE_SECONDS)
        process.kill()
        process.wait(CLOSE_SECONDS)
