"""Alarms on how much is said of a whole: counts per stretch of time in, alarms out; every alarm rests on earlier counts only.

Two conditions, both needed:

- *Unlikely.* The count of one, three or twelve buckets lies beyond what the series' own level, rhythm and over-dispersion explain
  (negative binomial; the false-alarm budget is shared over all looks of a week).
- *Rare here.* Real counts have heavier tails than any such model, and how heavy differs by series. So the surprise must also be one
  that this series shows less often than the budget: higher than the r-th of the highest surprises of the days remembered, at the same
  look. When days can be exchanged, that happens on r of (days + 1) days, whatever the distribution. Three looks at the same counts
  seldom agree wholly and seldom differ wholly: each gets the budget over the square root of their number. In the first weeks r is 1: a
  surprise above all before it is enough.

After an alarm comes a hold-off, broken only by a far higher rate. And when more was raised lately than the budget and one standard
deviation of it (Poisson), only a surprise above all that is remembered still counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor, sqrt

import numpy as np
from numpy.typing import NDArray

from listener.signals.rhythm import Floats, chance_of_more, fit_rhythm, hours_of_week, over_dispersion, surprise

DAY_SECONDS = 86_400
HOUR_SECONDS = 3_600
REFIT_HOURLY_DAYS = 7
MODEL_SHARE = 0.1
"""Of the budget, what goes to alarms on ordinary days that the model explains; the rest is for tails that it does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeRule:
    """looks: lengths in buckets that are looked at together. false_per_week: budget of one series. memory_days: baseline and record.

    hold_off_hours: quiet after an alarm, unless the rate is above `grew_again` times that of the alarm. fewest: count below which
    nothing is said. The first day of a series only teaches.
    """

    looks: tuple[int, ...] = (1, 3, 12)
    false_per_week: float = 1.0
    memory_days: int = 28
    hold_off_hours: float = 24.0
    grew_again: float = 3.0
    fewest: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeAlarm:
    """More than usual in the `buckets` buckets up to and including number `at`: `seen` against `usual`, by chance `p_value`."""

    at: int
    buckets: int
    seen: int
    usual: float
    p_value: float


def volume_alarms(
    counts: Sequence[int] | NDArray[np.int64],
    *,
    starts_at: datetime,
    bucket: timedelta,
    rule: VolumeRule | None = None,
    from_bucket: int = 0,
    earlier: Sequence[VolumeAlarm] = (),
) -> list[VolumeAlarm]:
    """Return the alarms that a watcher of this series would have raised, oldest first.

    counts: one per bucket without gaps, the first beginning at `starts_at` (aware). bucket: a whole part of an hour, such as 5 minutes.
    from_bucket: alarms before it are not raised anew; `earlier` are those that were (any order; `at` may be negative).
    An alarm depends on no count after its bucket. What lies more than twice `memory_days` before a bucket's day does not change it.
    Raises ValueError for a bucket that does not divide an hour.
    """
    rule = rule or VolumeRule()
    seconds = round(bucket.total_seconds())
    if seconds <= 0 or HOUR_SECONDS % seconds:
        raise ValueError("a bucket must be a whole part of an hour")
    scores = _scores(np.asarray(counts, dtype=np.float64), hours_of_week(starts_at, seconds, len(counts)), seconds, rule)
    return _Watch(scores, seconds, rule, earlier).alarms(from_bucket)


@dataclass(slots=True)
class _Look:
    """Every bucket seen in the `look` buckets up to it: the count, what is usual, the chance, and the surprise."""

    look: int
    nats: Floats
    seen: Floats
    usual: Floats
    p_value: Floats

    def rate(self, at: int) -> float:
        """Return the count per bucket; 0 before the series begins."""
        return float(self.seen[at]) / self.look if at >= 0 else 0.0


def _scores(counts: Floats, hours: NDArray[np.int64], seconds: int, rule: VolumeRule) -> list[_Look]:
    """Score every bucket after the first day with the rhythm of the buckets before it: anew each hour at first, later each day."""
    size = len(counts)
    hour, day = HOUR_SECONDS // seconds, DAY_SECONDS // seconds
    looks = [_Look(look, np.zeros(size), np.zeros(size), np.zeros(size), np.ones(size)) for look in rule.looks]
    fits = [at for at in range(day, size, hour) if at < REFIT_HOURLY_DAYS * day or at % day == 0]
    for start, end in zip(fits, [*fits, size][1:], strict=True):
        begin = start - min(start, rule.memory_days * day) // hour * hour
        rhythm = fit_rhythm(counts[begin:start].reshape(-1, hour).sum(axis=1), hours[begin:start:hour])
        usual = rhythm.expected(hours[begin:end]) / hour
        for one in looks:
            _score(one, counts[begin:end], usual, slice(start, end), rhythm.fitted)
    for one in looks:
        one.nats = np.where(one.seen >= rule.fewest, one.nats, 0.0)
    return looks


