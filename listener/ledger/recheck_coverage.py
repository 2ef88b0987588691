"""How far each source keeps its promise to look at kept posts again: counted over stretches, and what no stretch holds yet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, case, func, select, true

from listener.ledger.tables import mention_source
from listener.ledger.tables_recheck import recheck, recheck_day, recheck_state
from listener.model.recheck import AHEAD, ALWAYS, Looked, RecheckCoverage


def read_rechecks(tx: Connection, now: datetime) -> Mapping[str, RecheckCoverage]:
    """Return the coverage of each source that promises to look again, by its name."""
    states = tx.execute(select(recheck_state).where(recheck_state.c.every_hours > 0)).all()
    days = {row.source: row for row in tx.execute(select(recheck_day).where(recheck_day.c.day == now.astimezone(UTC).date()))}
    return {row.source: _coverage(tx, row, days.get(row.source), now) for row in states}


def _coverage(tx: Connection, state: Row[Any], day: Row[Any] | None, now: datetime) -> RecheckCoverage:
    every, then = timedelta(hours=state.every_hours), timedelta(hours=state.then_hours)
    age_of_young = timedelta(days=state.young_days) if state.young_days else ALWAYS
    promised_since = case(
        (recheck.c.looked_at > now + AHEAD, true()),
        (recheck.c.newest_at > now - age_of_young, recheck.c.looked_at < now - every),
        else_=recheck.c.looked_at < now - then,
    )
    query = select(
        func.coalesce(func.sum(recheck.c.members), 0),
        func.coalesce(func.sum(case((promised_since, recheck.c.members), else_=0)), 0),
        func.coalesce(func.max(recheck.c.last_id), 0),
    )
    kept, overdue, until = tx.execute(query.where(recheck.c.source == state.source)).one()
    new, late = _behind(tx, state.source, until, now - every)
    found = {name: getattr(day, name) for name in Looked.__slots__} if day is not None else {}
    return RecheckCoverage(
        every_hours=state.every_hours,
        young_days=state.young_days,
        then_hours=state.then_hours,
        kept=int(kept) + new,
        overdue=int(overdue) + late,
        state=state.state,
        note=state.note,
        today=Looked(**found),
    )


def _behind(tx: Connection, source: str, until: int, promised_since: datetime) -> tuple[int, int]:
    """Return how many posts of a source no stretch holds yet, and how many of them were first seen too long ago for that."""
    ids = mention_source.c.mention_id
    of_it = mention_source.c.source.concat("") == source  # in the order of ids: only the newest are wanted
    count = select(func.count()).select_from(mention_source).where(ids > until, of_it)
    old = select(ids).where(ids > until, of_it, mention_source.c.first_seen_at < promised_since).order_by(ids.desc()).limit(1)
    newest_old = tx.execute(old).scalar()
    late = 0 if newest_old is None else tx.execute(count.where(ids <= newest_old)).scalar_one()
    return int(tx.execute(count).scalar_one()), int(late)
