"""Bursts seen before any group exists: more different people near one mention than its past explains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc

from listener.issues.window import NAMELESS, Snapshot
from listener.signals.odds import tail

HOURS_PER_DAY = 24.0
HOURS_PER_WEEK = 168.0
FEWEST_HISTORY_HOURS = 24.0
MOST_SHARE = 0.9
FEWEST_WEEKS = 3
USUAL_PRIOR = 1.0
"""People added to both sides when the hours of earlier weeks are compared with the pooled past, so that one person makes no rhythm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRule:
    """One look: `kind` names the signal, `window_hours` the stretch counted, `min_authors` the fewest people.

    The baseline ends `gap_hours` before the window begins, so that slow growth does not become its own baseline; until a day and a
    window's length of baseline exist there is nothing to compare with. `growth`: at least so many times the usual number of people.
    """

    kind: str
    window_hours: float
    baseline_hours: float
    min_authors: int
    gap_hours: float = 0.0
    growth: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What a look has to pass: `level`, the chance of a false alarm it may take, and how clumped usual chatter is (`dispersion`)."""

    level: float
    dispersion: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Burst:
    """More authors than usual. `rows` are the mentions behind it (rows of the snapshot, oldest first, the newest mention last).

    `before` people in `history_hours` of baseline; `rhythm` times as many are usual at this hour of the week as on average (1 while
    fewer than three weeks are known); `bar` is what it passed. When a share is judged and not a number, `of_seen` and `of_before` are
    all people then and before, of whom `seen` and `before` count.
    """

    kind: str
    seen: int
    usual: float
    p_value: float
    window_hours: float
    rows: NDArray[np.int64]
    learning_day: int | None
    before: int
    history_hours: float
    rhythm: float
    bar: Bar
    of_seen: int = 0
    of_before: int = 0


def scan(snapshot: Snapshot, row: int, circles: Sequence[NDArray[np.bool_]], *, rules: tuple[ScanRule, ...], bar: Bar) -> Burst | None:
    """Tell whether the mention in `row` completes a burst; of several looks the least likely one counts.

    circles: `(n,)` each, which mentions are near this one; a narrow circle sees one wording, a wider one a subject. Only mentions up to
    `row` are counted, so batches may be cut anywhere. Distinct authors are counted, and copies of one card once, so neither a busy
    author nor a copied text makes a burst.
    """
    looks = (look(snapshot, row, np.flatnonzero(near[:row]), rule, bar) for near in circles for rule in rules)
    return min((burst for burst in looks if burst is not None), key=lambda burst: burst.p_value, default=None)


def look(snapshot: Snapshot, row: int, around: NDArray[np.int64], rule: ScanRule, bar: Bar) -> Burst | None:
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
    if float(bdtrc(seen - 1, seen + before, share)) >= bar.level:
        return None
    usual = before * rule.window_hours / history
    rhythm = _rhythm(snapshot, row, around, rule, usual)
    share = min(MOST_SHARE, share * rhythm / (1.0 - share + share * rhythm))
    p_value = tail(seen, before, share, bar.dispersion)
    if p_value >= bar.level or seen < rule.growth * usual * rhythm:
        return None
    known_hours = hours[row] - hours[0]
    return Burst(
        kind=rule.kind,
        seen=seen,
        usual=usual * rhythm,
        p_value=p_value,
        window_hours=rule.window_hours,
        rows=recent,
        learning_day=None if known_hours >= rule.baseline_hours else int(known_hours // HOURS_PER_DAY) + 1,
        before=before,
        history_hours=history,
        rhythm=rhythm,
        bar=bar,
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


def _rhythm(snapshot: Snapshot, row: int, around: NDArray[np.int64], rule: ScanRule, usual: float) -> float:
    """Return how many times the pooled `usual` people come at these hours of the week, by the same hours of earlier weeks; at least 1.

    With fewer than `FEWEST_WEEKS` whole weeks before the window there is no telling, and the pooled past stands (1). Volume as a whole
    is accounted for elsewhere; this is for a thing with a rhythm of its own, such as bills on a Monday morning.
    """
    hours = snapshot.hours
    began = hours[row] - rule.window_hours
    weeks = int((began - hours[0]) // HOURS_PER_WEEK)
    if weeks < FEWEST_WEEKS:
        return 1.0
    same = 0
    for week in range(1, weeks + 1):
        until = hours[row] - week * HOURS_PER_WEEK
        same += people(snapshot, around[(hours[around] <= until) & (hours[around] > until - rule.window_hours)])
    return max(1.0, (same + USUAL_PRIOR) / (weeks * usual + USUAL_PRIOR))


def accounts(snapshot: Snapshot, rows: NDArray[np.int64]) -> int:
    """Count different accounts; a mention whose platform named nobody shows none, for a feed may give one text fifty times."""
    authors = {snapshot.entries[row].author for row in rows.tolist()}
    return sum(not author.startswith(NAMELESS) for author in authors)


def people(snapshot: Snapshot, rows: NDArray[np.int64]) -> int:
    """Count different people: distinct authors among the first mention of each card."""
    if not len(rows):
        return 0
    _, first = np.unique(snapshot.cards[rows], return_index=True)
    return len(np.unique(snapshot.authors[rows[first]]))
