"""How urgent a case is, and why: from what was said, how long it waits and whether its issue grows. Never from who says it. Pure."""

from __future__ import annotations

from moderation.model.case import CaseFacts, Reason
from moderation.model.clock import ClockState

_HOUR = 3600.0
MOST = 100

_LOW_SCORE = 30
_GROWING = 25
_QUESTION = 15
_NEGATIVE = 15
_PROMISE = 12
_FOLLOW_UP = 8
_MOST_FOLLOW_UPS = 3
_NEW_ISSUE = 10
_DIRECTED = 5
_CLOCK_OVER = 20
_CLOCK_NEARLY = 10
WAITING_PER_HOUR = 2.0
_LONG_HOURS = 2.0
NEW_HOURS = 48.0


def urgency(facts: CaseFacts) -> tuple[int, tuple[Reason, ...]]:
    """Return 0..100 and the reasons, weightiest first.

    Waiting adds two points an hour, without end, so that nobody is passed by for ever. A wait is mentioned from two hours on.
    """
    hours = max(0.0, facts.waiting_seconds) / _HOUR
    weighed: list[tuple[float, Reason]] = list(_weighed(facts))
    waited = hours * WAITING_PER_HOUR
    score = waited + sum(weight for weight, _ in weighed)
    if hours >= _LONG_HOURS:
        weighed.append((waited, Reason(key="waiting", number=hours)))
    ordered = sorted(weighed, key=lambda pair: (-pair[0], pair[1].key))
    return round(min(float(MOST), score)), tuple(reason for _, reason in ordered)


def points(facts: CaseFacts) -> int:
    """Return the points of a case without those for waiting: what stays the same while it waits and nothing else happens."""
    return sum(weight for weight, _ in _weighed(facts))


def _weighed(facts: CaseFacts) -> list[tuple[int, Reason]]:
    weighed: list[tuple[int, Reason]] = []
    if facts.low_score is not None:
        satisfied = facts.low_score.question == "satisfaction"
        weighed.append((_LOW_SCORE, Reason(key="low_satisfaction" if satisfied else "low_recommend", number=facts.low_score.score)))
    if facts.issue_growing:
        weighed.append((_GROWING, Reason(key="issue_growing")))
    elif facts.issue_age_hours is not None and facts.issue_age_hours <= NEW_HOURS:
        weighed.append((_NEW_ISSUE, Reason(key="issue_new", number=facts.issue_age_hours)))
    if facts.clock is ClockState.RED:
        weighed.append((_CLOCK_OVER, Reason(key="clock_over")))
    elif facts.clock is ClockState.ORANGE:
        weighed.append((_CLOCK_NEARLY, Reason(key="clock_nearly")))
    if facts.question:
        weighed.append((_QUESTION, Reason(key="question")))
    if facts.negative:
        weighed.append((_NEGATIVE, Reason(key="negative")))
    if facts.promise_broken:
        weighed.append((_PROMISE, Reason(key="promise_not_kept")))
    again = min(_MOST_FOLLOW_UPS, facts.unanswered - 1 + (1 if facts.answered_before else 0))
    if again > 0:
        weighed.append((_FOLLOW_UP * again, Reason(key="follow_up", number=facts.unanswered)))
    if facts.directed:
        weighed.append((_DIRECTED, Reason(key="directed")))
    return weighed
