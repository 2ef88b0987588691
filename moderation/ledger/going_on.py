"""In which communities people speak of something lately: signals and counts, and nothing of what anybody feels (RULES P30)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import ColumnElement, Connection, and_, case, func, select

from listener.ledger.changes import batches
from listener.ledger.tables import issue, mention, signal
from moderation.prompts.going_on import DAYS, Community, IssueCounts, SeenSignal


def seen_signals(tx: Connection, *, since: datetime, kinds: Collection[str]) -> list[SeenSignal]:
    """Return signals of these kinds raised since, with the communities that their evidence stands in."""
    query = select(signal).where(signal.c.at >= since, signal.c.kind.in_(sorted(kinds))).order_by(signal.c.signal_id)
    rows = tx.execute(query).all()
    places = _places(tx, {one for row in rows for one in row.mention_ids})
    return [
        SeenSignal(
            issue_id=row.issue_id,
            at=row.at,
            communities=frozenset(places[one] for one in row.mention_ids if one in places),
        )
        for row in rows
    ]


def issue_counts(tx: Connection, *, now: datetime) -> list[IssueCounts]:
    """Return every issue that was spoken of lately, with its mentions per day, oldest day first, and where they stand."""
    edges = [now - timedelta(days=days) for days in range(DAYS, -1, -1)]
    daily = [
        func.sum(case((and_(mention.c.posted_at > after, mention.c.posted_at <= until), 1), else_=0)).label(f"day_{number}")
        for number, (after, until) in enumerate(pairwise(edges))
    ]
    lately: ColumnElement[bool] = and_(mention.c.issue_id.is_not(None), mention.c.posted_at > edges[0], mention.c.latest_revision >= 0)
    counted = select(mention.c.issue_id, *daily).where(lately).group_by(mention.c.issue_id).order_by(mention.c.issue_id)
    where = select(mention.c.issue_id, mention.c.platform, mention.c.realm).where(lately).distinct()
    places: dict[int, set[Community]] = defaultdict(set)
    for row in tx.execute(where):
        places[row.issue_id].add((row.platform, row.realm))
    kept = {row.issue_id: row for row in tx.execute(select(issue).where(issue.c.merged_into.is_(None)))}
    return [
        IssueCounts(
            issue_id=row.issue_id,
            created_at=kept[row.issue_id].created_at,
            resolved_at=kept[row.issue_id].resolved_at,
            daily=tuple(int(one) for one in row[1:]),
            communities=frozenset(places[row.issue_id]),
        )
        for row in tx.execute(counted)
        if row.issue_id in kept
    ]


def _places(tx: Connection, mention_ids: Collection[int]) -> dict[int, Community]:
    query = select(mention.c.mention_id, mention.c.platform, mention.c.realm)
    found: dict[int, Community] = {}
    for some in batches(sorted(mention_ids)):
        found |= {row.mention_id: (row.platform, row.realm) for row in tx.execute(query.where(mention.c.mention_id.in_(some)))}
    return found
