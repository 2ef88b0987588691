"""When each source was blind, from the rounds that were noted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, func, select

from listener.ledger.coverage import blind_windows
from listener.ledger.tables_sources import source_run
from listener.ledger.transactions import reading
from moderation.model.chart import Watched


class SourceWatch:
    """Reads rounds; a source that is not pulled (a file that was read in) has none, and is not told of."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def between(self, from_at: datetime, to_at: datetime) -> tuple[Watched, ...]:
        """Return every source with rounds before `to_at`, by name: blind from a round that failed until the next that went well."""
        first = select(source_run.c.source, func.min(source_run.c.at).label("at")).where(source_run.c.at < to_at)
        with reading(self._engine) as tx:
            since = {row.source: row.at for row in tx.execute(first.group_by(source_run.c.source))}
            windows = blind_windows(tx, from_at, to_at)
        return tuple(
            Watched(label=name, blind=tuple((one.since, one.until or to_at) for one in windows.get(name, ())), since=since[name])
            for name in sorted(since)
        )
