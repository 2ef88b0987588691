"""Cuts days into the weeks that are compared, and reads from the brand's other contacts how busy each week was anyway. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from moderation.model.tap import TapRule, TapSeries

WEEK = timedelta(days=7)
MOST_WEIGHT = 1 / 3
"""No kind of contact weighs more than this in how busy a week was: one that bursts does not carry the others with it."""

MOST_JUMP = 2.0

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Weeks:
    """Weeks around the done day, oldest first and without gaps; the one in which the action settled in lies in the middle.

    `starts`: first days. `own`: contacts of the issue. `others`: of the rest by kind, (n_kinds, n_weeks). `at`: weeks after the done day,
    negative before it. `after` and `counted` are true or false; what is not counted is shown and compared with nothing.
    """

    starts: tuple[date, ...]
    own: Numbers
    others: Numbers
    at: Numbers
    after: Flags
    counted: Flags

    def compared(self) -> Weeks:
        """Return the weeks that are counted."""
        kept = self.counted
        starts = tuple(start for start, one in zip(self.starts, kept, strict=True) if one)
        return Weeks(starts, self.own[kept], self.others[:, kept], self.at[kept], self.after[kept], kept[kept])


def weeks_of(series: TapSeries, rule: TapRule) -> Weeks:
    """Return whole weeks around the done day: those that somebody acted upon, and those it settled in, are not counted."""
    last = series.first_day + timedelta(days=len(series.own))
    settles = series.done_on - timedelta(days=7 * rule.settle_weeks // 2)
    settled = settles + rule.settle_weeks * WEEK
    peak = (series.opened_on - timedelta(days=rule.peak_before_days), series.opened_on + timedelta(days=rule.peak_after_days))
    many = min(rule.most_weeks_before, max(0, (settles - series.first_day).days // 7))
    later = min(rule.most_weeks_after, max(0, (last - settled).days // 7))
    around = (settles + number * WEEK for number in range(-many, rule.settle_weeks + later))
    starts = tuple(start for start in around if series.first_day <= start and start + WEEK <= last)
    after = np.array([start >= settled for start in starts], dtype=np.bool_)
    acted_upon = np.array([start <= peak[1] and start + WEEK > peak[0] for start in starts], dtype=np.bool_)
    latest = settled + max(0, later - rule.latest_weeks_after) * WEEK if rule.latest_weeks_after else settled
    too_old = np.array([settled <= start < latest for start in starts], dtype=np.bool_)
    settling = np.array([settles <= start < settled for start in starts], dtype=np.bool_)
    kinds = [_summed(counts, starts, series.first_day) for counts in series.others.values()]
    return Weeks(
        starts=starts,
        own=_summed(series.own, starts, series.first_day),
        others=np.array(kinds, dtype=np.float64).reshape(len(kinds), len(starts)),
        at=np.array([(start - series.done_on).days / 7 for start in starts], dtype=np.float64),
        after=after,
        counted=(after & ~too_old) | ~(after | acted_upon | settling),
    )


def how_busy(weeks: Weeks) -> tuple[Numbers, Numbers]:
    """Return how busy each week was against the usual (1.0), and the variance of its logarithm by chance alone.

    The weighted median over kinds of contact, each against its own mean: a crisis in one kind, or a tap that closes there, says nothing
    about the others. A kind whose level itself jumped to or fro more than `MOST_JUMP` times as far as the others' is left out. Without any
    other contact every week is as busy as usual, with a variance of 1.
    """
    counts = weeks.others[weeks.others.sum(axis=1) > 0] if weeks.others.size else weeks.others
    if not counts.size:
        return np.ones(len(weeks.starts)), np.ones(len(weeks.starts))
    counts = counts[_steady(counts, weeks.after)]
    means = counts.mean(axis=1)
    weights = _capped(np.sqrt(means))
    ratios = (counts + 0.5) / (means[:, None] + 0.5)
    busy = np.array([_median(ratios[:, week], weights) for week in range(ratios.shape[1])])
    spread = np.pi / 2 * float(np.sum(weights**2 / (means + 0.5)))
    return busy / busy.mean(), np.full(len(busy), spread)


def _steady(counts: Numbers, after: Flags) -> Flags:
    """Return which kinds changed about as much as the middle one between the weeks before and after; all, where one side is missing."""
    if after.all() or not after.any():
        return np.ones(len(counts), dtype=np.bool_)
    jumps = np.log((counts[:, after].mean(axis=1) + 0.5) / (counts[:, ~after].mean(axis=1) + 0.5))
    middle = _median(jumps, _capped(np.sqrt(counts.mean(axis=1))))
    steady = np.abs(jumps - middle) <= np.log(MOST_JUMP)
    return np.asarray(steady if steady.any() else ~steady, dtype=np.bool_)


def _capped(weights: Numbers) -> Numbers:
    """Return weights that add up to 1, none above `MOST_WEIGHT` as far as there are enough of them."""
    share = weights / weights.sum()
    most = max(MOST_WEIGHT, 1 / len(share))
    for _ in range(len(share)):
        over = share > most + 1e-12
        if not over.any():
            break
        rest = share[~over].sum()
        share = np.where(over, most, share * ((1 - most * over.sum()) / rest if rest else 1.0))
    return np.asarray(share, dtype=np.float64)


def _median(values: Numbers, weights: Numbers) -> float:
    """Return the weighted median: between the two middle values it is in proportion, so that equal weights give the plain one."""
    order = np.argsort(values, kind="stable")
    middle = np.cumsum(weights[order]) - weights[order] / 2
    return float(np.interp(0.5, middle, values[order]))


def _summed(counts: Sequence[int], starts: Sequence[date], first: date) -> Numbers:
    days = np.concatenate([[0], np.cumsum(np.asarray(counts, dtype=np.float64))])
    at = np.array([(start - first).days for start in starts], dtype=np.int64)
    return np.asarray(days[at + 7] - days[at], dtype=np.float64) if len(at) else np.zeros(0)
