"""What each source saw and did not see: its state, its runs, its skips and gaps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update

from listener.ledger.source_rows import ensure_source
from listener.ledger.tables import mention_source, source_event, source_run, source_state
from listener.ledger.transactions import reading, writing
from listener.model.figures import SourceCoverage
from listener.model.page import Skip

KEEP_RUNS = timedelta(days=90)
_MOST_CHARACTERS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """How a source stands. `state` is ok, waiting (the platform asked), blind (not reachable) or refused (a person has to act).

    `failures` in a row; `wait_until` is the platform's own word; `blind_since` is set from the first failure until the next success.
    """

    source: str
    kind: str
    state: str
    last_try_at: datetime | None
    last_ok_at: datetime | None
    blind_since: datetime | None
    wait_until: datetime | None
    failures: int
    error: str
    skipped: int
    gaps: int
    gap_note: str


class SourceLedger:
    """One row per source that was ever read; the cursor moves only with a page (`MentionLedger.add_page`)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def describe(self, source: str, *, kind: str) -> None:
        """Note what kind of source this is (feed, hackernews, reddit, file), for coverage lines."""
        with writing(self._engine) as tx:
            _set(tx, source, {"kind": kind})

    def state(self, source: str) -> SourceState | None:
        """Return how a source stands, or None when it was never read."""
        with reading(self._engine) as tx:
            row = tx.execute(select(source_state).where(source_state.c.source == source)).one_or_none()
        return None if row is None else _state(row)

    def last_pull(self, source: str) -> datetime | None:
        """Return when a source was last tried, well or not; None when never."""
        found = self.state(source)
        return None if found is None else found.last_try_at

    def last_failure(self, source: str) -> datetime | None:
        """Return when a round on this source last failed, or had to wait; None when none did in the runs that are kept."""
        query = select(func.max(source_run.c.at)).where(source_run.c.source == source, source_run.c.state != "ok")
        with reading(self._engine) as tx:
            return tx.execute(query).scalar()

    def note_ok(self, source: str, *, at: datetime, new: int, seen: int) -> None:
        """Note a round that ended well: `seen` items were shown, `new` of them became mentions."""
        with writing(self._engine) as tx:
            well = {"state": "ok", "last_try_at": at, "last_ok_at": at, "blind_since": None, "wait_until": None, "failures": 0, "error": ""}
            _set(tx, source, well)
            _note_run(tx, {"source": source, "at": at, "state": "ok", "new": new, "seen": seen, "error": ""})

    def note_failure(self, source: str, *, at: datetime, error: str, kind: str, wait_seconds: float = 0.0) -> None:
        """Note a round that failed. `kind` is waiting, blind or refused; `wait_seconds` is what the platform asked for."""
        changes: dict[str, Any] = {"state": kind, "last_try_at": at, "error": error[:_MOST_CHARACTERS]}
        changes["failures"] = source_state.c.failures + 1
        changes["wait_until"] = at + timedelta(seconds=min(wait_seconds, KEEP_RUNS.total_seconds())) if wait_seconds > 0 else None
        if kind != "waiting":
            changes["blind_since"] = func.coalesce(source_state.c.blind_since, at)
        with writing(self._engine) as tx:
            _set(tx, source, changes)
            _note_run(tx, {"source": source, "at": at, "state": kind, "new": 0, "seen": 0, "error": error[:_MOST_CHARACTERS]})

    def coverage(self, now: datetime) -> list[SourceCoverage]:
        """Return what each source saw and missed, by name. `mentions` counts those that are still here."""
        held = select(mention_source.c.source, func.count().label("mentions")).group_by(mention_source.c.source).subquery()
        query = select(source_state, func.coalesce(held.c.mentions, 0).label("mentions"))
        query = query.join_from(source_state, held, source_state.c.source == held.c.source, isouter=True).order_by(source_state.c.source)
        with reading(self._engine) as tx:
            return [_coverage(row, now) for row in tx.execute(query)]

    def skips(self, source: str, limit: int = 50) -> list[Skip]:
        """Return what could not become a mention, newest first (the last thousand are kept)."""
        query = select(source_event).where(source_event.c.source == source, source_event.c.kind == "skip")
        with reading(self._engine) as tx:
            rows = tx.execute(query.order_by(source_event.c.event_id.desc()).limit(limit))
            return [Skip(where=row.place, reason=row.reason) for row in rows]

    def gaps(self, source: str, *, since: datetime | None = None) -> list[tuple[datetime, str]]:
        """Return when a source had stopped showing everything, and how that was seen, newest first."""
        query = select(source_event).where(source_event.c.source == source, source_event.c.kind == "gap")
        if since is not None:
            query = query.where(source_event.c.at >= since)
        with reading(self._engine) as tx:
            return [(row.at, row.reason) for row in tx.execute(query.order_by(source_event.c.event_id.desc()))]


def _set(tx: Connection, source: str, changes: dict[str, Any]) -> None:
    ensure_source(tx, source)
    tx.execute(update(source_state).where(source_state.c.source == source).values(changes))


def _note_run(tx: Connection, row: dict[str, Any]) -> None:
    tx.execute(insert(source_run), row)
    tx.execute(delete(source_run).where(source_run.c.source == row["source"], source_run.c.at < row["at"] - KEEP_RUNS))


def _state(row: Row[Any]) -> SourceState:
    return SourceState(**{name: getattr(row, name) for name in SourceState.__slots__})


def _coverage(row: Row[Any], now: datetime) -> SourceCoverage:
    lag = None if row.last_ok_at is None else max(0.0, (now - row.last_ok_at).total_seconds())
    return SourceCoverage(
        source=row.source,
        kind=row.kind,
        state=row.state,
        mentions=row.mentions,
        skipped=row.skipped,
        last_ok_at=row.last_ok_at,
        lag_seconds=lag,
        blind_since=row.blind_since,
        gaps=row.gaps,
        note=row.error or row.gap_note,
    )
