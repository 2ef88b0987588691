"""Where an issue is in its life: new, growing, steady, fading, quiet; resolved, came back; muted (PRODUCT U5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from scipy.special import bdtr, bdtrc

from listener.model.issue import IssueState

LIFE_DAYS = 14
NEW_DAYS = 2
RECENT_DAYS = 2
SIGNAL_HOLDS = timedelta(hours=36)
QUIET_DAYS = 3
CHANCE = 0.05
GROWTH = 1.5
FEWEST_TO_COME_BACK = 3
GREW = 2.0


def state_of(
    daily: Sequence[int],
    *,
    created_at: datetime,
    now: datetime,
    muted: bool = False,
    resolved_at: datetime | None = None,
    last_signal_at: datetime | None = None,
) -> IssueState:
    """Return the state at `now`.

    daily: mentions per 24 hours up to `now`, oldest first, at most `LIFE_DAYS` of them; missing days count as quiet.
    Muted wins over all; a resolved issue came back when people wrote about it again after that day. New holds for two days after it
    began. Growing and fading need more than luck: a binomial test of the last two days against the ones before.
    """
    days = [0] * max(0, LIFE_DAYS - len(daily)) + list(daily)[-LIFE_DAYS:]
    if muted:
        return IssueState.MUTED
    if resolved_at is not None and resolved_at <= now:
        return _after_resolving(days, resolved_at, now, last_signal_at)
    if now - created_at < timedelta(days=NEW_DAYS):
        return IssueState.NEW
    if last_signal_at is not None and timedelta(0) <= now - last_signal_at < SIGNAL_HOLDS:
        return IssueState.GROWING
    if sum(days[-QUIET_DAYS:]) == 0:
        return IssueState.QUIET
    return _trend(days, age_days=max(RECENT_DAYS + 1, min(LIFE_DAYS, (now - created_at).days + 1)))


def grew_since(seen: int, *, accepted: int) -> bool:
    """Tell whether a muted issue speaks again: `GREW` times as many different people as when it was muted, in an equally long stretch."""
    return seen >= GREW * max(accepted, 1)


def still_muted(muted: bool, muted_at: datetime | None, last_growth_at: datetime | None) -> bool:
    """Tell whether muting holds: it is over with the first signal of growth after it. The person's mark stays, and can be set anew."""
    return muted and (muted_at is None or last_growth_at is None or last_growth_at <= muted_at)


def _after_resolving(days: Sequence[int], resolved_at: datetime, now: datetime, last_signal_at: datetime | None) -> IssueState:
    whole_days = (now - resolved_at).days
    since = sum(days[-whole_days:]) if whole_days else 0
    returned = since >= FEWEST_TO_COME_BACK or (last_signal_at is not None and last_signal_at > resolved_at)
    return IssueState.CAME_BACK if returned else IssueState.RESOLVED


def _trend(days: Sequence[int], *, age_days: int) -> IssueState:
    recent, before = sum(days[-RECENT_DAYS:]), sum(days[-age_days:-RECENT_DAYS])
    share = RECENT_DAYS / age_days
    expected = (recent + before) * share
    if recent > GROWTH * expected and float(bdtrc(recent - 1, recent + before, share)) < CHANCE:
        return IssueState.GROWING
    if recent < expected / GROWTH and float(bdtr(recent, recent + before, share)) < CHANCE:
        return IssueState.FADING
    return IssueState.STEADY
