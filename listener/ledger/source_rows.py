"""The rows a page leaves about its source, written in the page's own transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from listener.ledger.dialect import insert_missing
from listener.ledger.tables_sources import source_event, source_state
from listener.model.page import Cursor, Skip

MOST_EVENTS = 1_000
"""Skips and gaps listed per source and kind; older ones are dropped from the list, never from the count."""
_MOST_CHARACTERS = 500


def note_page(
    tx: Connection,
    source: str,
    next_cursor: Cursor | None,
    at: datetime,
    *,
    skipped: Sequence[Skip] = (),
    gap: str = "",
    moves: bool = True,
) -> None:
    """Move the cursor of a source, unless the page came beside its pulls, and count what it skipped or missed."""
    ensure_source(tx, source)
    changes: dict[str, Any] = {"skipped": source_state.c.skipped + len(skipped)}
    changes |= {"cursor": next_cursor, "last_try_at": at} if moves else {}
    tx.execute(update(source_state).where(source_state.c.source == source).values(changes))
    note_events(tx, source, "skip", [(one.where, one.reason) for one in skipped], at)
    if gap:
        note_gap(tx, source, gap, at)


def note_gap(tx: Connection, source: str, gap: str, at: datetime) -> None:
    """Count and list a stretch that a source no longer shows."""
    ensure_source(tx, source)
    counted = {"gaps": source_state.c.gaps + 1, "gap_note": gap}
    tx.execute(update(source_state).where(source_state.c.source == source).values(counted))
    note_events(tx, source, "gap", [("", gap)], at)


def ensure_source(tx: Connection, source: str) -> None:
    """Give a source its row when it has none."""
    tx.execute(insert_missing(tx.dialect, source_state), {"source": source})


def note_events(tx: Connection, source: str, kind: str, events: Sequence[tuple[str, str]], at: datetime) -> None:
    """List what happened at a source, as (place, reason)."""
    if not events:
        return
    rows = [
        {"source": source, "kind": kind, "at": at, "place": place[:_MOST_CHARACTERS], "reason": reason[:_MOST_CHARACTERS]}
        for place, reason in events[-MOST_EVENTS:]
    ]
    tx.execute(insert(source_event), rows)
    mine = (source_event.c.source == source) & (source_event.c.kind == kind)
    oldest_kept = select(source_event.c.event_id).where(mine).order_by(source_event.c.event_id.desc()).offset(MOST_EVENTS - 1).limit(1)
    tx.execute(delete(source_event).where(mine, source_event.c.event_id < oldest_kept.scalar_subquery()))
