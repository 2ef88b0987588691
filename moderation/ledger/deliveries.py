"""What was told to whom: a row before every attempt, and what became of it. Nothing leaves twice because of what stands here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, or_, select, update

from listener.ledger.dialect import insert_missing
from listener.ledger.transactions import reading, writing
from moderation.ledger.audit import note
from moderation.ledger.tables_delivery import delivery
from moderation.model.delivery import Delivery, DeliveryState, NewDelivery, Outcome, Weight, What
from moderation.outbox.crash_points import reach

_FINISHED = (DeliveryState.SENT, DeliveryState.REFUSED, DeliveryState.UNKNOWN, DeliveryState.SKIPPED)


class _TakenMeanwhile(Exception):
    """Some of what was to be taken is not free any more."""


class DeliveryLedger:
    """The record of deliveries. A claim is a compare-and-set on the row: of two processes that want it, one gets it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, found: Iterable[NewDelivery]) -> int:
        """Keep what was found to be due and is not here yet; return how many rows that made."""
        rows = [_row(one) for one in found]
        if not rows:
            return 0
        reach("due.begun")
        with writing(self._engine) as tx:
            made = sum(tx.execute(insert_missing(tx.dialect, delivery), row).rowcount for row in rows)
            reach("due.moved")
        reach("due.committed")
        return made

    def known(self, subscription_id: int, what: What, occasions: Sequence[str]) -> set[str]:
        """Return which of these occasions have a row already, whatever became of it."""
        mine = (delivery.c.subscription_id == subscription_id) & (delivery.c.what == what.value)
        with reading(self._engine) as tx:
            return set(tx.execute(select(delivery.c.occasion).where(mine, delivery.c.occasion.in_(list(occasions)))).scalars())

    def waiting(self, now: datetime) -> list[Delivery]:
        """Return what may leave at `now`, oldest first."""
        due = (delivery.c.state == DeliveryState.WAITING.value) & (delivery.c.not_before <= now)
        with reading(self._engine) as tx:
            return [_delivery(row) for row in tx.execute(select(delivery).where(due).order_by(delivery.c.delivery_id))]

    def claim(self, leader: int, carried: Iterable[int], *, by: str, at: datetime) -> bool:
        """Take a row, and those that its message tells too, before the attempt; durable when this returns.

        False, and nothing is taken, when any of them is not waiting any more: then look again at what waits.
        """
        ids = [leader, *carried]
        mine = delivery.c.delivery_id.in_(ids)
        taken = {"state": DeliveryState.CLAIMED.value, "claimed_by": by, "claimed_at": at, "attempt": delivery.c.attempt + 1}
        reach("claim.begun")
        with suppress(_TakenMeanwhile):
            with writing(self._engine) as tx:
                free = mine & (delivery.c.state == DeliveryState.WAITING.value)
                if tx.execute(update(delivery).where(free).values(**taken)).rowcount != len(ids):
                    raise _TakenMeanwhile  # which gives back what was taken of it
                reach("claim.moved")
                tx.execute(update(delivery).where(mine, delivery.c.delivery_id != leader).values(carried_by=leader))
            reach("claim.committed")
            return True
        return False

    def finish(self, leader: int, outcome: Outcome, *, by: str, at: datetime, not_before: datetime) -> bool:
        """Write down what became of an attempt. What leaves later again (`waiting`) is on its own again, to be told with what is new.

        An outcome that comes after the row was given up for lost still counts: knowing is better than not knowing. False, and nothing is
        written, when the row is no longer this process's: a person decided meanwhile, or another process tries it again.
        """
        open_ = delivery.c.state.in_([DeliveryState.CLAIMED.value, DeliveryState.UNKNOWN.value]) & (delivery.c.claimed_by == by)
        mine = or_(delivery.c.delivery_id == leader, delivery.c.carried_by == leader) & open_
        values: dict[str, Any] = {"state": outcome.state.value, "reason": outcome.reason, "note": outcome.note, "not_before": not_before}
        again = outcome.state is DeliveryState.WAITING
        values |= {"carried_by": None, "claimed_at": None, "claimed_by": ""} if again else {"done_at": at}
        reach("end.begun")
        with writing(self._engine) as tx:
            done = tx.execute(update(delivery).where(mine).values(**values)).rowcount > 0
            reach("end.moved")
        reach("end.committed")
        return done

    def put_off(self, delivery_ids: Sequence[int], until: datetime, reason: str) -> None:
        """Let what waits go on waiting until a moment, and say why."""
        mine = delivery.c.delivery_id.in_(list(delivery_ids)) & (delivery.c.state == DeliveryState.WAITING.value)
        with writing(self._engine) as tx:
            tx.execute(update(delivery).where(mine).values(not_before=until, reason=reason))

    def give_up(self, delivery_ids: Sequence[int], *, reason: str, at: datetime) -> None:
        """End what waits without an attempt: it came too late, or nobody wants it any more."""
        mine = delivery.c.delivery_id.in_(list(delivery_ids)) & (delivery.c.state == DeliveryState.WAITING.value)
        values = {"state": DeliveryState.SKIPPED.value, "reason": reason, "done_at": at}
        with writing(self._engine) as tx:
            tx.execute(update(delivery).where(mine).values(**values))

    def lost(self, *, before: datetime, at: datetime) -> int:
        """Mark what was claimed before a moment and never ended as unknown, and return how many: their process died, or hangs."""
        gone = (delivery.c.state == DeliveryState.CLAIMED.value) & (delivery.c.claimed_at < before)
        with reading(self._engine) as tx:
            if tx.execute(select(delivery.c.delivery_id).where(gone)).first() is None:
                return 0
        values = {"state": DeliveryState.UNKNOWN.value, "reason": "interrupted", "done_at": at}
        reach("lost.begun")
        with writing(self._engine) as tx:
            many = tx.execute(update(delivery).where(gone).values(**values)).rowcount
            reach("lost.moved")
        reach("lost.committed")
        return many

    def settle(self, delivery_id: int, *, arrived: bool, who: str, at: datetime) -> bool:
        """Write down what a person found out: it arrived, or it did not and leaves again. False when it is not unknown."""
        mine = or_(delivery.c.delivery_id == delivery_id, delivery.c.carried_by == delivery_id)
        unknown = mine & (delivery.c.state == DeliveryState.UNKNOWN.value)
        values: dict[str, Any] = {"state": DeliveryState.SENT.value, "reason": "seen_by_person", "done_at": at}
        if not arrived:
            values = {"state": DeliveryState.WAITING.value, "reason": "asked_again", "done_at": None, "not_before": at, "carried_by": None}
        with writing(self._engine) as tx:
            done = tx.execute(update(delivery).where(unknown).values(**values)).rowcount > 0
            if done:
                note(tx, at=at, who=who, verb="settle", subject=f"delivery:{delivery_id}", detail={"arrived": arrived})
        return done

    def messages_since(self, subscription_id: int, whats: Iterable[What], since: datetime) -> list[datetime]:
        """Return when messages of these kinds were tried since a moment, oldest first; those told in another's message do not count."""
        mine = (delivery.c.subscription_id == subscription_id) & delivery.c.what.in_([what.value for what in whats])
        tried = mine & delivery.c.carried_by.is_(None) & (delivery.c.claimed_at >= since)
        with reading(self._engine) as tx:
            return list(tx.execute(select(delivery.c.claimed_at).where(tried).order_by(delivery.c.claimed_at)).scalars())

    def get(self, delivery_id: int) -> Delivery | None:
        """Return one row."""
        with reading(self._engine) as tx:
            row = tx.execute(select(delivery).where(delivery.c.delivery_id == delivery_id)).one_or_none()
        return None if row is None else _delivery(row)

    def latest(self, most: int, *, subscription_id: int | None = None, state: DeliveryState | None = None) -> list[Delivery]:
        """Return the newest rows; those that another's message told stand for themselves too."""
        query = select(delivery).order_by(delivery.c.delivery_id.desc()).limit(most)
        if subscription_id is not None:
            query = query.where(delivery.c.subscription_id == subscription_id)
        if state is not None:
            query = query.where(delivery.c.state == state.value)
        with reading(self._engine) as tx:
            return [_delivery(row) for row in tx.execute(query)]


def _row(new: NewDelivery) -> dict[str, Any]:
    return {
        "subscription_id": new.subscription_id,
        "what": new.what.value,
        "occasion": new.occasion,
        "state": new.state.value,
        "weight": new.weight.value,
        "subject_id": new.subject_id,
        "found_at": new.found_at,
        "from_at": new.from_at,
        "as_of": new.as_of,
        "not_before": new.found_at,
        "reason": new.reason,
        "done_at": new.found_at if new.state in _FINISHED else None,
    }


def _delivery(row: Row[Any]) -> Delivery:
    values = dict(row._mapping)
    del values["claimed_by"]
    return Delivery(**{**values, "what": What(row.what), "state": DeliveryState(row.state), "weight": Weight(row.weight)})
