"""The clocks that run, as the queue keeps them, and which of them were told of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Select, and_, delete, func, select

from listener.ledger.dialect import insert_missing
from listener.ledger.transactions import reading, writing
from moderation.ledger.tables_clocks import clock_told
from moderation.ledger.tables_queue import case_fact
from moderation.model.case import Lane
from moderation.model.clock import ClockKind, ClockState, ClockTurned, RunningClock

_RUNNING = (Lane.WAITING.value, Lane.SNOOZED.value, Lane.ANSWERED.value)


class ClockLedger:
    """Reads running clocks and remembers which were told of. Knows cases, and nobody who works on them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def running(self, *, orange_by: datetime, due_after: datetime) -> list[RunningClock]:
        """Return the soonest clocks whose last fifth has begun by a moment, and that are due after another, first due first.

        Spam, closed cases and those of which nothing is left have no clock; one that was put away has.
        """
        runs = and_(case_fact.c.lane.in_(_RUNNING), case_fact.c.due_kind != "")
        query = select(case_fact.c.case_id, case_fact.c.due_kind, case_fact.c.due_orange_at, case_fact.c.due_at).where(
            runs, case_fact.c.due_orange_at <= orange_by, case_fact.c.due_at > due_after
        )
        with reading(self._engine) as tx:
            rows = tx.execute(query.order_by(case_fact.c.due_at, case_fact.c.case_id)).all()
        return [
            RunningClock(case_id=row.case_id, kind=ClockKind(row.due_kind), orange_at=row.due_orange_at, due_at=row.due_at) for row in rows
        ]

    def tell(self, turned: Sequence[ClockTurned]) -> list[ClockTurned]:
        """Remember these and return those that were not told of before, in the order given: each is returned once, ever."""
        if not turned:
            return []
        with writing(self._engine) as tx:
            kept = {tuple(row) for row in tx.execute(_keys().where(clock_told.c.due_at >= min(one.due_at for one in turned)))}
            fresh = [one for one in turned if _key(one) not in kept]
            if fresh:
                tx.execute(insert_missing(tx.dialect, clock_told), [dict(zip(_NAMES, (*_key(one), one.at), strict=True)) for one in fresh])
        return fresh

    def told(self, since: datetime) -> list[ClockTurned]:
        """Return what was told of after `since`, oldest first."""
        query = select(clock_told).where(clock_told.c.at > since).order_by(clock_told.c.at, clock_told.c.case_id, clock_told.c.state)
        with reading(self._engine) as tx:
            return [
                ClockTurned(case_id=row.case_id, kind=ClockKind(row.kind), due_at=row.due_at, state=ClockState(row.state), at=row.at)
                for row in tx.execute(query)
            ]

    def forget(self, due_before: datetime) -> int:
        """Drop what was told of clocks that were due before a moment, and return how many lines that were."""
        with writing(self._engine) as tx:
            return int(tx.execute(delete(clock_told).where(clock_told.c.due_at < due_before)).rowcount)

    def count(self) -> int:
        """Return how many lines are kept."""
        with reading(self._engine) as tx:
            return tx.execute(select(func.count()).select_from(clock_told)).scalar_one()


_NAMES = ("case_id", "kind", "due_at", "state", "at")


def _keys() -> Select[Any]:
    return select(clock_told.c.case_id, clock_told.c.kind, clock_told.c.due_at, clock_told.c.state)


def _key(one: ClockTurned) -> tuple[int, str, datetime, str]:
    return one.case_id, one.kind.value, one.due_at, one.state.value
