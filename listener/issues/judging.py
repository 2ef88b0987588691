"""All looks at one issue in their order, and what is kept of a look's numbers for whoever asks why."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from listener.issues.scan import Bar, Burst, look
from listener.issues.watch import came_back, turned
from listener.issues.window import Snapshot
from listener.model.issue import Judged
from listener.signals.rules import SignalRules

SECONDS_PER_HOUR = 3600.0


def look_at_issue(
    snapshot: Snapshot, row: int, members: NDArray[np.int64], *, rules: SignalRules, sudden: Bar, slow: Bar, resolved_at: datetime | None
) -> Burst | None:
    """Return what the mention in `row` completes among the earlier `members` of its issue, or None.

    Growth at once or over days comes first, of several looks the least likely one; then the return of an issue that was resolved; then a
    turn in what people feel about it.
    """
    looks = [(rule, sudden) for rule in rules.looks] + [(rules.slow, slow)]
    grown = [found for rule, bar in looks if (found := look(snapshot, row, members, rule, bar)) is not None]
    if grown:
        return min(grown, key=lambda found: found.p_value)
    back = None
    if resolved_at is not None:
        resolved_hours = resolved_at.timestamp() / SECONDS_PER_HOUR
        back = came_back(snapshot, row, members, resolved_hours=resolved_hours, rule=rules.returning, dispersion=sudden.dispersion)
    return back or turned(snapshot, row, members, rule=rules.turning, bar=sudden)


def judged_of(burst: Burst, snapshot: Snapshot, evidence: NDArray[np.int64]) -> Judged:
    """Return the numbers behind a burst; `evidence` are the rows that are shown for it."""
    return Judged(
        level=burst.bar.level,
        before=burst.before,
        history_hours=round(float(burst.history_hours), 1),
        dispersion=round(burst.bar.dispersion, 2),
        rhythm=round(burst.rhythm, 2),
        places=len(np.unique(snapshot.places[evidence])),
        of_seen=burst.of_seen,
        of_before=burst.of_before,
    )
