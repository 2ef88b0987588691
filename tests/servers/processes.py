"""Starts one server process for tests: output to a file, a free port, a wait until it is ready, and an end by its process id."""

from __future__ import annotations

import ctypes
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
FIRST_PORT, LAST_PORT = 50_001, 60_999


class NotStarted(Exception):
    """A server ended early or was not ready in time; the message carries the end of what it said."""


def free_port() -> int:
    """Return a port of 127.0.0.1 above 50000 that nobody listens on now."""
    for port in random.sample(range(FIRST_PORT, LAST_PORT), 200):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise NotStarted("200 ports in a row are taken")


@contextmanager
def running(
    command: Sequence[str | Path],
    *,
    folder: Path,
    ready: Callable[[str], bool],
    seconds: float,
    env: Mapping[str, str] | None = None,
    user: str | None = None,
    stop: signal.Signals = signal.SIGTERM,
) -> Iterator[Path]:
    """Run a server in `folder` and give the file of its output once `ready(output so far)` is true.

    The process group is ended at the end: `stop` first, and after ten seconds for good. `user`: whose rights it gets (None: ours).
    """
    log = folder / f"{Path(command[0]).name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(one) for one in command],
            cwd=folder,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_end_with_us,
            user=user,
            group=user,
            extra_groups=[] if user else None,
        )
    try:
        _wait(process, log, ready, seconds)
        yield log
    finally:
        _end(process, stop)


def _end_with_us() -> None:
    """Ask the kernel to end this child when the tests are killed themselves, so that no server is left behind (prctl(2), Linux)."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))


def _wait(process: subprocess.Popen[bytes], log: Path, ready: Callable[[str], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not ready(said := log.read_text(encoding="utf-8", errors="replace")):
        if process.poll() is not None:
            raise NotStarted(f"{process.args!r} ended with {process.returncode}: {said[-2000:]}")
        if time.monotonic() > until:
            raise NotStarted(f"{process.args!r} was not ready in {seconds:.0f} s: {said[-2000:]}")
        time.sleep(0.05)


def _end(process: subprocess.Popen[bytes], stop: signal.Signals) -> None:
    if process.poll() is None:
        os.killpg(process.pid, stop)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=10)
