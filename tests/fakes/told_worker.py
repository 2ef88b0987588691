"""A worker without a model that does what the texts say: crash, crash once, hang, fail, or answer. Started as the real one is."""

from __future__ import annotations

import os
import signal
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from listener.embedding.worker import Encoded, Failed, Ready, Refused


def serve_as_told(pipe: Connection, folder: Path) -> None:
    if folder.name == "broken":
        pipe.send(Refused("OSError: no such weights"))
        return
    pipe.send(Ready(2))
    while True:
        try:
            texts = pipe.recv()
        except EOFError:
            return
        if "crash" in texts or ("crash once" in texts and not _marked(folder)):
            os.kill(os.getpid(), signal.SIGKILL)
        if "hang" in texts:
            time.sleep(60)
        pipe.send(Failed("ValueError: bad text") if "fail" in texts else Encoded(np.full((len(texts), 2), 0.5, dtype=np.float32)))


def _marked(folder: Path) -> bool:
    mark = folder / "crashed"
    if mark.exists():
        return True
    mark.touch()
    return False


if __name__ == "__main__":
    serve_as_told(Connection(int(sys.argv[1])), Path(sys.argv[2]))
