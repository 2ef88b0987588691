"""How many posts of X a person was handed today with their text (RULES P7): kept, so that a second export does not begin again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, select

from listener.ledger.step import set_meta
from listener.ledger.tables import meta
from listener.ledger.transactions import writing

MOST_A_DAY = 500
"""Policy of X for developers: 500 public post objects handed to one person a day; ids are not limited (RULES P7)."""


class XHanded:
    """One line a person: the day (UTC) and the count."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def take(self, who: str, wanted: int, *, at: datetime) -> int:
        """Return how many of `wanted` posts may be handed over with their text, and count those. Two exports at once share one day."""
        key, today = f"x_handed/{who}", f"{at:%Y-%m-%d}"
        with writing(self._engine) as tx:
            day, _, count = (tx.execute(select(meta.c.value).where(meta.c.key == key)).scalar() or "").partition(" ")
            before = int(count) if day == today else 0
            given = max(0, min(wanted, MOST_A_DAY - before))
            if given:
                set_meta(tx, key, f"{today} {before + given}")
        return given
