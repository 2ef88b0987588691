"""A thread of a source's own, for libraries that block: one that hangs is left behind and replaced, and holds up nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from listener.errors import SourceUnavailable

Result = TypeVar("Result")


class OwnThread:
    """Runs one piece of work at a time. `who` is named when it takes too long; `left` is called when the thread is let go."""

    def __init__(self, name: str, *, who: str, left: Callable[[], None] = lambda: None) -> None:
        self._name = name
        self._who = who
        self._left = left
        self._thread: ThreadPoolExecutor | None = None

    async def run(self, work: Callable[[], Result], *, most_seconds: float) -> Result:
        """Return what `work` returns. Raises `SourceUnavailable` when it takes longer; the thread is left to its own time-outs then.

        Also when the thread was let go of while this waited for its turn: nothing of it was done.
        """
        self._thread = self._thread or ThreadPoolExecutor(max_workers=1, thread_name_prefix=self._name)
        try:
            return await asyncio.wait_for(asyncio.get_running_loop().run_in_executor(self._thread, work), most_seconds)
        except TimeoutError as error:
            self.leave()
            raise SourceUnavailable(f"{self._who} took longer than {most_seconds:g} seconds.") from error
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise SourceUnavailable(f"{self._who} was not asked: what was asked before it failed.") from error

    def leave(self) -> None:
        """Let go of the thread; work under way is left to its time-outs. Harmless when called twice."""
        if self._thread is not None:
            self._thread.shutdown(wait=False, cancel_futures=True)
        self._thread = None
        self._left()
