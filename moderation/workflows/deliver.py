"""Tell our own people what they asked to be told: each thing once to each, whatever the process was doing when it fell due.

A row stands in the ledger before every attempt. What is certainly not taken leaves later; what may have been taken never leaves again by
itself, and raises an alarm.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from listener.ports import Clock
from moderation.ledger.alarms import AlarmLedger
from moderation.ledger.deliveries import DeliveryLedger
from moderation.ledger.subscriptions import SubscriptionLedger
from moderation.model.delivery import Delivery, DeliveryState, Message, Outcome, Parcel, Subscription, Way, Weight, What
from moderation.outbox.crash_points import reach
from moderation.policy.quiet_hours import quiet_until
from moderation.ports import Carrier, Carry
from moderation.workflows.delivery_ports import House, Reader
from moderation.workflows.find_deliveries import FRESH, FindDeliveries
from moderation.workflows.word_deliveries import WordDeliveries

logger = logging.getLogger(__name__)

LOST_AFTER = timedelta(minutes=10)
"""A claim this old has lost its process, or hangs: every attempt has time-outs far below it. It is never sent again for that."""
LEAST_WAIT_SECONDS = 60.0
POISONED_SECONDS = 900.0
ALARM = "delivery_unknown"
MOST_UNKNOWN = 1_000
PIECES = (What.SIGNAL, What.PROMISE)
"""What comes in pieces, so that only so many an hour are told one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Rows that one message tells, the leading one last, and who gets it."""

    subscription: Subscription
    reader: Reader
    rows: tuple[Delivery, ...]

    @property
    def leader(self) -> Delivery:
        return self.rows[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """How somebody stops their e-mails: the sentence, and a link or an address for it, either of which may be empty."""

    text: str
    url: str = ""
    mail: str = ""


class Deliver:
    """Finds what is due, and hands it to the way of each subscription. `stop_of(subscription)` says how it is stopped."""

    def __init__(
        self,
        house: House,
        subscriptions: SubscriptionLedger,
        deliveries: DeliveryLedger,
        alarms: AlarmLedger,
        carriers: Mapping[Way, Carrier],
        clock: Clock,
        *,
        word: WordDeliveries,
        stop_of: Callable[[Subscription], Stop],
    ) -> None:
        self._house = house
        self._subscriptions = subscriptions
        self._deliveries = deliveries
        self._alarms = alarms
        self._carriers = carriers
        self._clock = clock
        self._find = FindDeliveries(house, deliveries)
        self._word = word
        self._stop_of = stop_of
        self._me = secrets.token_hex(8)
        self._stopping = False

    def wind_down(self) -> None:
        """Begin no further message: the service stops."""
        self._stopping = True

    async def once(self) -> int:
        """Find what is due and send what may leave now; return how many messages were tried."""
        reach("tell.begun")
        await asyncio.to_thread(self._note_lost)
        ready = await asyncio.to_thread(self._ready)
        reach("tell.ready")
        return await self._send_all(ready)

    async def only_tests(self) -> int:
        """Send the test messages that somebody asked for, and nothing else: for a command on a home whose service does not run."""
        return await self._send_all(await asyncio.to_thread(self._ready, only=What.TEST))

    async def _send_all(self, bundles: Sequence[Bundle]) -> int:
        tried = 0
        for way, some in _by_way(bundles).items():
            async with self._carriers[way].opened() as carry:
                for bundle in some:
                    if not self._stopping:
                        tried += await self._send(bundle, carry)
        return tried

    def _note_lost(self) -> None:
        """Mark what lost its process, and see to it that an alarm is up for each message that nobody knows of, and for no other.

        Looked at anew each round: a process may die between the row and its alarm.
        """
        now = self._clock.now()
        self._deliveries.lost(before=now - LOST_AFTER, at=now)
        unknown = self._deliveries.latest(MOST_UNKNOWN, state=DeliveryState.UNKNOWN)
        up = self._alarms.up(ALARM)
        for one in unknown:
            if one.carried_by is None and _subject(one) not in up:
                self._alarm(one, now)
        self._alarms.over(ALARM, at=now, still=[_subject(one) for one in unknown])

    def _ready(self, *, only: What | None = None) -> list[Bundle]:
        """Return what may leave now, after writing down what is due and putting off what has to wait."""
        now = self._clock.now()
        working = {one.subscription_id: one for one in self._subscriptions.all(working=True)}
        if only is None:
            self._find.once(list(working.values()), now)
        waiting = [one for one in self._deliveries.waiting(now) if only is None or one.what is only]
        bundles: list[Bundle] = []
        for (subscription_id, what), rows in _by_kind(waiting).items():
            subscription = working.get(subscription_id)
            if what is What.TEST:
                subscription = self._subscriptions.get(subscription_id)
            reader = self._house.reader(subscription) if subscription is not None else None
            if subscription is None or reader is None:
                self._give_up(rows, "not_wanted", now)
                continue
            bundles += self._bundles(subscription, reader, self._fresh(rows, now), now)
        return bundles

    def _fresh(self, rows: Sequence[Delivery], now: datetime) -> list[Delivery]:
        late = [one for one in rows if now - one.as_of >= FRESH[one.what]]
        self._give_up(late, "too_late", now)
        return [one for one in rows if one not in late]

    def _bundles(self, subscription: Subscription, reader: Reader, rows: Sequence[Delivery], now: datetime) -> list[Bundle]:
        """Return at most one bundle: what waits of one kind leaves as one message, unless it is quiet or enough left this hour."""
        until = quiet_until(now, subscription.wants.quiet, self._house.zone)
        breaking = [one for one in rows if subscription.wants.breaks and one.weight is Weight.CRISIS]
        held = [one for one in rows if until is not None and one.what is not What.TEST and one not in breaking]
        if held and until is not None:
            self._deliveries.put_off([one.delivery_id for one in held], until, "quiet_hours")
        free = tuple(one for one in rows if one not in held)
        if not free:
            return []
        if free[0].what in PIECES and (again := self._room_at(subscription, now)) is not None:
            self._deliveries.put_off([one.delivery_id for one in free], again, "enough_this_hour")
            return []
        return [Bundle(subscription=subscription, reader=reader, rows=free)]

    def _room_at(self, subscription: Subscription, now: datetime) -> datetime | None:
        """Return when the next message in pieces may leave; None: now."""
        tried = self._deliveries.messages_since(subscription.subscription_id, PIECES, now - timedelta(hours=1))
        most = self._house.most_per_hour
        return tried[-most] + timedelta(hours=1, seconds=1) if len(tried) >= most else None

    async def _send(self, bundle: Bundle, carry: Carry) -> int:
        """Word it, take it, carry it, write down what became of it. Dying between any two of these sends nothing twice."""
        message = await asyncio.to_thread(self._worded, bundle)
        if message is None:
            return 0
        parcel, now = self._parcel(bundle, message), self._clock.now()
        if parcel is None:
            await asyncio.to_thread(self._give_up, bundle.rows, "no_address", now)
            return 0
        reach("tell.worded")
        carried = [one.delivery_id for one in bundle.rows[:-1]]
        if not await asyncio.to_thread(self._deliveries.claim, bundle.leader.delivery_id, carried, by=self._me, at=now):
            return 0  # another process has it, or it changed since we looked
        outcome = await self._carried(parcel, carry)
        reach("tell.carried")
        await asyncio.to_thread(self._finish, bundle, outcome)
        return 1

    async def _carried(self, parcel: Parcel, carry: Carry) -> Outcome:
        try:
            return await carry(parcel)
        except Exception as error:  # noqa: BLE001 - a carrier never raises; if one does, nobody can tell how far it got
            logger.error("a carrier failed", extra={"error": type(error).__name__})
            return Outcome(state=DeliveryState.UNKNOWN, reason="no_clear_answer")

    def _worded(self, bundle: Bundle) -> Message | None:
        ids, now = [one.delivery_id for one in bundle.rows], self._clock.now()
        try:
            message = self._word.message(bundle.subscription, bundle.reader, bundle.rows)
        except Exception as error:  # noqa: BLE001 - one message that cannot be made must not keep the others from leaving
            logger.error("a message could not be made", extra={"delivery": ids[-1], "error": type(error).__name__})
            self._deliveries.put_off(ids, now + timedelta(seconds=POISONED_SECONDS), "cannot_be_made")
            return None
        if message is None:
            self._deliveries.give_up(ids, reason="nothing_to_tell", at=now)
        return message

    def _parcel(self, bundle: Bundle, message: Message) -> Parcel | None:
        wants = bundle.subscription.wants
        to = wants.address or bundle.reader.email
        if not to:
            return None
        speech, stop = self._house.speech(wants.language), self._stop_of(bundle.subscription)
        why = speech.text("why.house" if wants.person_id is None else "why.person", whats=speech.listed(wants.whats))
        return Parcel(to=to, message=message, why=why, stop=stop.text, stop_url=stop.url, stop_mail=stop.mail)

    def _finish(self, bundle: Bundle, outcome: Outcome) -> None:
        now, leader = self._clock.now(), bundle.leader
        wait = timedelta(seconds=max(outcome.wait_seconds, LEAST_WAIT_SECONDS) * 2 ** min(leader.attempt, 3))
        counted = self._deliveries.finish(leader.delivery_id, outcome, by=self._me, at=now, not_before=now + wait)
        reach("tell.finished")
        if counted and outcome.state is DeliveryState.UNKNOWN:
            self._alarm(leader, now)
        facts = {"delivery": leader.delivery_id, "what": leader.what.value, "outcome": outcome.state.value, "reason": outcome.reason}
        logger.info("told" if counted else "told too late to count", extra=facts)

    def _alarm(self, delivery: Delivery, now: datetime) -> None:
        self._alarms.raise_once(ALARM, _subject(delivery), note=str(delivery.delivery_id), at=now)

    def _give_up(self, rows: Iterable[Delivery], reason: str, now: datetime) -> None:
        ids = [one.delivery_id for one in rows]
        if ids:
            self._deliveries.give_up(ids, reason=reason, at=now)


def _subject(delivery: Delivery) -> str:
    return f"delivery:{delivery.delivery_id}"


def _by_kind(rows: Iterable[Delivery]) -> dict[tuple[int, What], list[Delivery]]:
    """Return rows by subscription and kind, in each the newest last."""
    found: dict[tuple[int, What], list[Delivery]] = {}
    for one in sorted(rows, key=lambda row: (row.as_of, row.delivery_id)):
        found.setdefault((one.subscription_id, one.what), []).append(one)
    return found


def _by_way(bundles: Iterable[Bundle]) -> dict[Way, list[Bundle]]:
    found: dict[Way, list[Bundle]] = {}
    for one in bundles:
        found.setdefault(one.subscription.wants.way, []).append(one)
    return found
