"""Where an issue is in its life (PRODUCT U5), from its counts per day and from what people decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from scipy.stats import binom

from listener.model.issue import IssueState

NEW_FOR = timedelta(days=2)
RECENT_DAYS = 2
USUAL_DAYS = 7
QUIET_DAYS = 5
CHANCE = 0.01
LIFE_DAYS = 28
"""How many daily counts `state_of` likes to see; fewer are read as zeros before them."""


def state_of(
    daily: Sequence[int],
    *,
    created_at: datetime,
    now: datetime,
    muted: bool,
    resolved_at: datetime | None,
    last_signal_at: datetime | None,
) -> IssueState:
    """Tell where an issue is in its life.

    daily: mentions per 24 hours, oldest first, the last count ending at `now`. A person's `muted` comes first; `resolved_at` holds
    until a signal is raised after it. Growing and fading compare the last two days with the seven before, and are said only when
    chance would seldom do it (binomial, 1 in 100) or, for growing, when a signal was raised in the last day.
    """
    counts = [0] * max(0, LIFE_DAYS - len(daily)) + list(daily)
    recent, usual = sum(counts[-RECENT_DAYS:]), sum(counts[-RECENT_DAYS - USUAL_DAYS : -RECENT_DAYS])
    signalled = last_signal_at is not None and last_signal_at <= now and now - last_signal_at <= timedelta(days=1)
    if muted:
        return IssueState.MUTED
    if resolved_at is not None and resolved_at <= now:
        came_back = last_signal_at is not None and resolved_at < last_signal_at <= now
        return IssueState.CAME_BACK if came_back else IssueState.RESOLVED
    if not any(counts[-QUIET_DAYS:]):
        return IssueState.QUIET
    if now - created_at < NEW_FOR:
        return IssueState.NEW
    if recent and not usual and any(counts[: -RECENT_DAYS - USUAL_DAYS]):
        return IssueState.CAME_BACK
    return _trend(recent, usual, signalled=signalled)


def _trend(recent: int, usual: int, *, signalled: bool) -> IssueState:
    share = RECENT_DAYS / (RECENT_DAYS + USUAL_DAYS)
    if signalled or binom.sf(recent - 1, recent + usual, share) < CHANCE:
        return IssueState.GROWING
    if binom.cdf(recent, recent + usual, share) < CHANCE:
        return IssueState.FADING
    return IssueState.STEADY
