"""Reading texts in a process of their own, each within seconds: what ends or holds up a process must not be the service's (RULES F24).

Seconds of work count, not of the clock: a machine that is busy with other things, or was asleep, says nothing of a text.
"""

from __future__ import annotations

import logging
import math
import multiprocessing
import resource
import signal
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection

from listener.model.mention import StoredMention

logger = logging.getLogger(__name__)

EACH_SECONDS = 5.0
"""Work of a core on one mention."""
WAIT_SECONDS = 60.0
"""By the clock: for what does not work but waits."""
START_SECONDS = 60.0
READY = "ready"

Work = Callable[[StoredMention], None]


def failures(
    work: Work, stored: Sequence[StoredMention], *, each_seconds: float = EACH_SECONDS, wait_seconds: float = WAIT_SECONDS
) -> dict[int, str]:
    """Return why `work`, done in another process, fails on some of these mentions, by their id: nothing for those on which it ends well.

    work: can be pickled, and leaves nothing behind. One that costs more than `each_seconds` of work (whole ones, rounded up), does not end
    within `wait_seconds`, raises, or ends its process fails. A process that does not even start says nothing of a mention.
    """
    left, found = list(stored), dict[int, str]()
    while left:
        tried, reason = _try_in_turn(work, left, each_seconds, wait_seconds)
        if reason and tried < len(left):
            found[left[tried].mention_id] = reason
            tried += 1
        elif tried < len(left):
            break
        left = left[tried:]
    return found


def _try_in_turn(work: Work, stored: Sequence[StoredMention], each_seconds: float, wait_seconds: float) -> tuple[int, str]:
    """Return how many went well one after the other, and why the next one did not; "" when all did, or when nothing could be tried."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_answer, args=(theirs, work, each_seconds), daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(START_SECONDS) or ours.recv() != READY:
            raise OSError("it did not start")
    except (EOFError, OSError):
        logger.exception("the process that reads texts alone does not start")
        _end(process, ours)
        return 0, ""
    try:
        for at, one in enumerate(stored):
            ours.send(one)
            if not ours.poll(wait_seconds):
                return at, f"reading it did not end within {wait_seconds:g} seconds"
            if reason := str(ours.recv()):
                return at, reason
        return len(stored), ""
    except (EOFError, OSError):
        process.join(1)
        if process.exitcode == -signal.SIGXCPU:
            return at, f"reading it takes longer than {each_seconds:g} seconds"
        return at, f"reading it ends the process that reads it ({process.exitcode})"
    finally:
        _end(process, ours)


def _end(process: multiprocessing.process.BaseProcess, pipe: Connection) -> None:
    process.kill()
    process.join()
    pipe.close()


def _answer(pipe: Connection, work: Work, each_seconds: float) -> None:
    """Runs in the process: says after each mention what went wrong, "" for nothing, until nobody asks any more."""
    pipe.send(READY)
    while True:
        try:
            one = pipe.recv()
        except (EOFError, OSError):
            return
        _limit_work(each_seconds)
        try:
            work(one)
            pipe.send("")
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this mention's
            pipe.send(f"{type(error).__name__}: {error}"[:500])


def _limit_work(seconds: float) -> None:
    """Let the system end this process when it has worked so many seconds more: it counts whole ones, of all its threads."""
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    until = math.ceil(time.process_time() + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (until if most == resource.RLIM_INFINITY else min(until, most), most))
