"""Tells open pages what changed: one watcher for all of them, however many look, and none while nobody does."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from listener.errors import StoreError
from moderation.ledger.pulse import Pulse

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
"""How often is looked: with the half second that opening a case takes, what is stored is on the screen well within two."""
ISSUES_SECONDS = 5.0
"""Figures of issues move with every mention; more often than this nobody can read them."""
MOST_PER_SESSION = 3
"""A browser keeps six connections to one host: with more streams than this its seventh page would wait for ever."""
MOST_WAITING = 200


class PulseSource(Protocol):
    """Reads what is newest in the ledger. `moderation/ledger/pulse.py`."""

    def now(self) -> Pulse:
        """Return the pulse of this moment."""
        ...

    def subjects_since(self, seq: int) -> list[str]:
        """Return what the audit lines after `seq` are about."""
        ...

    def cases_since(self, changed_at: datetime | None) -> list[int]:
        """Return the cases whose line in the queue changed after a moment."""
        ...


def topics_of(before: Pulse, now: Pulse, *, subjects: Iterable[str], cases: Iterable[int]) -> frozenset[str]:
    """Return what changed between two pulses: queue, issues, outbox, and "case:ID" for each case. Pure.

    `subjects`: what the audit lines in between are about. `cases`: whose line in the queue changed.
    """
    about = list(subjects)
    found = {f"case:{number}" for number in cases} | {one for one in about if one.startswith("case:")}
    if found or before.cases != now.cases:
        found.add("queue")
    if (before.change, before.act, before.signal) != (now.change, now.act, now.signal):
        found.add("issues")
    if any(one.startswith(("issue:", "plan:")) for one in about):
        found.add("issues")
    if before.outbox != now.outbox or any(one.startswith(("outbox:", "draft:", "plan:", "switch")) for one in about):
        found.add("outbox")
    return frozenset(found)


@dataclass(eq=False)
class Stream:
    """One open page: what it wants to hear, and what it has not been told yet. `None` in the queue ends it."""

    session: str
    wanted: frozenset[str]
    loop: asyncio.AbstractEventLoop
    waiting: asyncio.Queue[frozenset[str] | None] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))

    def tell(self, topics: frozenset[str] | None) -> None:
        """Pass on from the watcher's thread. A page that does not read for long is ended: it will ask again and see everything."""
        with contextlib.suppress(RuntimeError):  # its loop has closed: nobody listens any more
            self.loop.call_soon_threadsafe(self._put, topics)

    def _put(self, topics: frozenset[str] | None) -> None:
        try:
            self.waiting.put_nowait(topics)
        except asyncio.QueueFull:
            self.waiting.get_nowait()
            self.waiting.put_nowait(None)


class Live:
    """Open streams and the one thread that watches for them. Safe to call from several threads."""

    def __init__(self, source: PulseSource, *, look_seconds: float = LOOK_SECONDS, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._look_seconds = look_seconds
        self._monotonic = monotonic
        self._streams: list[Stream] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._watching = False
        self._issues_at = float("-inf")

    def open(self, session: str, wanted: frozenset[str]) -> Stream | None:
        """Open a stream in the running loop; None once the service is stopping. The session's oldest ends when it has too many."""
        stream = Stream(session, wanted, asyncio.get_running_loop())
        with self._lock:
            if self._closing.is_set():
                return None
            theirs = [one for one in self._streams if one.session == session]
            for one in theirs[: max(0, len(theirs) - MOST_PER_SESSION + 1)]:
                self._streams.remove(one)
                one.tell(None)
            self._streams.append(stream)
            if not self._watching:
                self._watching = True
                threading.Thread(target=self._watch, name="live", daemon=True).start()
        return stream

    def leave(self, stream: Stream) -> None:
        """Forget a stream whose page went away."""
        with self._lock, contextlib.suppress(ValueError):
            self._streams.remove(stream)

    def close(self) -> None:
        """End every stream: the service stops, and a page that is read for ever must not keep it."""
        self._closing.set()
        with self._lock:
            ended, self._streams = self._streams, []
        for one in ended:
            one.tell(None)

    @property
    def count(self) -> int:
        with self._lock:
            return len(self._streams)

    def _watch(self) -> None:
        before = self._looked(None)  # at once: what changes from here on is told
        while not self._closing.wait(self._look_seconds):
            with self._lock:
                if not self._streams:
                    self._watching = False
                    return
            before = self._looked(before)

    def _looked(self, before: Pulse | None) -> Pulse | None:
        try:
            return self._look(before)
        except StoreError as error:  # the ledger is busy or full: pages go on asking by themselves
            logger.warning("open pages are not told of changes", extra={"why": str(error)})
        except Exception:  # one failed look must not silence all later ones
            logger.exception("looking for changes failed")
        return before

    def _look(self, before: Pulse | None) -> Pulse:
        now = self._source.now()
        if before is None or before == now:
            return now
        subjects = self._source.subjects_since(before.audit) if now.audit != before.audit else []
        cases = self._source.cases_since(before.cases) if now.cases != before.cases else []
        topics = topics_of(before, now, subjects=subjects, cases=cases)
        if "issues" in topics:
            if self._monotonic() - self._issues_at < ISSUES_SECONDS:
                topics -= {"issues"}
                now = replace(now, change=before.change, act=before.act, signal=before.signal)  # told at a later look
            else:
                self._issues_at = self._monotonic()
        with self._lock:
            streams = list(self._streams)
        for one in streams:
            if mine := topics & one.wanted:
                one.tell(mine)
        return now
