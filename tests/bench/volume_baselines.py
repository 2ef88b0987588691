"""What most systems do with counts alone, measured beside ours: a z-score against the week before, and a bound after Farrington.

Both look at hours (or longer buckets), need a day of history and `FEWEST` mentions, and are quiet for a day after an alarm, as we are.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

Z = 3.0
PAST_HOURS = 7 * 24
LEARN_HOURS = 24
QUIET_HOURS = 24
FEWEST = 5
BOUND_Z = 3.09
"""0.999 of the normal distribution, the usual bound of Farrington's method with few false alarms."""
LARGE_RESIDUAL = 2.58
ROUNDS = 3

Counts = NDArray[np.int64]


def z_score_alarms(counts: Counts, starts_at: datetime, bucket: timedelta) -> list[int]:
    """Alarm when an hour lies three standard deviations above the mean hour of the seven days before it. Returns bucket numbers."""
    return _alarms(counts, bucket, lambda now, past: bool(now > past.mean() + Z * max(float(past.std()), 1e-9)))


def farrington_alarms(counts: Counts, starts_at: datetime, bucket: timedelta) -> list[int]:
    """Alarm when an hour exceeds a quasi-Poisson bound from the three hours around it on each of the seven days before it.

    Farrington et al. 1996 (J. R. Stat. Soc. A 159:547) with days in the place of years and no trend: large residuals weighted down, the
    2/3-power bound.
    """

    def is_high(now: int, past: Counts) -> bool:
        back = np.arange(24, len(past) + 1, 24)
        around = np.unique(np.concatenate([back - 1, back, back + 1]))
        return now > _bound(past[len(past) - around[around <= len(past)]].astype(np.float64))

    return _alarms(counts, bucket, is_high)


def _bound(past: NDArray[np.float64]) -> float:
    weights = np.ones(len(past))
    for _ in range(ROUNDS):
        mean = max(float((weights * past).sum() / weights.sum()), 0.1)
        spread = max(1.0, float((weights * (past - mean) ** 2 / mean).sum() / max(len(past) - 1, 1)))
        residuals = 1.5 * (past ** (2 / 3) - mean ** (2 / 3)) / (mean ** (1 / 6) * np.sqrt(spread))  # Anscombe's residuals
        weights = np.maximum(residuals / LARGE_RESIDUAL, 1.0) ** -2.0
    variance = spread * mean * (1 + 1 / len(past))
    return float(mean * (1 + 2 / 3 * BOUND_Z * np.sqrt(variance) / mean) ** 1.5)


def _alarms(counts: Counts, bucket: timedelta, is_high: Callable[[int, Counts], bool]) -> list[int]:
    per_hour = max(1, round(timedelta(hours=1) / bucket))
    hourly = counts[: len(counts) // per_hour * per_hour].reshape(-1, per_hour).sum(axis=1)
    found: list[int] = []
    quiet_until = LEARN_HOURS
    for hour, now in enumerate(hourly.tolist()):
        if hour >= quiet_until and now >= FEWEST and is_high(now, hourly[max(0, hour - PAST_HOURS) : hour]):
            found.append((hour + 1) * per_hour - 1)
            quiet_until = hour + QUIET_HOURS
    return found
