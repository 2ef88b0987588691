"""How long a channel has to be quiet before a conversation counts as over, learned from its own gaps between messages. Pure.

For the time T until the next message the Kaplan-Meier product S(t) = prod over reply times u <= t of (1 - replies(u) / at risk(u)) is
kept (E. L. Kaplan, P. Meier, "Nonparametric Estimation from Incomplete Observations", JASA 53, 1958). A gap after which nobody has
written yet is censored: it counts among those at risk for as long as it lasted, not as a reply and not as nothing. After t quiet hours
a further message comes before the horizon h with chance

    P(t) = (S(t) - S(h)) / S(t) = 1 - prod over t < u <= h of (1 - replies(u) / at risk(u))

and quiet enough is the first t with P(t) <= 5 %. Conversations that never go on need no model of their own: they are what is left of S
at h. The interval holds every t for which 5 % lies in the 95 % interval of P(t), by Greenwood's variance of log(S(h) / S(t)) (as R.
Brookmeyer and J. Crowley, Biometrics 38, 1982, do for medians). Gaps of one conversation are taken as independent, so the interval is
somewhat too narrow where few people write much.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from moderation.model.invitation import Gap, QuietRule, QuietTime

Z95 = 1.959963984540054
"""The 97.5 % point of the normal distribution."""


def gaps_of(moments: Iterable[datetime], *, now: datetime) -> list[Gap]:
    """Return the gaps of one conversation: between its messages, and since the last one, which is still open. Any order; none is fine.

    Moments after `now` (a platform's clock ahead of ours) count as now.
    """
    times = sorted(min(moment, now) for moment in moments)
    closed = [Gap(hours=(after - before).total_seconds() / 3600, ended=True) for before, after in pairwise(times)]
    return [*closed, Gap(hours=(now - times[-1]).total_seconds() / 3600, ended=False)] if times else []


def learn(gaps: Sequence[Gap], rule: QuietRule) -> QuietTime | None:
    """Return how quiet is quiet enough by these gaps alone, within the rule's bounds; None where nobody ever replied within the horizon."""
    hours = np.array([gap.hours for gap in gaps], dtype=float)
    ended = np.array([gap.ended for gap in gaps], dtype=bool) & (hours <= rule.most_hours)
    if not ended.any():
        return None
    times, replies = np.unique(hours[ended], return_counts=True)
    at_risk = len(hours) - np.searchsorted(np.sort(hours), times, side="left")  # replies before censoring at the same moment
    with np.errstate(divide="ignore"):
        falls = np.log1p(-replies / at_risk)
        spread = np.where(at_risk > replies, replies / (at_risk * np.maximum(at_risk - replies, 1)), np.inf)
    left = -_from_the_end(falls)  # -log(S(h) / S(t)) for t = 0 and for each reply time
    error = Z95 * np.sqrt(_from_the_end(spread))
    moments = np.concatenate(([0.0], times))

    def first(least: NDArray[np.float64]) -> float:
        """Return the first moment from which a further message is unlikely enough."""
        unlikely = 1.0 - np.exp(-np.maximum(least, 0.0)) <= rule.chance
        found = moments[int(np.argmax(unlikely))] if unlikely.any() else rule.most_hours
        return float(np.clip(found, rule.least_hours, rule.most_hours))

    with np.errstate(invalid="ignore"):
        low, high = np.nan_to_num(left - error, nan=0.0, neginf=0.0), np.nan_to_num(left + error, nan=np.inf, posinf=np.inf)
    return QuietTime(
        platform="",
        realm="",
        hours=first(left),
        low_hours=first(low),
        high_hours=first(high),
        replies=int(ended.sum()),
        open_gaps=int((~ended).sum()),
        own=1.0,
    )


def quiet_times(gaps: Mapping[tuple[str, str], Sequence[Gap]], rule: QuietRule) -> dict[tuple[str, str], QuietTime]:
    """Return the quiet time of every channel (platform, realm), of every platform (platform, "") and of all ("", "").

    A channel with few replies borrows from its platform, a platform from all, all from the rule's start: on the scale of logarithms its
    own figure has the weight replies / (replies + borrow).
    """
    everywhere: list[Gap] = []
    platforms: dict[str, list[Gap]] = defaultdict(list)
    for (platform, _), some in sorted(gaps.items()):
        platforms[platform].extend(some)
        everywhere.extend(some)
    start = QuietTime(
        platform="",
        realm="",
        hours=rule.start_hours,
        low_hours=rule.least_hours,
        high_hours=rule.most_hours,
        replies=0,
        open_gaps=0,
        own=0.0,
    )
    found = {("", ""): _leaning(everywhere, start, rule, "", "")}
    for platform, some in platforms.items():
        found[platform, ""] = _leaning(some, found["", ""], rule, platform, "")
    for (platform, realm), own in sorted(gaps.items()):
        if realm:
            found[platform, realm] = _leaning(own, found[platform, ""], rule, platform, realm)
    return found


def quiet_here(found: Mapping[tuple[str, str], QuietTime], platform: str, realm: str) -> QuietTime:
    """Return the quiet time that holds for a channel: its own, else its platform's, else that of all."""
    return next(found[key] for key in ((platform, realm), (platform, ""), ("", "")) if key in found)


def _leaning(gaps: Sequence[Gap], on: QuietTime, rule: QuietRule, platform: str, realm: str) -> QuietTime:
    learned = learn(gaps, rule)
    if learned is None:
        return replace(on, platform=platform, realm=realm, replies=0, open_gaps=len(gaps), own=0.0)
    own = learned.replies / (learned.replies + rule.borrow)

    def between(mine: float, theirs: float) -> float:
        return float(np.clip(math.exp(own * math.log(mine) + (1 - own) * math.log(theirs)), rule.least_hours, rule.most_hours))

    return replace(
        learned,
        platform=platform,
        realm=realm,
        hours=between(learned.hours, on.hours),
        low_hours=between(learned.low_hours, on.low_hours),
        high_hours=between(learned.high_hours, on.high_hours),
        own=own,
    )


def _from_the_end(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sums of `values` from each place to the end, one for every place and 0 after the last."""
    return np.concatenate((np.cumsum(values[::-1])[::-1], [0.0]))
