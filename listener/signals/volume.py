"""Alarms on how much is said of a whole: counts per stretch of time in, alarms out; every alarm rests on earlier counts only.

Two conditions, both needed:

- *Unlikely.* The count of one, three or twelve buckets lies beyond what the series' own level, rhythm and over-dispersion explain
  (negative binomial; the false-alarm budget is shared over all looks of a week).
- *Rare here.* Real counts have heavier tails than any such model, and how heavy differs by series. So the surprise must also be one
  that this series shows less often than the budget: higher than the r-th of the highest surprises of the days remembered, r = budget a
  day × (days + 1). When days can be exchanged, that happens on r of (days + 1) days, whatever the distribution. In the first week a
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
    """More than usual in the `buckets` buckets up to and including number `at`: `seen` against `usual`, by chance `p_value`.

    `nats` is the surprise by which alarms of one series are compared.
    """

    at: int
    buckets: int
    seen: int
    usual: float
    p_value: float
    nats: float

    @property
    def rate(self) -> float:
        """Counts per bucket."""
        return self.seen / self.buckets


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
class _Scores:
    """The most surprising look at each bucket: `nats`, with the look's length, count, usual count and chance."""

    nats: Floats
    look: NDArray[np.int64]
    seen: Floats
    usual: Floats
    p_value: Floats


def _scores(counts: Floats, hours: NDArray[np.int64], seconds: int, rule: VolumeRule) -> _Scores:
    """Score every bucket after the first day with the rhythm of the buckets before it: anew each hour at first, later each day."""
    size = len(counts)
    found = _Scores(np.zeros(size), np.ones(size, dtype=np.int64), np.zeros(size), np.zeros(size), np.ones(size))
    hour, day = HOUR_SECONDS // seconds, DAY_SECONDS // seconds
    fits = [at for at in range(day, size, hour) if at < REFIT_HOURLY_DAYS * day or at % day == 0]
    for start, end in zip(fits, [*fits, size][1:], strict=True):
        begin = start - min(start, rule.memory_days * day) // hour * hour
        rhythm = fit_rhythm(counts[begin:start].reshape(-1, hour).sum(axis=1), hours[begin:start:hour])
        usual = rhythm.expected(hours[begin:end]) / hour
        for look in rule.looks:
            _look(found, counts[begin:end], usual, slice(start, end), look, rhythm.fitted)
    found.nats = np.where(found.seen >= rule.fewest, found.nats, 0.0)
    return found


def _look(found: _Scores, counts: Floats, usual: Floats, new: slice, look: int, fitted: float) -> None:
    """Score the `new` buckets, the last of `counts`, in stretches of `look` buckets; the highest score per bucket is kept."""
    known = len(counts) - (new.stop - new.start)
    whole = slice(known - known // look * look, known)
    dispersion = over_dispersion(*(values[whole].reshape(-1, look).sum(axis=1) for values in (counts, usual)), fitted)
    seen, expected = (_running(values[known - look + 1 :], look) for values in (counts, usual))
    nats = surprise(seen, expected, dispersion)
    better = nats > found.nats[new]
    for kept, value in (
        (found.nats, nats),
        (found.look, np.full(len(nats), look)),
        (found.seen, seen),
        (found.usual, expected),
        (found.p_value, chance_of_more(seen, expected, dispersion)),
    ):
        kept[new] = np.where(better, value, kept[new])


def _running(values: Floats, look: int) -> Floats:
    total = np.concatenate(([0.0], np.cumsum(values)))
    return total[look:] - total[:-look]


class _Watch:
    """Goes through the scores day by day, remembering the highest surprise of each whole day and the alarms raised."""

    def __init__(self, scores: _Scores, seconds: int, rule: VolumeRule, earlier: Sequence[VolumeAlarm]) -> None:
        self._scores = scores
        self._rule = rule
        self._day = DAY_SECONDS // seconds
        self._hold_off = rule.hold_off_hours * HOUR_SECONDS / seconds
        self._most_chance = rule.false_per_week / (7 * self._day * len(rule.looks))
        self._raised = sorted(earlier, key=lambda one: one.at)

    def alarms(self, from_bucket: int) -> list[VolumeAlarm]:
        nats, size = self._scores.nats, len(self._scores.nats)
        highest = [float(nats[start : start + self._day].max()) for start in range(self._day, size, self._day)]
        raised: list[VolumeAlarm] = []
        for number, start in enumerate(range(self._day, size, self._day)):
            before = sorted(highest[max(0, number - self._rule.memory_days) : number], reverse=True)
            rank = floor(self._rule.false_per_week / 7 * (len(before) + 1))
            least = before[max(1, rank) - 1] if before else 0.0
            high = (nats[start : start + self._day] > least) & (self._scores.p_value[start : start + self._day] <= self._most_chance)
            for at in np.flatnonzero(high) + start:
                if at >= from_bucket and self._is_new(int(at), rank, before[0] if before else 0.0):
                    raised.append(self._alarm(int(at)))
                    self._raised.append(raised[-1])
        return raised

    def _is_new(self, at: int, rank: int, record: float) -> bool:
        budget = max(1, rank)
        lately = sum(at - one.at < self._rule.memory_days * self._day for one in self._raised)
        if lately >= budget + floor(sqrt(budget)) and self._scores.nats[at] <= record:
            return False
        last = self._raised[-1] if self._raised else None
        if last is None or at - last.at >= self._hold_off:
            return True
        return self._alarm(at).rate > self._rule.grew_again * last.rate and bool(self._scores.nats[at] > last.nats)

    def _alarm(self, at: int) -> VolumeAlarm:
        scores = self._scores
        return VolumeAlarm(
            at=at,
            buckets=int(scores.look[at]),
            seen=round(float(scores.seen[at])),
            usual=float(scores.usual[at]),
            p_value=float(scores.p_value[at]),
            nats=float(scores.nats[at]),
        )
