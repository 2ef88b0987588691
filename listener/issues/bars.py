"""How sure each look into a window has to be: a share of the week's budget, and how clumped usual chatter is in this window."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from listener.issues.scan import HOURS_PER_WEEK, Bar
from listener.issues.window import Snapshot
from listener.model.issue import Signal
from listener.signals.budget import Budget
from listener.signals.odds import USUAL_DISPERSION, clumping
from listener.signals.rules import SignalRules

LOOSE = 0
FEWEST_HISTORY_HOURS = 24.0
BLOCK_HOURS = 12.0
FEWEST_BLOCKS = 3
LOOKS_PER_MENTION = 4.0
"""What twelve looks of one mention (three circles, four windows) and those at its issue come to, so much do they overlap.

Chosen on eleven made streams (tests/bench/streams.py; banking77, bitext and ha_intents in several densities, with and without events).
"""
LOOKS_PER_SUBJECT = 7.0
"""Looks at slow change a week per subject, one a day: windows of days overlap almost wholly. There are about as many subjects as the
root of the mentions, as in `listener.issues.group`."""


class Bars:
    """The bar for each row of one snapshot. What it says depends on the window, its issues and earlier signals alone.

    issues: `(n,)`, the issue per row before the batch, 0 for loose. signals: those of the window, of which the last week's earn budget.
    unsettled: how many of the latest mentions have not been through a regrouping; their places say little about how clumped talk is.
    """

    def __init__(
        self, snapshot: Snapshot, issues: NDArray[np.int64], *, rules: SignalRules, signals: Collection[Signal], unsettled: int
    ) -> None:
        self._snapshot = snapshot
        self._rules = rules
        loud = {one.issue_id for one in signals if one.issue_id is not None}
        self.dispersion = _dispersion(snapshot, np.where(np.isin(issues, sorted(loud)), LOOSE, issues), unsettled)

    def sudden(self, row: int, signals: Iterable[Signal]) -> Bar:
        """Return the bar for the looks that the mention in `row` gives rise to."""
        hours = self._snapshot.hours
        mentions = row + 1 - int(np.searchsorted(hours, hours[row] - HOURS_PER_WEEK, side="right"))
        known = min(HOURS_PER_WEEK, max(FEWEST_HISTORY_HOURS, float(hours[row] - hours[0])))
        return self._bar(self._rules.budget, LOOKS_PER_MENTION * mentions * HOURS_PER_WEEK / known, row, signals)

    def slow(self, row: int, signals: Iterable[Signal]) -> Bar:
        """Return the bar for looks at change over days: as many as there are subjects."""
        return self._bar(self._rules.slow_budget, LOOKS_PER_SUBJECT * sqrt(row + 1), row, signals)

    def _bar(self, budget: Budget, looks: float, row: int, signals: Iterable[Signal]) -> Bar:
        at = self._snapshot.entries[row].posted_at
        since = at - timedelta(hours=HOURS_PER_WEEK)
        found = len({one.issue_id for one in signals if one.issue_id is not None and since < one.at <= at})
        return Bar(level=budget.level(looks, found=found), dispersion=self.dispersion)


def _dispersion(snapshot: Snapshot, issues: NDArray[np.int64], unsettled: int) -> float:
    """Return how clumped people come to issues over the last week that a regrouping has seen, in stretches of half a day."""
    hours = snapshot.hours
    if len(hours) <= unsettled:
        return USUAL_DISPERSION
    until = hours[np.argsort(snapshot.ids, kind="stable")[-unsettled:]].min() if unsettled else hours[-1]
    blocks = int((until - max(hours[0], until - HOURS_PER_WEEK)) // BLOCK_HOURS)
    if blocks < FEWEST_BLOCKS:
        return USUAL_DISPERSION
    block = np.floor((until - hours) / BLOCK_HOURS).astype(np.int64)
    inside = (hours < until) & (block < blocks)
    volume = np.bincount(block[inside], minlength=blocks)
    placed = np.flatnonzero(inside & (issues != LOOSE))
    if not len(placed):
        return USUAL_DISPERSION
    thing = np.unique(issues[placed], return_inverse=True)[1]
    once = np.unique(np.column_stack([thing, block[placed], snapshot.authors[placed]]), axis=0)
    counts = np.zeros((int(thing.max()) + 1, blocks), dtype=np.int64)
    np.add.at(counts, (once[:, 0], once[:, 1]), 1)
    return clumping(counts, volume)
