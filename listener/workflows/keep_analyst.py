"""Keep an analyst at hand: filled from the ledger when it is new, and in step with what people corrected and platforms removed since."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from listener.issues.analyst import Analyst
from listener.ledger.ledger import Ledger
from listener.model.issue import WHOLE

MOST_REMEMBERED = 24
"""Mentions by which an issue is known again when all have left the window: its latest ones."""


class KeepAnalyst:
    """Makes an empty analyst by `new_analyst` and fills it, so that a restart goes on exactly where the last committed batch ended.

    serving: tells the model whose vectors serve. window: how far back it knows mentions. One thread at a time.
    """

    def __init__(self, ledger: Ledger, new_analyst: Callable[[], Analyst], *, window: timedelta, serving: Callable[[], str]) -> None:
        self._ledger = ledger
        self._new_analyst = new_analyst
        self._window = window
        self._serving = serving
        self._analyst: Analyst | None = None
        self._begin_anew = False
        self._seen_act = (0, 0)
        self._seen_change = 0

    def begin_anew(self) -> None:
        """Make a new one before the next batch. May be called from any thread."""
        self._begin_anew = True

    def let_go(self) -> None:
        """Forget the one there is: the vectors it knows mentions by are those of another model."""
        self._analyst = None

    @contextmanager
    def kept_if_saved(self) -> Iterator[None]:
        """Let go of the analyst when the block fails in which it decides something and the ledger saves that: it may be ahead then."""
        try:
            yield
        except Exception:
            self.let_go()
            raise

    def ready(self) -> Analyst:
        """Return the analyst, filled from the ledger when it is new or when a person corrected something since."""
        act = self._ledger.issues.last_act()
        if self._begin_anew or self._analyst is None or act != self._seen_act or self._forget_removed(self._analyst):
            self._begin_anew, self._analyst = False, None  # the one before makes room first: a window may be a month
            seen_change = self._ledger.analyses.last_seq()
            self._analyst = self._filled()
            self._seen_act, self._seen_change = act, seen_change
            if gc.get_freeze_count():
                gc.freeze()  # a service keeps what stays out of the collector's sight; a window of a month stays, and goes without it
        return self._analyst

    def reader(self) -> Analyst:
        """Return one that reads texts as the analyst does, filled or not."""
        return self._analyst or self._new_analyst()

    def remind(self, analyst: Analyst) -> None:
        """Tell the analyst what issues were about whose mentions have left its window: they may come back."""
        gone = analyst.unremembered()
        if gone:
            analyst.remember(self._ledger.analyses.remembered(gone, self._serving(), MOST_REMEMBERED))

    def _filled(self) -> Analyst:
        analyst = self._new_analyst()
        latest = self._ledger.analyses.latest_posted_at() or datetime.now(UTC)
        mentions = self._ledger.analyses.analysed(since=latest - self._window, model=self._serving())
        analyst.restore(
            mentions,
            stored=self._ledger.mentions.by_ids([m.mention_id for m in mentions], as_analysed=True),
            issues=self._ledger.issues.all(include_merged=True),
            locked=self._ledger.issues.locked(),
            signals=[one for one in self._ledger.issues.signals(since=latest - self._window) if one.kind not in WHOLE],
            analysed_since_regroup=self._ledger.analyses.analysed_count() - self._ledger.analyses.last_regroup_count(),
        )
        return analyst

    def _forget_removed(self, analyst: Analyst) -> bool:
        """Let go of mentions that were removed since the last look (RULES F7: what is deleted takes part in nothing).

        Returns whether the window begins elsewhere now, because the newest mention went, so that the analyst has to be filled anew.
        """
        removed, self._seen_change = self._ledger.analyses.removed_since(self._seen_change)
        return bool(removed) and analyst.forget(removed)
