"""What each source saw and did not see: its state, its runs, its skips and gaps."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update

from listener.ledger.coverage import read_coverage, silent_since
from listener.ledger.dialect import insert_missing
from listener.ledger.lost_places import lost_now
from listener.ledger.source_rows import ensure_source, note_gap
from listener.ledger.tables_sources import source_event, source_run, source_spend, source_state
from listener.ledger.transactions import reading, writing
from listener.model.figures import LostStretch, SourceCoverage
from listener.model.page import Skip, Spent

KEEP_RUNS = timedelta(days=90)
LONG_WAIT_SECONDS = 900.0
_MOST_CHARACTERS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """How a source stands. `state` is ok, waiting (the platform asked), blind (not reachable), refused (a person acts) or capped (our cap).

    `failures` in a row; `wait_until` is the platform's own word, or when a cap ends; `blind_since` is set from the first failure until
    the next success. `cause` tells refusals apart; `open_until`: not asked before, after failures in a row.
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
    cause: str = ""
    open_until: datetime | None = None
    canary: str = ""
    canary_at: datetime | None = None


class SourceLedger:
    """One row per source that was ever read; the cursor moves only with a page (`MentionLedger.add_page`)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def describe(self, source: str, *, kind: str, most_requests: int | None = None, most_micro_usd: int | None = None) -> None:
        """Note what kind of source this is (feed, hackernews, reddit, file) and its caps for a day, for coverage lines."""
        with writing(self._engine) as tx:
            _set(tx, source, {"kind": kind, "most_requests": most_requests, "most_micro_usd": most_micro_usd})

    def state(self, source: str) -> SourceState | None:
        """Return how a source stands, or None when it was never read."""
        with reading(self._engine) as tx:
            row = tx.execute(select(source_state).where(source_state.c.source == source)).one_or_none()
        return None if row is None else _state(row)

    def states(self) -> list[SourceState]:
        """Return how every source stands, by name."""
        with reading(self._engine) as tx:
            return [_state(row) for row in tx.execute(select(source_state).order_by(source_state.c.source))]

    def last_failure(self, source: str) -> datetime | None:
        """Return when a round on this source last failed, or had to wait; None when none did in the runs that are kept."""
        query = select(func.max(source_run.c.at)).where(source_run.c.source == source, source_run.c.state != "ok")
        with reading(self._engine) as tx:
            return tx.execute(query).scalar()

    def note_ok(self, source: str, *, at: datetime, new: int, seen: int, missed: int = 0) -> None:
        """Note a round that ended well: `seen` items were shown, `new` of them became mentions, `missed` the platform did not list."""
        well = {"state": "ok", "last_try_at": at, "last_ok_at": at, "blind_since": None, "wait_until": None, "failures": 0}
        with writing(self._engine) as tx:
            _set(tx, source, well | {"error": "", "cause": "", "open_until": None})
            _note_run(tx, {"source": source, "at": at, "state": "ok", "new": new, "seen": seen, "error": "", "missed": missed})

    def note_failure(
        self,
        source: str,
        *,
        at: datetime,
        error: str,
        kind: str,
        wait_seconds: float = 0.0,
        cause: str = "",
        open_until: datetime | None = None,
    ) -> None:
        """Note a round that failed. `kind` is waiting, blind, refused or capped; `wait_seconds` is what the platform asked for.

        A wait that long that no time is left between two of them (a quarter of an hour) is as good as blind.
        """
        changes: dict[str, Any] = {"state": kind, "last_try_at": at, "error": error[:_MOST_CHARACTERS]}
        changes |= {"failures": source_state.c.failures + 1, "cause": cause, "open_until": open_until}
        changes["wait_until"] = at + timedelta(seconds=min(wait_seconds, KEEP_RUNS.total_seconds())) if wait_seconds > 0 else None
        if kind != "waiting" or wait_seconds >= LONG_WAIT_SECONDS:
            changes["blind_since"] = func.coalesce(source_state.c.blind_since, at)
        run = {"source": source, "at": at, "state": kind, "new": 0, "seen": 0, "error": error[:_MOST_CHARACTERS], "missed": 0}
        with writing(self._engine) as tx:
            _set(tx, source, changes)
            _note_run(tx, run)

    def note_gap(self, source: str, reason: str, *, at: datetime) -> None:
        """Note, outside of a page, that a source does not show everything."""
        with writing(self._engine) as tx:
            note_gap(tx, source, reason, at)

    def note_canary(self, source: str, outcome: str, *, at: datetime) -> None:
        """Note what a question with a known answer brought: found or empty."""
        with writing(self._engine) as tx:
            _set(tx, source, {"canary": outcome, "canary_at": at})

    def note_spent(self, source: str, spent: Spent, *, at: datetime) -> None:
        """Add requests and money to the day's; nothing spent writes nothing."""
        if spent == Spent():
            return
        row = {"source": source, "day": at.astimezone(UTC).date(), "requests": 0, "micro_usd": 0}
        mine = (source_spend.c.source == source) & (source_spend.c.day == row["day"])
        more = {
            "requests": source_spend.c.requests + spent.requests,
            "micro_usd": source_spend.c.micro_usd + spent.micro_usd,
        }
        with writing(self._engine) as tx:
            tx.execute(insert_missing(tx.dialect, source_spend), row)
            tx.execute(update(source_spend).where(mine).values(more))

    def spent(self, source: str, day: date) -> Spent:
        """Return what a source spent on a day (UTC)."""
        query = select(source_spend.c.requests, source_spend.c.micro_usd)
        with reading(self._engine) as tx:
            row = tx.execute(query.where(source_spend.c.source == source, source_spend.c.day == day)).one_or_none()
        return Spent() if row is None else Spent(requests=row.requests, micro_usd=row.micro_usd)

    def silent(self, now: datetime) -> Mapping[str, datetime]:
        """Return since when sources are silent whose silence was noticed as unusual and is not over."""
        with reading(self._engine) as tx:
            return silent_since(tx, now)

    def lost_now(self, sources: Collection[str]) -> Mapping[str, tuple[LostStretch, ...]]:
        """Return by source which of its places are not shown to us now, of those sources that have any."""
        with reading(self._engine) as tx:
            return lost_now(tx, sources)

    def coverage(self, now: datetime, *, since: datetime | None = None) -> list[SourceCoverage]:
        """Return what each source saw and missed, by name. `mentions` counts those that are still here; `since`: a week ago by default."""
        with reading(self._engine) as tx:
            return read_coverage(tx, since=since or now - timedelta(days=7), now=now)

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
