"""Facts about this home that are no settings: its id, its pseudonym key, whether it is the demo."""

from __future__ import annotations

from sqlalchemy import Engine, select

from listener.ledger.dialect import insert_missing
from listener.ledger.step import set_meta
from listener.ledger.tables import meta
from listener.ledger.transactions import reading, writing


class MetaLedger:
    """Text by key."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, key: str) -> str | None:
        """Return what is kept under `key`, or None."""
        with reading(self._engine) as tx:
            return tx.execute(select(meta.c.value).where(meta.c.key == key)).scalar()

    def set(self, key: str, value: str) -> None:
        """Keep `value` under `key`, in place of what was there."""
        with writing(self._engine) as tx:
            set_meta(tx, key, value)

    def keep_first(self, key: str, value: str) -> str:
        """Keep `value` under `key` unless something is there; return what holds. Of two processes that try at once, one wins for both."""
        with writing(self._engine) as tx:
            tx.execute(insert_missing(tx.dialect, meta), {"key": key, "value": value})
            return str(tx.execute(select(meta.c.value).where(meta.c.key == key)).scalar_one())
