"""One process per home: a lock that the system lets go of when its owner dies, however it dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from listener.errors import StoreLocked

LOCK_NAME = "klankbord.lock"
_TRIES = 5
_PAUSE_SECONDS = 0.05


@contextmanager
def home_lock(home: Path) -> Iterator[None]:
    """Hold the home's lock. Raises `StoreLocked`, naming the owner's process id, when somebody has it.

    The lock belongs to the open file, not to the number written in it: after kill -9 the next process simply gets it, and a process
    that happens to have the old number does not matter (RULES F21). Child processes started by spawn do not inherit it.
    """
    file = os.open(home / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _take(file):
            raise StoreLocked(_occupied(home, _written_pid(file)))
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        try:
            yield
        finally:
            os.ftruncate(file, 0)
    finally:
        os.close(file)


def lock_owner(home: Path) -> int | None:
    """Return the id of the process that holds the home's lock, 0 when it has not written its id yet, None when nobody holds it."""
    try:
        file = os.open(home / LOCK_NAME, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _written_pid(file)
    finally:
        os.close(file)
    return None


def _take(file: int) -> bool:
    """Try a few times: somebody who only asks for the owner holds the lock for a moment."""
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(_PAUSE_SECONDS)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        return True
    return False


def _written_pid(file: int) -> int:
    text = os.pread(file, 32, 0).strip()
    return int(text) if text.isdigit() else 0


def _occupied(home: Path, pid: int) -> str:
    if not pid:
        return f"Another process works on {home}. Wait for it to end, or name another folder with --home."
    return f"Process {pid} works on {home}. Stop it with `kill {pid}`, or name another folder with --home."
