"""How urgent a case is, and why: from what was said, how long it waits and whether its issue grows. Never from who says it. Pure."""

from __future__ import annotations

from moderation.model.case import CaseFacts, Reason

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
_WAITING_PER_HOUR = 2.0
_MOST_WAITING = 30
_LONG_HOURS = 2.0
_NEW_HOURS = 48.0


def urgency(facts: CaseFacts) -> tuple[int, tuple[Reason, ...]]:
    """Return 0..100 and the reasons, weightiest first.

    Waiting adds two points an hour up to thirty, so that nobody is passed by for ever. A wait is mentioned from two hours on.
    """
    hours = max(0.0, facts.waiting_seconds) / _HOUR
    weighed: list[tuple[float, Reason]] = []
    if facts.low_score is not None:
        satisfied = facts.low_score.question == "satisfaction"
        weighed.append((_LOW_SCORE, Reason(key="low_satisfaction" if satisfied else "low_recommend", number=facts.low_score.score)))
    if facts.issue_growing:
        weighed.append((_GROWING, Reason(key="issue_growing")))
    elif facts.issue_age_hours is not None and facts.issue_age_hours <= _NEW_HOURS:
        weighed.append((_NEW_ISSUE, Reason(key="issue_new", number=facts.issue_age_hours)))
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
    waited = min(_MOST_WAITING, hours * _WAITING_PER_HOUR)
    if hours >= _LONG_HOURS:
        weighed.append((waited, Reason(key="waiting", number=hours)))
        waited = 0.0
    score = waited + sum(weight for weight, _ in weighed)
    ordered = sorted(weighed, key=lambda pair: (-pair[0], pair[1].key))
    return min(MOST, round(score)), tuple(reason for _, reason in ordered)
