"""Days of contacts with a known effect of an action: levels, seasons, trends, noise that lasts, bursts, and a brand that changes meanwhile.

Made by other means than those that measure it: by the day, gamma-mixed counts, noise and bursts of their own for every kind of contact.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from moderation.model.tap import TapSeries

FIRST = date(2025, 1, 6)
EFFECTS = (0.03, 0.1, 0.2, 0.35, 0.5, 0.7, 0.85)
NULLS = ("quiet", "decline", "after_peak", "shift_up_elsewhere", "shift_down_elsewhere", "beside_drifts")
Days = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A series, the share of contacts that its action truly left, what was drawn (`world`), and how many contacts it truly spared."""

    series: TapSeries
    left: float
    world: str
    would_after: float


def draw(seed: int, *, left: float, world: str) -> Drawn:
    """Return one series; the same seed gives the same."""
    rng = np.random.default_rng(seed)
    before, after = int(rng.integers(26, 60)) * 7, int(rng.integers(5, 22)) * 7
    days = before + after
    done = before
    opened = done - int(rng.integers(8, 40))
    common = _season(rng, days) + _lasting(rng, days, sd=rng.uniform(0, 0.15), half_life=rng.uniform(2, 10))
    if world == "decline":
        common = common - rng.uniform(0.01, 0.03) * np.arange(days) / 7
    own = np.log(np.exp(rng.uniform(np.log(4), np.log(70))) / 7) + common + _own_noise(rng, days)
    if world == "after_peak":
        own = own + _burst(rng, days, opened - int(rng.integers(1, 6)), height=rng.uniform(2, 7))
    would = np.exp(own)
    share = np.clip((np.arange(days) - (done - 3)) / 6, 0, 1)
    came = _counts(rng, would * left**share)
    others = {f"kind {number}": _other(rng, days, done, common, number, world) for number in range(int(rng.integers(3, 7)))}
    series = TapSeries(
        first_day=FIRST,
        own=came.astype(int).tolist(),
        others={kind: counts.astype(int).tolist() for kind, counts in others.items()},
        opened_on=FIRST + timedelta(days=opened),
        done_on=FIRST + timedelta(days=done),
    )
    first = done + 4
    weeks = (days - first) // 7
    return Drawn(series=series, left=left, world=world, would_after=float(would[first : first + weeks * 7].sum()))


def _other(rng: np.random.Generator, days: int, done: int, common: Days, number: int, world: str) -> Days:
    level = np.log(np.exp(rng.uniform(np.log(15), np.log(150))) / 7) + common + _own_noise(rng, days)
    if world.startswith("shift") and number == 0:
        at = done + int(rng.integers(-10, 10))
        level = level + np.where(np.arange(days) >= at, np.log(rng.uniform(2, 6)) * (1 if "up" in world else -1), 0.0)
    if world == "beside_drifts":
        level = level + np.cumsum(rng.normal(0, 0.015, days))
    return _counts(rng, np.exp(level))


def _season(rng: np.random.Generator, days: int) -> Days:
    at = np.arange(days)
    week = rng.normal(0, 0.3, 7)
    return np.asarray(rng.uniform(0, 0.35) * np.sin(2 * np.pi * (at / 365 + rng.uniform())) + (week - week.mean())[at % 7])


def _own_noise(rng: np.random.Generator, days: int) -> Days:
    """Noise that lasts days to weeks, a slow trend, and now and then a burst: each kind of contact has its own."""
    noise = _lasting(rng, days, sd=rng.uniform(0.05, 0.35), half_life=rng.uniform(1, 15))
    noise = noise + rng.normal(0, 0.006) * np.arange(days) / 7
    for start in np.flatnonzero(rng.uniform(size=days) < 1 / 200):
        noise = noise + _burst(rng, days, int(start), height=rng.uniform(1.5, 4))
    return np.asarray(noise, dtype=np.float64)


def _lasting(rng: np.random.Generator, days: int, *, sd: float, half_life: float) -> Days:
    keeps = 0.5 ** (1 / half_life)
    steps = rng.normal(0, sd * np.sqrt(1 - keeps**2), days)
    made, value = np.empty(days), rng.normal(0, sd)
    for day in range(days):
        value = keeps * value + steps[day]
        made[day] = value
    return made


def _burst(rng: np.random.Generator, days: int, start: int, *, height: float) -> Days:
    since = np.arange(days) - start
    fades = 0.5 ** (np.maximum(since, 0) / rng.uniform(2, 10))
    return np.asarray(np.where(since >= 0, np.log1p((height - 1) * fades), 0.0))


def _counts(rng: np.random.Generator, rate: Days) -> Days:
    extra = rng.uniform(0.01, 0.4)
    return np.asarray(rng.poisson(rate * rng.gamma(1 / extra, extra, len(rate))), dtype=np.float64)
