"""Which places of a source its platform does not show us, and since when: noted with each page, as events of losing and finding again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select

from listener.ledger.source_rows import note_events
from listener.ledger.tables_sources import source_event
from listener.model.figures import LostStretch
from listener.model.page import LostPlace

LOST, BACK = "lost", "back"


def note_places(tx: Connection, source: str, lost: Sequence[LostPlace], at: datetime) -> None:
    """Note what changed: `lost` are all places that are lost now. A page that is added twice notes nothing twice."""
    open_now = {one.place for one in _stretches(tx, [source]).get(source, ()) if one.until is None}
    for one in lost:
        if one.name not in open_now:
            note_events(tx, source, LOST, [(one.name, one.why)], one.since)
    found = sorted(open_now - {one.name for one in lost})
    note_events(tx, source, BACK, [(name, "") for name in found], at)


def lost_stretches(tx: Connection, since: datetime) -> Mapping[str, tuple[LostStretch, ...]]:
    """Return by source the stretches that were not over at `since`: first those that last, each the oldest first."""
    told = _stretches(tx, None)
    return {source: tuple(one for one in some if one.until is None or one.until > since) for source, some in told.items()}


def lost_now(tx: Connection, sources: Collection[str]) -> Mapping[str, tuple[LostStretch, ...]]:
    """Return by source the places that are lost now, of those of `sources` that have any."""
    told = _stretches(tx, sources)
    still = {source: tuple(one for one in some if one.until is None) for source, some in told.items()}
    return {source: some for source, some in still.items() if some}


def _stretches(tx: Connection, sources: Collection[str] | None) -> Mapping[str, Sequence[LostStretch]]:
    query = select(source_event).where(source_event.c.kind.in_((LOST, BACK))).order_by(source_event.c.event_id)
    found: dict[str, list[LostStretch]] = defaultdict(list)
    began: dict[tuple[str, str], LostStretch] = {}
    for row in tx.execute(query if sources is None else query.where(source_event.c.source.in_(sources))):
        key = (row.source, row.place)
        if row.kind == LOST:
            began[key] = LostStretch(place=row.place, since=row.at, until=None, why=row.reason)
        elif (one := began.pop(key, None)) is not None:
            found[row.source].append(replace(one, until=row.at))
    for (source, _), one in began.items():
        found[source].append(one)
    return {source: sorted(some, key=lambda one: (one.until is not None, one.since, one.place)) for source, some in found.items()}
