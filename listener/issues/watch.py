"""What an issue as a whole does: it comes back after it was called resolved, or people grow angrier about it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from listener.issues.scan import MOST_SHARE, Bar, Burst, people
from listener.issues.window import Snapshot
from listener.signals.odds import more_often, tail


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRule:
    """`kind` names the signal; people are counted in `window_hours` and compared with `baseline_hours` before; fewest `min_authors`."""

    kind: str
    window_hours: float
    baseline_hours: float
    min_authors: int


RETURN_LEVEL = 0.02
"""Few issues are resolved, each is looked at for its own sake, and a return is what a person asked to be told."""

FEWEST_BEFORE = 2
LEAST_TURN = 0.25


def came_back(
    snapshot: Snapshot, row: int, members: NDArray[np.int64], *, resolved_hours: float, rule: WatchRule, dispersion: float
) -> Burst | None:
    """Tell whether people write about a resolved issue again.

    members: earlier rows of the issue. resolved_hours: when it was resolved, in hours since the epoch. Talk trails off after an outage,
    so the first window after resolving counts for nothing, a whole one must have passed since, and the people of the last window must be
    more than those of the time in between explain.
    """
    hours = snapshot.hours
    began = hours[row] - rule.window_hours
    history = min(rule.baseline_hours, began - resolved_hours - rule.window_hours)
    if history < rule.window_hours:
        return None
    recent = np.append(members[hours[members] > began], row)
    seen = people(snapshot, recent)
    if seen < rule.min_authors:
        return None
    before = people(snapshot, members[(hours[members] <= began) & (hours[members] > began - history)])
    p_value = tail(seen, before, min(MOST_SHARE, rule.window_hours / (rule.window_hours + history)), dispersion)
    if p_value >= RETURN_LEVEL:
        return None
    return Burst(
        kind=rule.kind,
        seen=seen,
        usual=before * rule.window_hours / history,
        p_value=p_value,
        window_hours=rule.window_hours,
        rows=recent,
        learning_day=None,
        before=before,
        history_hours=history,
        rhythm=1.0,
        bar=Bar(level=RETURN_LEVEL, dispersion=dispersion),
    )


def turned(snapshot: Snapshot, row: int, members: NDArray[np.int64], *, rule: WatchRule, bar: Bar) -> Burst | None:
    """Tell whether a larger share of the people who write about an issue is angry than before.

    Of the evidence only the angry mentions are shown. A share that was never known (fewer than twice `min_authors` people before) cannot
    turn, and a turn has to be large enough to see, a quarter of all people, not only certain.
    """
    hours = snapshot.hours
    if not snapshot.negative[row]:
        return None
    began = hours[row] - rule.window_hours
    recent = np.append(members[hours[members] > began], row)
    angry = recent[snapshot.negative[recent]]
    seen, of_seen = people(snapshot, angry), people(snapshot, recent)
    if seen < rule.min_authors:
        return None
    earlier = members[(hours[members] <= began) & (hours[members] > began - rule.baseline_hours)]
    before, of_before = people(snapshot, earlier[snapshot.negative[earlier]]), people(snapshot, earlier)
    if of_before < FEWEST_BEFORE * rule.min_authors or seen / of_seen - before / of_before < LEAST_TURN:
        return None
    p_value = more_often(seen, of_seen, before, of_before)
    if p_value >= bar.level:
        return None
    return Burst(
        kind=rule.kind,
        seen=seen,
        usual=of_seen * before / of_before,
        p_value=p_value,
        window_hours=rule.window_hours,
        rows=angry,
        learning_day=None,
        before=before,
        history_hours=min(rule.baseline_hours, began - hours[0]),
        rhythm=1.0,
        bar=bar,
        of_seen=of_seen,
        of_before=of_before,
    )
