"""How much one thing matters, what is a crisis, and what a subscriber wants to hear of it: arithmetic on signals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from listener.model.figures import DigestFigures
from listener.model.issue import SILENCE, VOLUME, Signal
from moderation.model.delivery import Loud, Weight, What

CROWDS = frozenset({"burst", "slow_growth", "came_back", "turned", VOLUME})
"""Kinds of signals that count people who speak of one thing; copies count accounts with one text, silence counts nobody."""
PRESSING = frozenset({"burst", "came_back", "turned", VOLUME, SILENCE})
"""Kinds that somebody should know of now; slow growth and copies can wait for the digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrisisRule:
    """So many different people in one signal, and so many hours after the last one."""

    people: int
    hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Crisis:
    """An issue (`issue_id`) or a brand as a whole (`about`) in crisis, `since` the first signal of this outbreak; `signal` is the last."""

    issue_id: int | None
    about: str
    since: datetime
    signal: Signal


def crises(signals: Iterable[Signal], at: datetime, rule: CrisisRule) -> list[Crisis]:
    """Return what was in crisis at a moment, the one of most people first.

    One begins with a signal of at least `rule.people` different people and lasts until `rule.hours` went by without another. Signals from
    after `at` are not looked at, so that the answer about an hour that went by does not change.
    """
    lasts = timedelta(hours=rule.hours)
    found: dict[tuple[int | None, str], Crisis] = {}
    crowds = (one for one in signals if one.kind in CROWDS and one.seen >= rule.people and one.at <= at)
    for one in sorted(crowds, key=lambda signal: (signal.at, signal.signal_id)):
        key = (one.issue_id, "" if one.issue_id is not None else one.about)
        before = found.get(key)
        since = before.since if before is not None and one.at - before.signal.at < lasts else one.at
        found[key] = Crisis(issue_id=key[0], about=key[1], since=since, signal=one)
    standing = [one for one in found.values() if at - one.signal.at < lasts]
    return sorted(standing, key=lambda one: (-one.signal.seen, one.since, one.signal.signal_id))


def weight_of_signal(signal: Signal, now: Iterable[Crisis]) -> Weight:
    """Return how much a signal matters while these crises are going on."""
    about = "" if signal.issue_id is not None else signal.about
    if any((one.issue_id, one.about) == (signal.issue_id, about) for one in now):
        return Weight.CRISIS
    return Weight.IMPORTANT if signal.kind in PRESSING else Weight.ORDINARY


def weight_of_digest(figures: DigestFigures) -> Weight:
    """Return how much a day's digest matters: not much when nothing is new and nothing grows."""
    return Weight.IMPORTANT if figures.new or figures.growing or figures.whole else Weight.ORDINARY


def hears(loud: Loud, what: What, weight: Weight) -> bool:
    """Tell whether somebody who listens this closely wants to be told."""
    if what is What.TEST:
        return True
    wanted = {Loud.ALL: (Weight.ORDINARY, Weight.IMPORTANT, Weight.CRISIS), Loud.IMPORTANT: (Weight.IMPORTANT, Weight.CRISIS)}
    return weight in wanted.get(loud, (Weight.CRISIS,))
