"""Counts how the house stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, Table, case, func, select

from listener.ledger.tables import quarantine, report
from listener.ledger.tables_sources import source_state
from listener.ledger.transactions import reading
from moderation.ledger.tables import outbox, support_case
from moderation.ledger.tables_delivery import delivery
from moderation.ledger.tables_outbox import alarm
from moderation.ledger.tables_queue import case_fact
from moderation.ledger.tables_report import week_report
from moderation.model.case import CaseState
from moderation.model.house_counts import HouseCounts, SourceNow
from moderation.model.outbox import EntryState

UNFINISHED = tuple(
    one.value for one in (EntryState.APPROVED, EntryState.STARTED, EntryState.UNKNOWN, EntryState.PROVEN_ABSENT, EntryState.NEEDS_HUMAN)
)
_LIVE = (CaseState.OPEN.value, CaseState.CLAIMED.value)


class HouseCountLedger:
    """Reads a handful of counts, each one statement over an index or a small table."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def now(self, at: datetime) -> HouseCounts:
        """Return how things stand at a moment."""
        with reading(self._engine) as tx:
            oldest = tx.execute(select(func.min(outbox.c.changed_at)).where(outbox.c.state.in_(UNFINISHED))).scalar()
            return HouseCounts(
                sources=tuple(_source(row.source, row.last_ok_at, row.blind_since, at) for row in tx.execute(select(source_state))),
                quarantined=_count(tx, quarantine),
                cases=_by(tx, support_case.c.state),
                clocks=_clocks(tx, at),
                outbox=_by(tx, outbox.c.state),
                oldest_outbox_seconds=max(0.0, (at - oldest).total_seconds()) if oldest else 0.0,
                alarms=int(tx.execute(select(func.count()).where(alarm.c.seen_at.is_(None))).scalar_one()),
                digests=_count(tx, report),
                reports=_count(tx, week_report),
                deliveries=_by(tx, delivery.c.state),
            )


def _source(name: str, last_ok_at: datetime | None, blind_since: datetime | None, at: datetime) -> SourceNow:
    lag = None if last_ok_at is None else max(0.0, (at - last_ok_at).total_seconds())
    return SourceNow(source=name, lag_seconds=lag, blind=blind_since is not None)


def _count(tx: Connection, table: Table) -> int:
    return int(tx.execute(select(func.count()).select_from(table)).scalar_one())


def _by(tx: Connection, state: ColumnElement[str]) -> Mapping[str, int]:
    return {str(name): int(n) for name, n in tx.execute(select(state, func.count()).group_by(state).order_by(state))}


def _clocks(tx: Connection, at: datetime) -> Mapping[str, int]:
    colour = case((case_fact.c.due_at <= at, "red"), (case_fact.c.due_orange_at <= at, "orange"), else_="green")
    query = (
        select(colour.label("colour"), func.count().label("n"))
        .join(support_case, support_case.c.case_id == case_fact.c.case_id)
        .where(support_case.c.state.in_(_LIVE), case_fact.c.due_at.is_not(None))
        .group_by(colour)
    )
    found = {row.colour: int(row.n) for row in tx.execute(query)}
    return {name: found.get(name, 0) for name in ("green", "orange", "red")}
