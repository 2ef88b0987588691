"""Bursts seen before any group exists: more different people near one mention than its past explains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc

from listener.issues.window import Snapshot

HOURS_PER_DAY = 24.0
FEWEST_HISTORY_HOURS = 24.0
MOST_SHARE = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRule:
    """One look: `kind` names the signal, `window_hours` the stretch counted, `p_value` the chance of a false alarm accepted.

    The baseline ends `gap_hours` before the window begins, so that slow growth does not become its own baseline; until a day and a
    window's length of baseline exist there is nothing to compare with.
    """

    kind: str
    window_hours: float
    baseline_hours: float
    p_value: float
    min_authors: int
    gap_hours: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Burst:
    """More authors than usual. `rows` are the mentions behind it (rows of the snapshot, oldest first, the newest mention last)."""

    kind: str
    seen: int
    usual: float
    p_value: float
    window_hours: float
    rows: NDArray[np.int64]
    learning_day: int | None


def scan(snapshot: Snapshot, row: int, circles: Sequence[NDArray[np.bool_]], *, rules: tuple[ScanRule, ...]) -> Burst | None:
    """Tell whether the mention in `row` completes a burst; of several looks the least likely one counts.

    circles: `(n,)` each, which mentions are near this one; a narrow circle sees one wording, a wider one a subject. Only mentions up to
    `row` are counted, so batches may be cut anywhere. Distinct authors are counted, and copies of one card once, so neither a busy
    author nor a copied text makes a burst.
    """
    looks = (look(snapshot, row, np.flatnonzero(near[:row]), rule) for near in circles for rule in rules)
    return min((burst for burst in looks if burst is not None), key=lambda burst: burst.p_value, default=None)


def look(snapshot: Snapshot, row: int, around: NDArray[np.int64], rule: ScanRule) -> Burst | None:
    """Compare the window that ends with the mention in `row` with its baseline; `around` are the earlier rows that count."""
    hours = snapshot.hours
    began = hours[row] - rule.window_hours
    recent = np.append(around[hours[around] > began], row)
    if len(recent) < rule.min_authors or (seen := people(snapshot, recent)) < rule.min_authors:
        return None
    until = began - rule.gap_hours
    history = min(rule.baseline_hours, until - hours[0])
    if history < max(FEWEST_HISTORY_HOURS, rule.window_hours):
        return None
    earlier = around[(hours[around] <= until) & (hours[around] > until - rule.baseline_hours)]
    before = people(snapshot, earlier)
    share = _share(hours, row, recent=len(recent), earlier=len(earlier), rule=rule, history=history)
    p_value = float(bdtrc(seen - 1, seen + before, share))
    if p_value >= rule.p_value:
        return None
    known_hours = hours[row] - hours[0]
    return Burst(
        kind=rule.kind,
        seen=seen,
        usual=before * rule.window_hours / history,
        p_value=p_value,
        window_hours=rule.window_hours,
        rows=recent,
        learning_day=None if known_hours >= rule.baseline_hours else int(known_hours // HOURS_PER_DAY) + 1,
    )


def _share(hours: NDArray[np.float64], row: int, *, recent: int, earlier: int, rule: ScanRule, history: float) -> float:
    """Return which share of a thing's people would fall into the window if nothing were going on.

    By time it is window / (window + history); by volume it is the share of all other mentions that fall there, which follows the
    rhythm of the day and a source that was just added. The larger is taken: both are ways to be wrong about a burst. Given the total,
    the number in the window is then binomial, which also accounts for how little a short or empty past says.
    """
    began = hours[row] - rule.window_hours
    until = began - rule.gap_hours
    first, last = np.searchsorted(hours, [until - rule.baseline_hours, until], side="right")
    others_now = row + 1 - np.searchsorted(hours, began, side="right") - recent
    by_volume = (others_now + 1.0) / (others_now + (last - first - earlier) + 2.0)
    by_time = rule.window_hours / (rule.window_hours + history)
    return float(min(MOST_SHARE, max(by_time, by_volume)))


def people(snapshot: Snapshot, rows: NDArray[np.int64]) -> int:
    """Count different people: distinct authors among the first mention of each card."""
    if not len(rows):
        return 0
    _, first = np.unique(snapshot.cards[rows], return_index=True)
    return len(np.unique(snapshot.authors[rows[first]]))
