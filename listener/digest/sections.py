"""Which section of a digest an issue belongs to: its figures of the period against the period before, and whether it was flagged."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from scipy.special import bdtr, bdtrc

from listener.model.figures import IssueFigures
from listener.model.issue import IssueState

SECTIONS = ("new", "growing", "steady", "fading")

CHANCE = 0.02
"""A change that luck brings about more often than this is no change."""

MOST_BEFORE = 1 / 3
"""A flagged issue with at most this share of its mentions before the period is news of the period, whatever stray ones preceded."""

LEAST_KNOWN = 0.25
"""Share of the period before that must have been listened to before the two are compared."""


def divide(
    issues: Iterable[IssueFigures], *, from_at: datetime, as_of: datetime, known_from: datetime | None
) -> dict[str, list[IssueFigures]]:
    """Return the issues by section, in each first the pinned ones, then the flagged ones, then those that changed or weigh most.

    Others are left out. `known_from` is when the oldest mention of all was posted: what lies before it is unknown, not quiet.
    """
    found: dict[str, list[IssueFigures]] = {name: [] for name in SECTIONS}
    for one in issues:
        section = section_of(one, from_at=from_at, as_of=as_of, known_from=known_from)
        if section:
            found[section].append(one)
    for name, some in found.items():
        some.sort(key=lambda one: (not one.pinned, not flagged_since(one, from_at), -_weight(one, name), one.issue_id))
    return found


def section_of(figures: IssueFigures, *, from_at: datetime, as_of: datetime, known_from: datetime | None) -> str:
    """Return "new", "growing", "steady" or "fading", or "" for an issue of which the period has nothing to tell.

    New: first spoken of, come back, or emerged with a signal. Growing and fading: more or fewer mentions than in the period before,
    beyond chance, or in its life as it is now (an issue that was flagged and falls silent is fading). Muted and resolved ones are out.
    """
    state, period, before = figures.state, figures.period_mentions, figures.before_mentions
    known = _known_share(from_at, as_of, known_from)
    if state in (IssueState.MUTED, IssueState.RESOLVED) or not (period or before):
        return ""
    if period and (state in (IssueState.NEW, IssueState.CAME_BACK) or (known > 0 and figures.first_at > from_at)):
        return "new"
    flagged = flagged_since(figures, from_at)
    if flagged and period and before <= period * MOST_BEFORE:
        return "new"
    change = _change(period, before, known)
    waning = state in (IssueState.FADING, IssueState.QUIET) and change <= 0
    if change < 0 or (waning and figures.signal is not None):
        return "fading"
    if change > 0 or flagged or (state is IssueState.GROWING and period >= before):
        return "growing"
    return "steady" if period else ""


def flagged_since(figures: IssueFigures, from_at: datetime) -> bool:
    """Tell whether a signal was raised on the issue in the period."""
    return figures.signal is not None and figures.signal.at > from_at


def _change(period: int, before: int, known: float) -> int:
    """Return 1, -1 or 0: more, fewer, or no difference that chance does not explain (binomial, given the total of both)."""
    if known < LEAST_KNOWN:
        return 0
    share = 1 / (1 + known)
    if period and bdtrc(period - 1, period + before, share) < CHANCE:
        return 1
    return -1 if bdtr(period, period + before, share) < CHANCE else 0


def _known_share(from_at: datetime, as_of: datetime, known_from: datetime | None) -> float:
    if known_from is None or known_from >= from_at:
        return 0.0
    return min(1.0, (from_at - known_from) / (as_of - from_at))


def _weight(figures: IssueFigures, section: str) -> int:
    gain = figures.period_mentions - figures.before_mentions
    return {"growing": gain, "fading": -gain}.get(section, figures.period_mentions)
