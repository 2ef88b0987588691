"""Visits to community threads, counted once per person and thread, in the order in which we saw them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, select

from listener.ledger.changes import batches
from listener.ledger.dialect import insert_or_update
from listener.ledger.private import is_public
from listener.ledger.tables import mention
from listener.ledger.transactions import writing
from moderation.ledger.conditions import THREAD, is_ours
from moderation.ledger.invitations import add_events
from moderation.ledger.tables_invitations import community_visits, visit_reading
from moderation.model.invitation import JourneyKind, NewEvent

BATCH = 2_000


class VisitLedger:
    """Counts visits and finds every n-th. Counting and finding are one transaction: a kill counts no visit twice and loses none."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def count(self, *, every_nth: int, since: datetime, at: datetime, not_of: Collection[str] = ()) -> int:
        """Count visits in messages that are new since the last look, keep every n-th as an event, and return how many events that made.

        A visit is somebody's first message in a thread. `not_of` are keys of people who never count (our staff); our own posts never
        do. Messages from before `since` count but make no event (imported history). `every_nth` 0 makes none at all.
        """
        made = 0
        while True:
            with writing(self._engine) as tx:
                rows, more = _unread(tx)
                first = [row for row in _first_in_thread(tx, rows) if row.author_key not in not_of]
                made += add_events(tx, _numbered(tx, first, every_nth, since), at=at)
            if not more:
                return made


def _unread(tx: Connection) -> tuple[list[Row[Any]], bool]:
    """Return the next messages to count, and whether more may follow; the reading moves on past them."""
    up_to = tx.execute(select(visit_reading.c.up_to)).scalar() or 0
    until = tx.execute(
        select(func.max(mention.c.mention_id)).where(
            mention.c.mention_id.in_(
                select(mention.c.mention_id).where(mention.c.mention_id > up_to).order_by(mention.c.mention_id).limit(BATCH)
            )
        )
    ).scalar()
    if until is None:
        return [], False
    query = select(
        mention.c.mention_id,
        mention.c.platform,
        mention.c.realm,
        THREAD.label("thread"),
        mention.c.author_key,
        mention.c.posted_at,
    ).where(
        mention.c.mention_id > up_to,
        mention.c.mention_id <= until,
        is_public(),
        mention.c.author_key != "",
        mention.c.latest_revision >= 0,
        ~is_ours(),
    )
    rows: list[Row[Any]] = list(tx.execute(query.order_by(mention.c.mention_id)))
    tx.execute(insert_or_update(tx.dialect, visit_reading, key=["reading_id"], change=["up_to"]), {"reading_id": 1, "up_to": until})
    return rows, True


def _first_in_thread(tx: Connection, rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    """Return the messages that are their author's first in their thread."""
    if not rows:
        return []
    before = select(mention.c.platform, mention.c.realm, THREAD.label("thread"), mention.c.author_key).where(
        mention.c.mention_id < rows[0].mention_id, is_public()
    )
    known: set[tuple[str, ...]] = set()
    for some in batches(sorted({row.author_key for row in rows})):
        known |= {tuple(row) for row in tx.execute(before.where(mention.c.author_key.in_(some)))}
    first = []
    for row in rows:
        visit = (row.platform, row.realm, row.thread, row.author_key)
        if visit not in known:
            known.add(visit)
            first.append(row)
    return first


def _numbered(tx: Connection, visits: Sequence[Row[Any]], every_nth: int, since: datetime) -> list[NewEvent]:
    """Give each visit its number in its community, keep the counts, and return every n-th as an event."""
    counts: Counter[tuple[str, str]] = Counter({(row.platform, row.realm): row.visits for row in tx.execute(select(community_visits))})
    events = []
    for row in visits:
        counts[row.platform, row.realm] += 1
        number = counts[row.platform, row.realm]
        if every_nth and number % every_nth == 0 and row.posted_at >= since:
            events.append(_event(row, number))
    change = insert_or_update(tx.dialect, community_visits, key=["platform", "realm"], change=["visits"])
    for platform, realm in sorted({(row.platform, row.realm) for row in visits}):
        tx.execute(change, {"platform": platform, "realm": realm, "visits": counts[platform, realm]})
    return events


def _event(row: Row[Any], number: int) -> NewEvent:
    return NewEvent(
        key=f"visit/{row.platform}/{row.realm}/{number}",
        kind=JourneyKind.NTH_VISIT,
        platform=row.platform,
        realm=row.realm,
        thread_id=row.thread,
        mention_id=row.mention_id,
        person_key=row.author_key,
        happened_at=row.posted_at,
        number=number,
    )
