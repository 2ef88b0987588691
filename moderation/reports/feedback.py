"""Figures from answers, each with a 95 % interval; too few answers make none. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from moderation.model.feedback import (
    AVOIDABLE,
    EFFORT,
    RECOMMEND,
    SATISFACTION,
    SEARCHED_FIRST,
    WHY_CHANNEL,
    AskedCount,
    FeedbackFigures,
    Figure,
    Rate,
    Response,
    ScoreFigures,
)

LEAST = 10
"""Fewest answers that make a figure, unless settings ask for more."""
WITHIN_BENCHMARK = (0.25, 0.25)
"""Share who write a review when asked inside a wider feedback request (PRODUCT 2; seed article 002)."""
BARE_BENCHMARK = (0.03, 0.05)
"""Share who write one when asked with nothing around it (same place)."""

_Z = 1.959963984540054
_DRAWS = 4_000
_SEED = 20_261

Floats = NDArray[np.float64]


def feedback_figures(
    responses: Sequence[Response],
    *,
    from_at: datetime,
    to_at: datetime,
    within: AskedCount,
    bare: AskedCount,
    issue_id: int | None = None,
    least: int = LEAST,
) -> FeedbackFigures:
    """Return the figures of `responses`, whole and per channel, and how many of those asked went on to a review site."""
    spoke = [one for one in responses if one.answers]
    channels: dict[str, list[Response]] = {}
    for one in spoke:
        channels.setdefault(one.channel, []).append(one)
    why = Counter(one.answers[WHY_CHANNEL] for one in spoke if WHY_CHANNEL in one.answers)
    return FeedbackFigures(
        from_at=from_at,
        to_at=to_at,
        issue_id=issue_id,
        least=least,
        all=score_figures(spoke, least=least),
        channels={name: score_figures(some, least=least) for name, some in sorted(channels.items())},
        why_channel=dict(why.most_common()),
        within_feedback=_rate(within, WITHIN_BENCHMARK, least),
        bare=_rate(bare, BARE_BENCHMARK, least),
        answered=share(within.answered, within.asked, least=least),
    )


def score_figures(responses: Sequence[Response], *, least: int = LEAST) -> ScoreFigures:
    """Return the survey core of some responses."""
    satisfied = _numbers(responses, SATISFACTION)
    return ScoreFigures(
        responses=len(responses),
        satisfaction=mean(satisfied, least=least),
        top_two=share(sum(1 for one in satisfied if one >= 4), len(satisfied), least=least),
        effort=mean(_numbers(responses, EFFORT), least=least),
        nps=nps(_numbers(responses, RECOMMEND), least=least),
        searched_first=_yes(responses, SEARCHED_FIRST, least),
        avoidable=_yes(responses, AVOIDABLE, least),
    )


def share(did: int, of: int, *, least: int = LEAST) -> Figure:
    """Return did/of with Wilson's score interval (E. B. Wilson, 1927): honest near 0 and 1, and never outside them."""
    if of < max(1, least):
        return Figure(n=of)
    p = did / of
    bottom = 1 + _Z**2 / of
    middle = (p + _Z**2 / (2 * of)) / bottom
    half = _Z * math.sqrt(p * (1 - p) / of + _Z**2 / (4 * of**2)) / bottom
    return Figure(n=of, value=p, low=max(0.0, middle - half), high=min(1.0, middle + half))


def mean(scores: Sequence[int], *, least: int = LEAST) -> Figure:
    """Return the mean with a percentile bootstrap interval: scores on a scale are not normal."""
    return _bootstrapped(scores, lambda values: values, least=least)


def nps(scores: Sequence[int], *, least: int = LEAST) -> Figure:
    """Return the percentage of 9 and 10 less that of 0 to 6, with a percentile bootstrap interval."""
    return _bootstrapped(scores, lambda values: 100.0 * ((values >= 9).astype(float) - (values <= 6)), least=least)


def _bootstrapped(scores: Sequence[int], worth: Callable[[Floats], Floats], *, least: int) -> Figure:
    """Draw as many answers again, from the counts per score: the same as drawing people, at a cost that does not grow with them."""
    n = len(scores)
    if n < max(1, least):
        return Figure(n=n)
    values, counts = np.unique(np.asarray(scores, dtype=np.float64), return_counts=True)
    weights = worth(values)
    drawn = np.random.default_rng(_SEED).multinomial(n, counts / n, size=_DRAWS) @ weights / n
    low, high = np.quantile(drawn, (0.025, 0.975))
    return Figure(n=n, value=float(counts @ weights / n), low=float(low), high=float(high))


def _rate(count: AskedCount, benchmark: tuple[float, float], least: int) -> Rate:
    figure = share(count.reviewed, count.asked, least=least)
    return Rate(asked=count.asked, did=count.reviewed, share=figure, benchmark_low=benchmark[0], benchmark_high=benchmark[1])


def _numbers(responses: Sequence[Response], question: str) -> list[int]:
    return [int(one.answers[question]) for one in responses if question in one.answers]


def _yes(responses: Sequence[Response], question: str, least: int) -> Figure:
    """Return the share of yes among yes and no; who does not know is not counted."""
    said: Mapping[str, int] = Counter(one.answers.get(question, "") for one in responses)
    return share(said.get("yes", 0), said.get("yes", 0) + said.get("no", 0), least=least)
