"""What can be pressed in Discord, and signals that somebody looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Engine, delete, insert, select

from listener.ledger.dialect import insert_missing, insert_or_update
from listener.ledger.transactions import reading, writing
from moderation.ledger.audit import note
from moderation.ledger.tables_bot import bot_press, bot_signal_seen
from moderation.model.press import Press


class PressLedger:
    """Buttons, menus and forms by their random id. They survive a restart, and what was never made here is not found."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, presses: Mapping[str, Press], *, at: datetime, until: datetime | None) -> None:
        """Keep what these ids do, until a moment; None: for as long as their message stands."""
        if not presses:
            return
        rows = [
            {"press_id": key, "verb": one.verb, "about": dict(one.about), "made_at": at, "until": until} for key, one in presses.items()
        ]
        with writing(self._engine) as tx:
            tx.execute(insert(bot_press), rows)

    def keep_standing(self, presses: Mapping[str, Press], *, at: datetime) -> None:
        """Keep what the buttons of a message do that stands in a channel, in place of what they did before; nothing is written when all
        of it is so already.
        """
        rows = [{"press_id": key, "verb": one.verb, "about": dict(one.about), "made_at": at, "until": None} for key, one in presses.items()]
        query = select(bot_press).where(bot_press.c.press_id.in_(list(presses)))
        with reading(self._engine) as tx:
            kept = {row.press_id: (row.verb, row.about) for row in tx.execute(query)}
        if changed := [row for row in rows if kept.get(str(row["press_id"])) != (row["verb"], row["about"])]:
            with writing(self._engine) as tx:
                tx.execute(insert_or_update(tx.dialect, bot_press, key=["press_id"], change=["verb", "about", "made_at"]), changed)

    def find(self, press_id: str, *, at: datetime) -> Press | None:
        """Return what an id does; None when it is none of ours, or was forgotten."""
        with reading(self._engine) as tx:
            row = tx.execute(select(bot_press).where(bot_press.c.press_id == press_id)).one_or_none()
        if row is None or (row.until is not None and row.until <= at):
            return None
        return Press(verb=row.verb, about={str(name): str(value) for name, value in row.about.items()})

    def forget_before(self, at: datetime) -> int:
        """Forget what was kept until before a moment; return how many that were. Takes no lock when there is nothing."""
        with reading(self._engine) as tx:
            if tx.execute(select(bot_press.c.press_id).where(bot_press.c.until < at).limit(1)).one_or_none() is None:
                return 0
        with writing(self._engine) as tx:
            return tx.execute(delete(bot_press).where(bot_press.c.until < at)).rowcount

    def see_signal(self, signal_id: int, who: str, *, at: datetime) -> tuple[str, datetime]:
        """Note that somebody looks at a signal; return who did so first, and when."""
        with writing(self._engine) as tx:
            row = {"signal_id": signal_id, "seen_by": who, "at": at}
            if tx.execute(insert_missing(tx.dialect, bot_signal_seen), row).rowcount == 1:
                note(tx, at=at, who=who, verb="see_signal", subject=f"signal:{signal_id}", detail={})
            kept = tx.execute(select(bot_signal_seen).where(bot_signal_seen.c.signal_id == signal_id)).one()
            return kept.seen_by, kept.at

    def seen(self, signal_ids: Iterable[int]) -> dict[int, tuple[str, datetime]]:
        """Return who looked at each of these signals first, and when."""
        query = select(bot_signal_seen).where(bot_signal_seen.c.signal_id.in_(list(signal_ids)))
        with reading(self._engine) as tx:
            return {row.signal_id: (row.seen_by, row.at) for row in tx.execute(query)}
