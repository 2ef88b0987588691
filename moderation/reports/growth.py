"""Whether an issue's contacts changed from one week to the next, beyond what chance explains; and shares with their interval. Pure."""

from __future__ import annotations

from datetime import datetime

from scipy.special import bdtr, bdtrc

from moderation.model.shares import Part
from moderation.model.week_report import Growth
from moderation.reports.feedback import share
from moderation.reports.week import Week

CHANCE = 0.02
"""A change that luck brings about more often than this is no change (as in the digest)."""
LEAST_KNOWN = 0.25
"""Share of the week before that must have been listened to before the two are compared."""


def growth_of(contacts: int, before: int, *, first_at: datetime, week: Week, known: float, gone: float = 1.0) -> Growth:
    """Return how an issue's contacts changed. `first_at`: when it was first spoken of. Binomial: given the contacts of both weeks together,
    how many would fall into this one if nothing had changed?

    known: how much of the week before was listened to, see `known_share`. gone: how much of this week is over, above 0.
    """
    if contacts and not before and first_at >= week.from_at and known > 0:
        return Growth.NEW
    if known < LEAST_KNOWN:
        return Growth.UNKNOWN
    this_share = gone / (gone + known)
    if contacts and bdtrc(contacts - 1, contacts + before, this_share) < CHANCE:
        return Growth.GREW
    return Growth.SHRANK if before and bdtr(contacts, contacts + before, this_share) < CHANCE else Growth.STEADY


def part(did: int, of: int) -> Part:
    """Return a share with its Wilson interval; without anything to divide by there is none."""
    figure = share(did, of, least=1)
    return Part(did=did, of=of, low=figure.low, high=figure.high)


def known_share(week: Week, known_from: datetime | None) -> float:
    """Return how much of the week before was listened to, from 0 to 1; `known_from` is when the oldest mention of all was posted."""
    before = week.from_at - week.days[0]
    if known_from is None:
        return 0.0
    return min(1.0, max(0.0, (week.from_at - known_from) / before))
