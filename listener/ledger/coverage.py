"""What each source saw and did not see, put together from its state, its rounds, its spending and the signals about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select

from listener.ledger.lost_places import lost_stretches
from listener.ledger.recheck_coverage import read_rechecks
from listener.ledger.streams import stream_standings
from listener.ledger.tables import mention, mention_source, signal
from listener.ledger.tables_sources import source_run, source_spend, source_state
from listener.model.figures import BLIND_STATES, BlindWindow, LostStretch, SourceCoverage
from listener.model.issue import SILENCE
from listener.model.push import StreamStanding
from listener.model.recheck import RecheckCoverage


def read_coverage(tx: Connection, *, since: datetime, now: datetime) -> list[SourceCoverage]:
    """Return a record per source, by name; windows and counts of rounds are of the time from `since` to `now`."""
    held = select(mention_source.c.source, func.count().label("mentions")).group_by(mention_source.c.source).subquery()
    today = source_spend.alias()
    query = select(
        source_state,
        func.coalesce(held.c.mentions, 0).label("mentions"),
        today.c.requests.label("requests"),
        today.c.micro_usd.label("micro_usd"),
    )
    joined = source_state.outerjoin(held, source_state.c.source == held.c.source)
    joined = joined.outerjoin(today, and_(today.c.source == source_state.c.source, today.c.day == now.astimezone(UTC).date()))
    windows, counts, silent = blind_windows(tx, since, now), _counts(tx, since, now), silent_since(tx, now)
    streams, rechecks, lost = stream_standings(tx, now), read_rechecks(tx, now), lost_stretches(tx, since)
    rows = tx.execute(query.select_from(joined).order_by(source_state.c.source)).all()
    return [
        _coverage(
            row,
            now,
            windows=windows.get(row.source, ()),
            counts=counts.get(row.source, (0, 0)),
            silent=silent.get(row.source),
            stream=streams.get(row.source),
            recheck=rechecks.get(row.source),
            lost=lost.get(row.source, ()),
        )
        for row in rows
    ]


def blind_windows(tx: Connection, since: datetime, until: datetime) -> Mapping[str, tuple[BlindWindow, ...]]:
    """Return when each source was blind between two moments, oldest first: from a round that failed until the next that went well.

    A stretch that began earlier is told from `since` on. Waiting that a platform asks for neither begins nor ends one.
    """
    before = select(source_run.c.source, func.max(source_run.c.at).label("at")).where(
        source_run.c.at < since, source_run.c.state != "waiting"
    )
    last = before.group_by(source_run.c.source).subquery()
    earlier = or_(source_run.c.at >= since, source_run.c.at == last.c.at)
    query = select(source_run.c.source, source_run.c.at, source_run.c.state)
    query = query.outerjoin(last, last.c.source == source_run.c.source).where(
        source_run.c.at < until, source_run.c.state != "waiting", earlier
    )
    turns = query.add_columns(
        func.lag(source_run.c.state).over(partition_by=source_run.c.source, order_by=(source_run.c.at, source_run.c.run_id)).label("before")
    ).subquery()
    changed = select(turns).where(turns.c.before.is_(None) | (turns.c.before != turns.c.state)).order_by(turns.c.source, turns.c.at)
    found: dict[str, list[BlindWindow]] = defaultdict(list)
    began: dict[str, datetime] = {}
    for row in tx.execute(changed):
        if row.state in BLIND_STATES:
            began.setdefault(row.source, max(row.at, since))
        elif (started := began.pop(row.source, None)) is not None and row.at > since:
            found[row.source].append(BlindWindow(since=started, until=row.at))
    for source, started in began.items():
        found[source].append(BlindWindow(since=started, until=None))
    return {source: tuple(some) for source, some in found.items()}


def _counts(tx: Connection, since: datetime, until: datetime) -> Mapping[str, tuple[int, int]]:
    """Return how many items each source showed, and how many it counted and did not list."""
    query = select(source_run.c.source, func.sum(source_run.c.seen).label("seen"), func.sum(source_run.c.missed).label("missed"))
    query = query.where(source_run.c.at >= since, source_run.c.at < until).group_by(source_run.c.source)
    return {row.source: (int(row.seen), int(row.missed)) for row in tx.execute(query)}


def silent_since(tx: Connection, now: datetime) -> Mapping[str, datetime]:
    """Return since when sources are silent whose silence was noticed and is not over."""
    told = (
        select(signal.c.about, signal.c.at, signal.c.window_hours).where(signal.c.kind == SILENCE, signal.c.at <= now).order_by(signal.c.at)
    )
    began = {row.about: row.at - timedelta(hours=row.window_hours) for row in tx.execute(told)}
    if not began:
        return {}
    newest = (
        select(mention_source.c.source, func.max(mention.c.posted_at).label("at")).join(mention).where(mention_source.c.source.in_(began))
    )
    spoken = {row.source: row.at for row in tx.execute(newest.group_by(mention_source.c.source))}
    return {source: since for source, since in began.items() if source not in spoken or spoken[source] is None or spoken[source] < since}


def _coverage(
    row: Row[Any],
    now: datetime,
    *,
    windows: tuple[BlindWindow, ...],
    counts: tuple[int, int],
    silent: datetime | None,
    stream: StreamStanding | None,
    recheck: RecheckCoverage | None,
    lost: tuple[LostStretch, ...],
) -> SourceCoverage:
    lag = None if row.last_ok_at is None else max(0.0, (now - row.last_ok_at).total_seconds())
    again = [moment for moment in (row.wait_until, row.open_until) if moment is not None and moment > now]
    asked_since = silent is not None and row.canary_at is not None and row.canary_at > silent
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
        cause=row.cause,
        again_at=max(again, default=None),
        windows=windows,
        seen=counts[0],
        missed=counts[1],
        requests=row.requests or 0,
        micro_usd=row.micro_usd or 0,
        most_requests=row.most_requests,
        most_micro_usd=row.most_micro_usd,
        silent_since=silent,
        canary=row.canary if asked_since else "",
        stream_up=None if stream is None else stream.up,
        stream_since=None if stream is None else stream.since,
        stream_why="" if stream is None else stream.why,
        recheck=recheck,
        lost=lost,
    )
