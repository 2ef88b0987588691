"""Find what subscribers should be told by now, from what is there and never from a timer (RULES F15): each thing once per subscriber."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from listener.model.figures import DigestFigures
from listener.model.issue import SILENCE, WHOLE, Signal
from moderation.ledger.deliveries import DeliveryLedger
from moderation.model.delivery import DeliveryState, NewDelivery, Subscription, Weight, What
from moderation.model.status import PromiseState
from moderation.policy.loudness import Crisis, crises, hears, weight_of_digest, weight_of_signal
from moderation.workflows.delivery_ports import Brands, House
from moderation.workflows.tell_when_due import digest_due

DAILY_FOR = timedelta(hours=36)
WEEKLY_FOR = timedelta(days=6)
CRISIS_FOR = timedelta(hours=12)
SOON_FOR = timedelta(hours=24)
FRESH: dict[What, timedelta] = {
    What.DAILY: DAILY_FOR,
    What.WEEKLY: WEEKLY_FOR,
    What.CRISIS: CRISIS_FOR,
    What.SIGNAL: SOON_FOR,
    What.PROMISE: SOON_FOR,
    What.TEST: timedelta(hours=1),
}
"""For how long after its moment a thing is still worth telling."""
CRISIS_LOOKS_BACK = timedelta(days=8)
"""Signals older than this begin no crisis that still is one: `delivery.crisis_hours` is a week at most."""


class FindDeliveries:
    """Looks at one subscription at a time. What has a row is not looked at again."""

    def __init__(self, house: House, ledger: DeliveryLedger) -> None:
        self._house = house
        self._ledger = ledger

    def once(self, subscriptions: Sequence[Subscription], now: datetime) -> int:
        """Write a row for everything that is due and has none; return how many."""
        signals = self._house.signals(now - CRISIS_LOOKS_BACK)
        found: list[NewDelivery] = []
        counted: dict[tuple[Brands, datetime, datetime], DigestFigures] = {}
        for one in subscriptions:
            reader = self._house.reader(one)
            if reader is not None:
                found += self._due(_Look(self, one, reader.brands, now, signals, counted))
        return self._ledger.add(found)

    def _due(self, look: _Look) -> Iterator[NewDelivery]:
        finders = {
            What.DAILY: look.daily,
            What.WEEKLY: look.weekly,
            What.CRISIS: look.crisis,
            What.SIGNAL: look.signals,
            What.PROMISE: look.promises,
        }
        for what, find in finders.items():
            if what in look.subscription.wants.whats:
                yield from find()

    def is_new(self, subscription: Subscription, what: What, occasion: str) -> bool:
        """Tell whether this has no row yet."""
        return not self._ledger.known(subscription.subscription_id, what, [occasion])

    def new_among(self, subscription: Subscription, what: What, occasions: Sequence[str]) -> set[str]:
        """Return those of many that have no row yet."""
        return set(occasions) - self._ledger.known(subscription.subscription_id, what, occasions) if occasions else set()

    @property
    def house(self) -> House:
        return self._house


class _Look:
    """One look at what one subscription should be told. Figures are counted once for all who see the same."""

    def __init__(
        self,
        finder: FindDeliveries,
        subscription: Subscription,
        brands: Brands,
        now: datetime,
        signals: Sequence[Signal],
        counted: dict[tuple[Brands, datetime, datetime], DigestFigures],
    ) -> None:
        self._finder = finder
        self._house = finder.house
        self.subscription = subscription
        self._brands = brands
        self._now = now
        self._signals = signals
        self._counted = counted

    def daily(self) -> Iterator[NewDelivery]:
        """Yield the newest day's digest whose hour has come. A house that never listened to anything has none yet."""
        hour = self.subscription.wants.hour
        due = digest_due(self._now, zone=self._house.zone, hour=self._house.digest_hour if hour is None else hour)
        fresh = due.as_of > self.subscription.since and self._now - due.as_of < DAILY_FOR
        if not fresh or not self._finder.is_new(self.subscription, What.DAILY, due.period):
            return
        figures = self._figures(due.from_at, due.as_of)
        new = self._new(What.DAILY, due.period, due.from_at, due.as_of, weight_of_digest(figures))
        if figures.mentions or figures.coverage:
            yield self._heard(new)
        elif self._brands is not None:
            yield _skipped(new, "nothing_to_tell")

    def weekly(self) -> Iterator[NewDelivery]:
        """Yield the newest week that has a report, as soon as it has one."""
        week = next(iter(self._house.weeks()), None)
        if week is None or week.made_at <= self.subscription.since or self._now - week.made_at >= WEEKLY_FOR:
            return
        if self._finder.is_new(self.subscription, What.WEEKLY, week.name):
            yield self._heard(self._new(What.WEEKLY, week.name, week.from_at, week.as_of, Weight.IMPORTANT))

    def crisis(self) -> Iterator[NewDelivery]:
        """Yield the last full hour, while something is in crisis at its end; an hour in which nobody wrote about it has no message."""
        hour = self._now.replace(minute=0, second=0, microsecond=0)
        going_on = self.going_on(hour)
        occasion = f"{hour:%Y-%m-%dT%H}Z"
        if not going_on or hour <= self.subscription.since or not self._finder.is_new(self.subscription, What.CRISIS, occasion):
            return
        figures = self._figures(hour - timedelta(hours=1), hour)
        new = self._new(What.CRISIS, occasion, hour - timedelta(hours=1), hour, Weight.CRISIS)
        yield new if spoken_of(figures, going_on) else _skipped(new, "calm_hour")

    def signals(self) -> Iterator[NewDelivery]:
        """Yield one row per signal that this reader sees."""
        since = max(self.subscription.since, self._now - SOON_FOR)
        mine = [one for one in self._seen(self._signals) if one.at > since]
        new = self._finder.new_among(self.subscription, What.SIGNAL, [f"signal:{one.signal_id}" for one in mine])
        going_on = self.going_on(self._now)
        for one in reversed(mine):
            occasion = f"signal:{one.signal_id}"
            if occasion in new:
                weight = weight_of_signal(one, going_on)
                yield replace(self._heard(self._new(What.SIGNAL, occasion, one.at, one.at, weight)), subject_id=one.signal_id)

    def promises(self) -> Iterator[NewDelivery]:
        """Yield a row when a promise is due soon, and one when it went by without a word."""
        soon, since = timedelta(minutes=self._house.promise_minutes), max(self.subscription.since, self._now - SOON_FOR)
        told: dict[str, tuple[int, datetime]] = {}
        promises = self._house.promises()
        seen = self._house.issue_seen(self._brands, {one.issue_id for one in promises})
        for one in promises:
            if one.issue_id not in seen:
                continue
            if one.state is PromiseState.BROKEN and one.due_at > since:
                told[f"promise:{one.promise_id}:late"] = (one.promise_id, one.due_at)
            elif one.state is PromiseState.OPEN and one.due_at - soon <= self._now < one.due_at and one.due_at > since:
                told[f"promise:{one.promise_id}:soon"] = (one.promise_id, one.due_at)
        new = self._finder.new_among(self.subscription, What.PROMISE, list(told))
        for occasion, (promise_id, due_at) in told.items():
            if occasion in new:
                made = self._new(What.PROMISE, occasion, self._now, max(due_at, self._now), Weight.IMPORTANT)
                yield replace(self._heard(made), subject_id=promise_id)

    def going_on(self, at: datetime) -> list[Crisis]:
        """Return what this reader sees of what was in crisis at a moment."""
        return crises_seen(self._house, self._brands, self._signals, at)

    def _seen(self, signals: Sequence[Signal]) -> list[Signal]:
        return signals_seen(self._house, self._brands, signals)

    def _figures(self, from_at: datetime, as_of: datetime) -> DigestFigures:
        key = (self._brands, from_at, as_of)
        if key not in self._counted:
            self._counted[key] = self._house.figures(*key)
        return self._counted[key]

    def _new(self, what: What, occasion: str, from_at: datetime, as_of: datetime, weight: Weight) -> NewDelivery:
        return NewDelivery(
            subscription_id=self.subscription.subscription_id,
            what=what,
            occasion=occasion,
            found_at=self._now,
            from_at=from_at,
            as_of=as_of,
            weight=weight,
        )

    def _heard(self, new: NewDelivery) -> NewDelivery:
        """Return the row, to be skipped when this subscriber does not listen that closely."""
        return new if hears(self.subscription.wants.loud, new.what, new.weight) else _skipped(new, "not_loud_enough")


