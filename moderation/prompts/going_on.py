"""In which communities is something going on? There all invitations wait, for everyone alike. Pure.

Only how many people speak of something counts. What they feel does not: the signal that a mood turned is not among `PEOPLE_COUNTED`,
for else invitations would depend on sentiment (RULES P30).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from listener.issues.life import LIFE_DAYS, state_of
from listener.model.issue import VOLUME, IssueState
from listener.signals.rules import BURST, CAME_BACK, COPIES, SLOW_GROWTH

DAYS = LIFE_DAYS
PEOPLE_COUNTED = frozenset({BURST, SLOW_GROWTH, CAME_BACK, COPIES, VOLUME})
GOING_ON = frozenset({IssueState.NEW, IssueState.GROWING, IssueState.CAME_BACK})

Community = tuple[str, str]
"""Platform and realm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenSignal:
    """A signal with the communities of its evidence."""

    issue_id: int | None
    at: datetime
    communities: frozenset[Community]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueCounts:
    """An issue with its mentions per day of the last `DAYS` days, oldest first, and the communities they stand in."""

    issue_id: int
    created_at: datetime
    resolved_at: datetime | None
    daily: tuple[int, ...]
    communities: frozenset[Community]


def going_on(signals: Iterable[SeenSignal], issues: Iterable[IssueCounts], *, now: datetime) -> dict[Community, int]:
    """Return in how many ways something is going on, for each community where anything is.

    `signals` are those of the last hours that count (72 by default), of kinds in `PEOPLE_COUNTED`. An issue that people muted is going
    on all the same: muting silences our own alarms, not the community.
    """
    found: dict[Community, set[object]] = defaultdict(set)
    last_signal: dict[int, datetime] = {}
    for one in signals:
        for community in one.communities:
            found[community].add(one.issue_id if one.issue_id is not None else one.at)
        if one.issue_id is not None:
            last_signal[one.issue_id] = max(one.at, last_signal.get(one.issue_id, one.at))
    for issue in issues:
        state = state_of(
            issue.daily,
            created_at=issue.created_at,
            now=now,
            resolved_at=issue.resolved_at,
            last_signal_at=last_signal.get(issue.issue_id),
        )
        if state in GOING_ON:
            for community in issue.communities:
                found[community].add(issue.issue_id)
    return {community: len(what) for community, what in found.items()}
