"""The ledger's half of the kill switch."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, select

from listener.ledger.dialect import insert_or_update
from listener.ledger.transactions import reading, writing
from moderation.ledger.audit import note
from moderation.ledger.tables import outbox_switch
from moderation.model.outbox import StopFlag


class SwitchLedger:
    """One flag, with who moved it last and when."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def stop_flag(self) -> StopFlag:
        """Return how the switch stands; never touched means not stopped."""
        with reading(self._engine) as tx:
            row = tx.execute(select(outbox_switch)).one_or_none()
        return StopFlag(stopped=False, by="", at=None) if row is None else StopFlag(stopped=row.stopped, by=row.pressed_by, at=row.at)

    def set_stop(self, *, stopped: bool, who: str, at: datetime) -> None:
        """Set or clear the flag."""
        row = {"switch_id": 1, "stopped": stopped, "pressed_by": who, "at": at}
        with writing(self._engine) as tx:
            tx.execute(insert_or_update(tx.dialect, outbox_switch, key=["switch_id"], change=["stopped", "pressed_by", "at"]), row)
            note(tx, at=at, who=who, verb="stop" if stopped else "resume", subject="outbox", detail={})
