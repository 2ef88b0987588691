"""How streams stand, one fact of the home per source: for coverage, which is told by other processes too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, select

from listener.ledger.step import set_meta
from listener.ledger.tables import meta
from listener.ledger.transactions import reading, writing
from listener.model.push import StreamStanding, stream_standing_of

_BEFORE = "stream:"


class StreamLedger:
    """One standing per source that has a stream; the newest holds."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, source: str, standing: StreamStanding) -> None:
        """Keep how a source's stream stands now."""
        with writing(self._engine) as tx:
            set_meta(tx, f"{_BEFORE}{source}", standing.written())

    def forget(self, source: str) -> None:
        """Keep nothing of a source that has no stream any more."""
        with writing(self._engine) as tx:
            tx.execute(delete(meta).where(meta.c.key == f"{_BEFORE}{source}"))

    def standing(self, source: str) -> StreamStanding | None:
        """Return what was kept last; None for a source without a stream."""
        with reading(self._engine) as tx:
            return stream_standing_of(tx.execute(select(meta.c.value).where(meta.c.key == f"{_BEFORE}{source}")).scalar())


def stream_standings(tx: Connection, now: datetime) -> Mapping[str, StreamStanding]:
    """Return how each source's stream stands for whoever looks at `now`."""
    rows = tx.execute(select(meta.c.key, meta.c.value).where(meta.c.key.startswith(_BEFORE, autoescape=True)))
    found = {row.key.removeprefix(_BEFORE): stream_standing_of(row.value) for row in rows}
    return {source: standing.at(now) for source, standing in found.items() if standing is not None}
