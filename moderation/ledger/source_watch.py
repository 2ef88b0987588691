"""When each source was blind, from the rounds that were noted."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sqlalchemy import Engine, func, select

from listener.ledger.tables import source_run
from listener.ledger.transactions import reading
from moderation.model.chart import Watched

BLIND = ("blind", "refused")


class SourceWatch:
    """Reads rounds; a source that is not pulled (a file that was read in) has none, and is not told of."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def between(self, from_at: datetime, to_at: datetime) -> tuple[Watched, ...]:
        """Return every source with rounds before `to_at`, by name: blind from a round that failed until the next that went well."""
        before = func.lag(source_run.c.state).over(partition_by=source_run.c.source, order_by=(source_run.c.at, source_run.c.run_id))
        rounds = select(source_run.c.source, source_run.c.at, source_run.c.state, before.label("before")).where(source_run.c.at < to_at)
        turns = rounds.subquery()
        query = select(turns).where(turns.c.before.is_(None) | (turns.c.before != turns.c.state)).order_by(turns.c.source, turns.c.at)
        since: dict[str, datetime] = {}
        began: dict[str, datetime | None] = {}
        blind: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
        with reading(self._engine) as tx:
            for row in tx.execute(query):
                since.setdefault(row.source, row.at)
                started = began.get(row.source)
                if row.state in BLIND:
                    began[row.source] = started or row.at
                elif started is not None:
                    blind[row.source].append((started, row.at))
                    began[row.source] = None
        for source, started in began.items():
            if started is not None:
                blind[source].append((started, to_at))
        kept = {source: tuple(one for one in blind[source] if one[1] > from_at) for source in since}
        return tuple(Watched(label=source, blind=kept[source], since=since[source]) for source in sorted(since))
