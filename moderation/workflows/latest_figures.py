"""The figures of all issues, counted once for everybody who looks: never twice at a time, and seldom while somebody waits."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

logger = logging.getLogger(__name__)

FRESH_SECONDS = 2.0
"""Figures this young are shown without asking whether anything changed."""
REST = 8.0
"""Nor are they counted anew before so many times the seconds have passed that counting them took: it must not take all there is."""
STALE_SECONDS = 60.0
"""Older figures are not shown at all: whoever asks waits for new ones. A page says of which moment its figures are."""

Q = TypeVar("Q", bound=Hashable)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Kept(Generic[T]):
    value: T
    mark: Hashable
    act: Hashable
    at: float
    fresh_for: float


class LatestFigures(Generic[Q, T]):
    """Keeps the latest figures of each question, and counts again behind the reader's back.

    `mark()` says what the ledger holds now and `act()` what people did to issues so far; both are cheap. After an act nobody is shown
    figures from before it. Otherwise whoever asks gets what is there while it is young enough, and one thread counts anew.
    """

    def __init__(
        self,
        count: Callable[[Q], T],
        *,
        mark: Callable[[], Hashable],
        act: Callable[[], Hashable],
        monotonic: Callable[[], float] = time.monotonic,
        start: Callable[[Callable[[], None]], None] | None = None,
        most: int = 64,
    ) -> None:
        self._count = count
        self._mark = mark
        self._act = act
        self._monotonic = monotonic
        self._start = start or _in_a_thread
        self._most = most
        self._kept: dict[Q, _Kept[T]] = {}
        self._counting: dict[Q, threading.Lock] = {}
        self._behind: set[Q] = set()
        self._lock = threading.Lock()

    def get(self, question: Q) -> T:
        """Return the figures for a question. Raises what counting raises, to whoever waits for it."""
        kept, act = self._kept.get(question), self._act()
        now = self._monotonic()
        if kept is None or kept.act != act or now - kept.at >= STALE_SECONDS:
            return self._counted(question, act)
        age = now - kept.at
        if age >= kept.fresh_for and (age >= STALE_SECONDS / 2 or kept.mark != self._mark()):
            self._count_behind(question)
        return kept.value

    def _counted(self, question: Q, act: Hashable) -> T:
        """Count, or wait for whoever counts already."""
        with self._lock:
            mine = self._counting.setdefault(question, threading.Lock())
        with mine:
            kept = self._kept.get(question)
            if kept is not None and kept.act == act and self._monotonic() - kept.at < STALE_SECONDS:
                return kept.value
            return self._count_now(question)

    def _count_now(self, question: Q) -> T:
        mark, act = self._mark(), self._act()  # before counting: what changes meanwhile is seen as a change afterwards
        began = self._monotonic()
        value = self._count(question)
        now = self._monotonic()
        rest = min(max(FRESH_SECONDS, REST * (now - began)), STALE_SECONDS / 2)
        with self._lock:
            self._kept[question] = _Kept(value, mark, act, now, rest)
            for old in list(self._kept)[: max(0, len(self._kept) - self._most)]:
                del self._kept[old]
        return value

    def _count_behind(self, question: Q) -> None:
        with self._lock:
            if question in self._behind:
                return
            self._behind.add(question)
            mine = self._counting.setdefault(question, threading.Lock())

        def again() -> None:
            try:
                with mine:
                    self._count_now(question)
            except Exception:  # nobody waits for it: what was counted before goes on being shown until it is too old
                logger.warning("figures were not counted anew", exc_info=True)
            finally:
                with self._lock:
                    self._behind.discard(question)

        self._start(again)


def _in_a_thread(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="figures", daemon=True).start()
