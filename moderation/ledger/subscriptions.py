"""Who wants what told, by which way: people's own subscriptions and the house's. Every change is noted in its own transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, insert, select, update

from listener.ledger.transactions import reading, writing
from moderation.ledger.audit import note
from moderation.ledger.tables_delivery import subscription
from moderation.model.delivery import Loud, NewSubscription, Quiet, Subscription, Way, What


class SubscriptionLedger:
    """Subscriptions. Removing one keeps its row, for what it was told is history."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self, *, person_id: int | None = None, working: bool = False) -> list[Subscription]:
        """Return those that were not removed, oldest first: of one person or of all; with `working` only those that are not paused."""
        query = select(subscription).where(subscription.c.removed_at.is_(None)).order_by(subscription.c.subscription_id)
        if person_id is not None:
            query = query.where(subscription.c.person_id == person_id)
        if working:
            query = query.where(subscription.c.paused_at.is_(None))
        with reading(self._engine) as tx:
            return [_subscription(row) for row in tx.execute(query)]

    def get(self, subscription_id: int) -> Subscription | None:
        """Return one that was not removed."""
        mine = (subscription.c.subscription_id == subscription_id) & subscription.c.removed_at.is_(None)
        with reading(self._engine) as tx:
            row = tx.execute(select(subscription).where(mine)).one_or_none()
        return None if row is None else _subscription(row)

    def ever_to_channel(self, name: str) -> bool:
        """Tell whether the house ever had a subscription to this channel, removed or not."""
        mine = (subscription.c.way == Way.CHANNEL.value) & (subscription.c.address == name) & subscription.c.person_id.is_(None)
        with reading(self._engine) as tx:
            return tx.execute(select(subscription.c.subscription_id).where(mine)).first() is not None

    def add(self, wants: NewSubscription, *, by: str, at: datetime) -> int:
        """Keep a subscription and return its number; it is told what comes after `at`."""
        with writing(self._engine) as tx:
            made = tx.execute(insert(subscription).values(_row(wants, by, at)).returning(subscription.c.subscription_id))
            subscription_id = int(made.scalar_one())
            detail = {"way": wants.way.value, "what": sorted(wants.whats), "person": wants.person_id, "loud": wants.loud.value}
            note(tx, at=at, who=by, verb="subscribe", subject=f"subscription:{subscription_id}", detail=detail)
        return subscription_id

    def pause(self, subscription_id: int, *, by: str, at: datetime) -> bool:
        """Tell nothing until it is taken up again; False when it was paused already or is not there."""
        stands = subscription.c.paused_at.is_(None)
        return self._set(subscription_id, stands, "pause_subscription", by, at, paused_at=at, paused_by=by)

    def resume(self, subscription_id: int, *, by: str, at: datetime) -> bool:
        """Go on telling, from now; False when it was not paused or is not there."""
        paused = subscription.c.paused_at.is_not(None)
        return self._set(subscription_id, paused, "resume_subscription", by, at, paused_at=None, paused_by="", since=at)

    def remove(self, subscription_id: int, *, by: str, at: datetime) -> bool:
        """End it; False when it is not there."""
        return self._set(subscription_id, subscription.c.removed_at.is_(None), "unsubscribe", by, at, removed_at=at)

    def _set(self, subscription_id: int, while_: Any, verb: str, by: str, at: datetime, **values: Any) -> bool:
        mine = (subscription.c.subscription_id == subscription_id) & subscription.c.removed_at.is_(None) & while_
        with writing(self._engine) as tx:
            done = tx.execute(update(subscription).where(mine).values(**values)).rowcount == 1
            if done:
                note(tx, at=at, who=by, verb=verb, subject=f"subscription:{subscription_id}", detail={})
        return done


def _row(wants: NewSubscription, by: str, at: datetime) -> dict[str, Any]:
    return {
        "person_id": wants.person_id,
        "way": wants.way.value,
        "address": wants.address,
        "whats": sorted(wants.whats),
        "loud": wants.loud.value,
        "language": wants.language,
        "hour": wants.hour,
        "quiet_begins": wants.quiet.begins if wants.quiet else None,
        "quiet_until": wants.quiet.until if wants.quiet else None,
        "breaks": wants.breaks,
        "brands": None if wants.brands is None else sorted(wants.brands),
        "since": at,
        "made_by": by,
    }


def _subscription(row: Row[Any]) -> Subscription:
    quiet = None if row.quiet_begins is None else Quiet(begins=row.quiet_begins, until=row.quiet_until)
    wants = NewSubscription(
        way=Way(row.way),
        address=row.address,
        whats=frozenset(map(What, row.whats)),
        person_id=row.person_id,
        loud=Loud(row.loud),
        language=row.language,
        hour=row.hour,
        quiet=quiet,
        breaks=row.breaks,
        brands=None if row.brands is None else frozenset(row.brands),
    )
    return Subscription(
        subscription_id=row.subscription_id,
        wants=wants,
        since=row.since,
        made_by=row.made_by,
        paused_at=row.paused_at,
        paused_by=row.paused_by,
    )