def signals_seen(house: House, brands: Brands, signals: Sequence[Signal]) -> list[Signal]:
    """Return the signals that somebody of these brands sees; what is about a source is for those who see the whole house."""
    if brands is None:
        return list(signals)
    issues = house.issue_seen(brands, {one.issue_id for one in signals if one.issue_id is not None})

    def theirs(one: Signal) -> bool:
        if one.issue_id is not None:
            return one.issue_id in issues
        return one.kind in WHOLE and one.kind != SILENCE and one.about in brands

    return [one for one in signals if theirs(one)]


def crises_seen(house: House, brands: Brands, signals: Sequence[Signal], at: datetime) -> list[Crisis]:
    """Return what was in crisis at a moment, as far as somebody of these brands sees it; what people muted or resolved is none."""
    found = crises(signals_seen(house, brands, signals), at, house.crisis)
    quiet = house.silenced() if found else frozenset[int]()
    return [one for one in found if one.issue_id not in quiet]


def spoken_of(figures: DigestFigures, going_on: Sequence[Crisis]) -> bool:
    """Tell whether anybody wrote about what is in crisis in these figures' stretch of time."""
    written = {
        one.issue_id for some in (figures.new, figures.growing, figures.steady, figures.fading) for one in some if one.period_mentions
    }
    return any(one.issue_id in written if one.issue_id is not None else figures.mentions > 0 for one in going_on)


def _skipped(new: NewDelivery, reason: str) -> NewDelivery:
    return replace(new, state=DeliveryState.SKIPPED, reason=reason)
