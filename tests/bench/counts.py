"""What most systems count instead: alarms from the number of posts per cluster, to be measured beside ours on the same vectors.

Both need a unit that is known when a post arrives and needs no label: one-pass clusters (`one_pass_units`). Both count posts per unit,
wait for `LEARN` days, want `FEWEST` posts, and are quiet about a unit for a day after an alarm, as we are. An alarm's evidence is what it
counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

SAME_UNIT = 0.6
LEARN_HOURS = 48
PAST_HOURS = 7 * 24
FEWEST = 5
QUIET_HOURS = 24
Z = 3.0
BLOCK_HOURS = 12
ALPHA_Z = 3.09
"""0.999 of the normal distribution, the usual bound of Farrington's method with few false alarms."""
LARGE_RESIDUAL = 2.58
STEPS = 4

Alarm = tuple[datetime, Sequence[int]]


def one_pass_units(vectors: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return a cluster number per row of `(n, n_dims)`: the nearest centre so far if its cosine is `SAME_UNIT` or more, else a new one."""
    centres = np.zeros_like(vectors)
    sums = np.zeros_like(vectors)
    units = np.zeros(len(vectors), dtype=np.int64)
    known = 0
    for row, vector in enumerate(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)):
        likeness = centres[:known] @ vector
        best = int(likeness.argmax()) if known else 0
        if not known or likeness[best] < SAME_UNIT:
            best, known = known, known + 1
        sums[best] += vector
        centres[best] = sums[best] / max(float(np.linalg.norm(sums[best])), 1e-9)
        units[row] = best
    return units


def z_score_alarms(times: Sequence[datetime], units: NDArray[np.int64]) -> list[Alarm]:
    """Alarm when an hour's posts of a unit lie `Z` standard deviations above the mean hour of its last seven days."""
    return _alarms(times, units, hours=1, is_high=_z_is_high)


def farrington_alarms(times: Sequence[datetime], units: NDArray[np.int64]) -> list[Alarm]:
    """Alarm when the posts of a unit in twelve hours exceed a bound from quasi-Poisson regression on its earlier twelve hours.

    Farrington et al. 1996 (J. R. Stat. Soc. A 159:547), as far as two weeks of history allow: a log-linear trend over the last seven
    days instead of the same weeks of earlier years, large residuals weighted down, the 2/3-power bound. Looked at after every hour.
    """
    return _alarms(times, units, hours=BLOCK_HOURS, is_high=_farrington_is_high)


BASELINES: Mapping[str, Callable[[Sequence[datetime], NDArray[np.int64]], list[Alarm]]] = {
    "z_score": z_score_alarms,
    "farrington": farrington_alarms,
}


def _alarms(
    times: Sequence[datetime], units: NDArray[np.int64], *, hours: int, is_high: Callable[[int, NDArray[np.int64]], bool]
) -> list[Alarm]:
    at_hour = np.array([int((at - times[0]) / timedelta(hours=1)) for at in times], dtype=np.int64)
    found: list[Alarm] = []
    for unit in np.unique(units):
        rows = np.flatnonzero(units == unit)
        counts = np.bincount(at_hour[rows], minlength=int(at_hour[-1]) + 1)
        quiet_until = 0
        for hour in np.unique(at_hour[rows]):
            if hour < max(quiet_until, LEARN_HOURS):
                continue
            now = int(counts[max(0, hour + 1 - hours) : hour + 1].sum())
            past = counts[max(0, hour + 1 - hours - PAST_HOURS) : hour + 1 - hours]
            if now >= FEWEST and is_high(now, past):
                inside = rows[(at_hour[rows] > hour - hours) & (at_hour[rows] <= hour)]
                found.append((times[int(inside[-1])], [int(one) + 1 for one in inside]))
                quiet_until = hour + QUIET_HOURS
    return sorted(found, key=lambda alarm: alarm[0])


def _z_is_high(now: int, past: NDArray[np.int64]) -> bool:
    return bool(now > past.mean() + Z * max(float(past.std()), 1e-9))


def _farrington_is_high(now: int, past: NDArray[np.int64]) -> bool:
    blocks: NDArray[np.float64] = past[len(past) % BLOCK_HOURS :].reshape(-1, BLOCK_HOURS).sum(axis=1).astype(np.float64)
    if len(blocks) < STEPS:
        return now >= FEWEST
    design: NDArray[np.float64] = np.column_stack([np.ones(len(blocks)), np.arange(len(blocks)) - float(len(blocks))])
    weights: NDArray[np.float64] = np.ones(len(blocks), dtype=np.float64)
    fitted: NDArray[np.float64] = np.full(len(blocks), max(float(blocks.mean()), 0.1))
    for _ in range(STEPS):
        slopes = _fit(design, blocks, weights, fitted)
        fitted = np.asarray(np.exp(np.clip(design @ slopes, -5.0, 6.0)), dtype=np.float64)
        spread = max(1.0, float((weights * (blocks - fitted) ** 2 / fitted).sum() / (len(blocks) - 2)))
        residuals = 1.5 * (blocks ** (2 / 3) - fitted ** (2 / 3)) / (fitted ** (1 / 6) * np.sqrt(spread))  # Anscombe's residuals
        weights = np.where(residuals > LARGE_RESIDUAL, np.maximum(residuals, LARGE_RESIDUAL) ** -2.0, 1.0).astype(np.float64)
    mean = float(np.exp(np.clip(slopes[0], -5.0, 6.0)))
    covariance = np.linalg.pinv(design.T @ (design * (weights * fitted)[:, None])) * spread
    variance = spread * mean + mean**2 * float(covariance[0, 0])
    bound = mean * max(0.0, 1 + 2 / 3 * ALPHA_Z * np.sqrt(variance) / mean) ** 1.5
    return bool(now > bound)


def _fit(
    design: NDArray[np.float64], counts: NDArray[np.float64], weights: NDArray[np.float64], fitted: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the coefficients after one step of iteratively weighted least squares of a log-linear model."""
    working = np.log(fitted) + (counts - fitted) / fitted
    weighted = design * (weights * fitted)[:, None]
    return np.asarray(np.linalg.pinv(design.T @ weighted) @ (weighted.T @ working), dtype=np.float64)
