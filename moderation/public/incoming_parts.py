"""What the addresses that platforms call are fed with: who may call and what it means, where it is kept, and how much is taken at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from listener.model.page import Page
from listener.ports import Receiver
from moderation.public.limiter import Limiter

MOST_WRONG, WRONG_SECONDS = 30, 600.0
MOST_AT_ONCE = 32
MOST_AT_ONCE_OF_WRONG = 4
THREADS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingParts:
    """`receivers` by source id. `take` keeps a page and returns once it is durable; it raises `StoreError` when it is not, and may block.

    `wrong` counts bodies that nobody signed, `guesses` questions without our word, per client. `room` bounds how many bodies are held in
    memory; whoever sent many that nobody signed shares the few places of `narrow` instead: they leave the others to everybody else, and
    what is signed still comes in, for a platform may share its address with a stranger, or may have the wrong secret for a while.
    `threads` keep bodies, apart from those of all other work, so that an acknowledgement never waits for a page or a job.
    """

    receivers: Mapping[str, Receiver]
    take: Callable[[str, Page], object]
    wrong: Limiter = field(default_factory=lambda: Limiter(most=MOST_WRONG, window_seconds=WRONG_SECONDS))
    guesses: Limiter = field(default_factory=lambda: Limiter(most=MOST_WRONG, window_seconds=WRONG_SECONDS))
    room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_AT_ONCE))
    narrow: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_AT_ONCE_OF_WRONG))
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(THREADS, thread_name_prefix="incoming"))

    def close(self) -> None:
        """Wait until what is being kept is kept, and let go of the threads. Nobody may be let in any more.

        What waits for its turn was acknowledged to nobody, and comes again.
        """
        self.threads.shutdown(wait=True, cancel_futures=True)