def _score(found: _Look, counts: Floats, usual: Floats, new: slice, fitted: float) -> None:
    """Score the `new` buckets, which are the last of `counts`."""
    look = found.look
    known = len(counts) - (new.stop - new.start)
    whole = slice(known - known // look * look, known)
    history, usual_history = (values[whole].reshape(-1, look).sum(axis=1) for values in (counts, usual))
    dispersion = over_dispersion(history, usual_history, fitted)
    seen, expected = (_running(values[known - look + 1 :], look) for values in (counts, usual))
    found.nats[new] = surprise(seen, expected, dispersion)
    found.seen[new], found.usual[new] = seen, expected
    found.p_value[new] = chance_of_more(seen, expected, dispersion)


def _running(values: Floats, look: int) -> Floats:
    total = np.concatenate(([0.0], np.cumsum(values)))
    return total[look:] - total[:-look]


class _Watch:
    """Goes through the days, remembering the highest surprise of each at every look, and the alarms raised."""

    def __init__(self, looks: Sequence[_Look], seconds: int, rule: VolumeRule, earlier: Sequence[VolumeAlarm]) -> None:
        self._looks = looks
        self._rule = rule
        self._day = DAY_SECONDS // seconds
        self._hold_off = rule.hold_off_hours * HOUR_SECONDS / seconds
        self._nats = np.stack([one.nats for one in looks])
        self._unlikely = np.stack([one.p_value for one in looks]) <= MODEL_SHARE * rule.false_per_week / (7 * self._day * len(looks))
        self._share = rule.false_per_week / 7 / sqrt(len(looks))
        self._raised = sorted(earlier, key=lambda one: one.at)

    def alarms(self, from_bucket: int) -> list[VolumeAlarm]:
        """Return what is raised from this bucket on, oldest first; days before it are gone through only to be remembered."""
        size = self._nats.shape[1]
        starts = range(self._day, size, self._day)
        highest = np.array([self._nats[:, start : start + self._day].max(axis=1) for start in starts])
        raised: list[VolumeAlarm] = []
        for number, start in enumerate(starts):
            before = -np.sort(-highest[max(0, number - self._rule.memory_days) : number], axis=0)
            rank = max(1, floor(self._share * (len(before) + 1)))
            least, record = (before[rank - 1], before[0]) if len(before) else (np.zeros(len(self._looks)),) * 2
            today = slice(start, min(start + self._day, size))
            high = (self._unlikely[:, today] & (self._nats[:, today] > least[:, np.newaxis])).any(axis=0)
            for at in np.flatnonzero(high) + start:
                above = record if self._spent(int(at), len(before)) else least
                found = self._alarm(int(at), above) if at >= from_bucket else None
                if found is not None:
                    raised.append(found)
                    self._raised.append(found)
        return raised

    def _spent(self, at: int, days: int) -> bool:
        """Tell whether more was raised within the memory than the budget of as many days and one standard deviation of it (Poisson)."""
        budget = max(1.0, self._rule.false_per_week / 7 * days)
        return sum(at - one.at < self._rule.memory_days * self._day for one in self._raised) >= budget + sqrt(budget)

    def _alarm(self, at: int, above: Floats) -> VolumeAlarm | None:
        """Return the alarm of a bucket, or None when no look is both unlikely and rare, or when it says nothing new."""
        rates = np.array([one.rate(at) for one in self._looks])
        passing = self._unlikely[:, at] & (self._nats[:, at] > above)
        last = self._raised[-1].at if self._raised else None
        if last is not None and at - last < self._hold_off:
            passing &= rates > self._rule.grew_again * max(one.rate(last) for one in self._looks)
        if not passing.any():
            return None
        best = self._looks[int(np.where(passing, self._nats[:, at], -1.0).argmax())]
        seen, usual = round(float(best.seen[at])), float(best.usual[at])
        return VolumeAlarm(at=at, buckets=best.look, seen=seen, usual=usual, p_value=float(best.p_value[at]))
