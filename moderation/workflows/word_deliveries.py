"""Word what one message tells: a row of the record, with those that it tells too. What is not so any more is not told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from moderation.messages.told import (
    CrisisTold,
    PromiseTold,
    SignalTold,
    Speech,
    crisis_message,
    digest_message,
    promises_message,
    signals_message,
    trial_message,
    with_folded,
    with_pictures,
)
from moderation.messages.week_told import week_message
from moderation.model.delivery import Delivery, Message, Subscription, What
from moderation.model.status import PromiseState
from moderation.policy.loudness import Crisis
from moderation.workflows.delivery_ports import Brands, House, Reader
from moderation.workflows.find_deliveries import CRISIS_LOOKS_BACK, SOON_FOR, crises_seen, signals_seen


class WordDeliveries:
    """Makes the message of a bundle of rows. `key(delivery_id)` names a message, the same for every try."""

    def __init__(self, house: House, key: Callable[[int], str]) -> None:
        self._house = house
        self._key = key

    def message(self, subscription: Subscription, reader: Reader, bundle: Sequence[Delivery]) -> Message | None:
        """Return the message of these rows of one kind, the leading one last; None when nothing of it is so any more."""
        leader, speech = bundle[-1], self._house.speech(subscription.wants.language)
        match leader.what:
            case What.TEST:
                return trial_message(subscription.wants.whats, speech, key=self._key(leader.delivery_id))
            case What.SIGNAL:
                return self._signals(bundle, reader.brands, speech)
            case What.PROMISE:
                return self._promises(bundle, reader.brands, speech)
            case What.CRISIS:
                message = self._crisis(leader, reader.brands, speech)
            case What.WEEKLY:
                message = self._weekly(leader, reader.brands, speech)
            case _:
                message = self._daily(leader, reader.brands, speech)
        return None if message is None else with_folded(message, len(bundle) - 1, speech)

    def _daily(self, leader: Delivery, brands: Brands, speech: Speech) -> Message:
        figures = self._house.figures(brands, leader.from_at, leader.as_of)
        message = digest_message(figures, speech, key=self._key(leader.delivery_id))
        return with_pictures(message, self._house.pictures(figures, speech.language))

    def _weekly(self, leader: Delivery, brands: Brands, speech: Speech) -> Message | None:
        told = self._house.report(leader.occasion, speech.language, brands)
        if told is None:
            return None
        message = week_message(told.document, speech, key=self._key(leader.delivery_id), period=leader.occasion, file=told.file)
        return with_pictures(message, told.pictures)

    def _crisis(self, leader: Delivery, brands: Brands, speech: Speech) -> Message | None:
        signals = self._house.signals(leader.as_of - CRISIS_LOOKS_BACK)
        going_on = crises_seen(self._house, brands, signals, leader.as_of)
        if not going_on:
            return None
        figures = self._house.figures(brands, leader.from_at, leader.as_of)
        titles = self._house.titles({one.issue_id for one in going_on if one.issue_id is not None})
        told = [CrisisTold(subject=_subject(one, titles, speech), since=one.since, signal=one.signal) for one in going_on]
        message = crisis_message(figures, told, speech, key=self._key(leader.delivery_id))
        return with_pictures(message, self._house.pictures(figures, speech.language))

    def _signals(self, bundle: Sequence[Delivery], brands: Brands, speech: Speech) -> Message | None:
        wanted = {one.subject_id for one in bundle}
        since = min(one.as_of for one in bundle) - SOON_FOR
        signals = [one for one in signals_seen(self._house, brands, self._house.signals(since)) if one.signal_id in wanted]
        if not signals:
            return None
        titles = self._house.titles({one.issue_id for one in signals if one.issue_id is not None})
        told = [
            SignalTold(signal=one, subject=titles.get(one.issue_id, "") if one.issue_id is not None else one.about or speech.brand)
            for one in signals
        ]
        return signals_message(told, speech, key=self._key(bundle[-1].delivery_id))

    def _promises(self, bundle: Sequence[Delivery], brands: Brands, speech: Speech) -> Message | None:
        late = {one.subject_id: one.occasion.endswith(":late") for one in bundle}
        promises = [one for one in self._house.promises() if one.promise_id in late and one.state is not PromiseState.KEPT]
        seen = self._house.issue_seen(brands, {one.issue_id for one in promises})
        titles = self._house.titles(seen)
        told = [
            PromiseTold(
                promise_id=one.promise_id,
                issue_id=one.issue_id,
                subject=titles.get(one.issue_id, ""),
                due_at=one.due_at,
                late=one.state is PromiseState.BROKEN,
            )
            for one in promises
            if one.issue_id in seen
        ]
        return promises_message(told, speech, key=self._key(bundle[-1].delivery_id)) if told else None


def _subject(crisis: Crisis, titles: Mapping[int, str], speech: Speech) -> str:
    if crisis.issue_id is None:
        return speech.text("brand_whole", brand=crisis.about or speech.brand)
    return titles.get(crisis.issue_id, "")
