"""A source that usually speaks at these hours and now does not: how long a gap its own rhythm and scatter explain.

Counts in, an answer or None out. Whether the source could be read at all is for the caller to know; here it answered, with nothing.
Two conditions, as for volume: a gap this long is unlikely under the source's own rhythm, however its mentions bunch together; and it
would have brought more mentions than any gap the source had in the days remembered, nights and weekends included.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from listener.signals.rhythm import Floats, fit_rhythm, hours_of_week, over_dispersion

HOUR = timedelta(hours=1)
DAY_HOURS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceRule:
    """p_value: most chance of a gap. fewest: mentions a gap must have been worth. learn_days: life of a source before it is judged.

    bunches: lengths in hours over which mentions may bunch together. memory_days: baseline, and gaps it is compared with.
    """

    p_value: float = 0.001
    fewest: float = 5.0
    learn_days: int = 14
    memory_days: int = 28
    bunches: tuple[int, ...] = (1, 3, 12, 24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """`hours` without a mention in which about `usual` were to be expected; `p_value` is the chance of such a gap."""

    hours: int
    usual: float
    p_value: float


def find_silence(
    hourly: Sequence[int] | NDArray[np.int64], *, starts_at: datetime, answers_since: int = 0, rule: SilenceRule | None = None
) -> Silence | None:
    """Return the silence that a source is in at the end of its hourly counts, or None.

    hourly: mentions per whole hour without gaps, the first beginning at `starts_at` (aware). answers_since: the hour from which on the
    source could be read; earlier hours without mentions are no silence. None while the source is younger than `rule.learn_days`.
    """
    rule = rule or SilenceRule()
    counts = np.asarray(hourly, dtype=np.float64)
    spoken = np.flatnonzero(counts)
    if not len(spoken) or len(counts) - spoken[0] < rule.learn_days * DAY_HOURS:
        return None
    begins = max(int(spoken[-1]) + 1, answers_since)
    first = max(int(spoken[0]), begins - rule.memory_days * DAY_HOURS)
    if begins >= len(counts) or begins - first < DAY_HOURS:
        return None
    hours = hours_of_week(starts_at, 3600, len(counts))
    rhythm = fit_rhythm(counts[first:begins], hours[first:begins])
    known, gap = rhythm.expected(hours[first:begins]), rhythm.expected(hours[begins:])
    usual = float(gap.sum())
    if usual < rule.fewest or usual <= _longest_gap(counts[first:begins], known):
        return None
    p_value = max(_chance_of_none(gap, counts[first:begins], known, length, rhythm.fitted) for length in rule.bunches)
    return Silence(hours=len(gap), usual=usual, p_value=p_value) if p_value <= rule.p_value else None


def _longest_gap(counts: Floats, usual: Floats) -> float:
    """Return what the worst of the earlier gaps would usually have brought."""
    total = np.concatenate(([0.0], np.cumsum(usual)))
    spoken = np.concatenate(([-1], np.flatnonzero(counts), [len(counts)]))
    return float((total[spoken[1:]] - total[spoken[:-1] + 1]).max())


def _chance_of_none(gap: Floats, counts: Floats, usual: Floats, length: int, fitted: float) -> float:
    """Return the chance that a gap brings nothing when mentions bunch together over `length` hours (negative binomial)."""
    whole = slice(len(counts) % length, None)
    if len(counts) < 2 * length:
        return 0.0
    history, usual_history = (values[whole].reshape(-1, length).sum(axis=1) for values in (counts, usual))
    dispersion = over_dispersion(history, usual_history, fitted)
    bunches = np.add.reduceat(gap, np.arange(0, len(gap), length))
    return float(np.exp(-np.log1p(dispersion * bunches).sum() / dispersion))
