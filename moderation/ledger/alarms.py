"""Alarms about posting: raised once each, kept until they are over, with who saw them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Engine, insert, select, update

from listener.ledger.transactions import reading, writing
from moderation.ledger.audit import note as audit_note
from moderation.ledger.tables_outbox import alarm
from moderation.model.alarm import Alarm


class AlarmLedger:
    """What is wrong now, and what was."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def raise_once(self, kind: str, subject: str, *, note: str = "", at: datetime) -> bool:
        """Raise an alarm; False when this one is up already. `subject` names what it is about, `note` is a number or a link."""
        same = (alarm.c.kind == kind) & (alarm.c.subject == subject) & alarm.c.over_at.is_(None)
        with reading(self._engine) as tx:  # asked every few seconds while something is wrong: no write then
            if tx.execute(select(alarm.c.alarm_id).where(same)).first() is not None:
                return False
        with writing(self._engine) as tx:
            if tx.execute(select(alarm.c.alarm_id).where(same)).first() is not None:
                return False
            row = {"kind": kind, "subject": subject, "note": note, "raised_at": at}
            alarm_id = tx.execute(insert(alarm).values(row).returning(alarm.c.alarm_id)).scalar_one()
            audit_note(tx, at=at, who="gateway", verb="alarm", subject=f"alarm:{alarm_id}", detail={"kind": kind, "about": subject})
        return True

    def up(self, kind: str) -> frozenset[str]:
        """Return what the alarms of a kind are about that are not over."""
        query = select(alarm.c.subject).where(alarm.c.kind == kind, alarm.c.over_at.is_(None))
        with reading(self._engine) as tx:
            return frozenset(tx.execute(query).scalars())

    def over(self, kind: str, *, at: datetime, still: Collection[str] = (), subject: str | None = None) -> None:
        """End the alarms of a kind, but for those about a subject in `still`; with `subject` only the one about it."""
        mine = (alarm.c.kind == kind) & alarm.c.over_at.is_(None) & alarm.c.subject.not_in(list(still))
        if subject is not None:
            mine &= alarm.c.subject == subject
        with reading(self._engine) as tx:
            if tx.execute(select(alarm.c.alarm_id).where(mine)).first() is None:
                return
        with writing(self._engine) as tx:
            tx.execute(update(alarm).where(mine).values(over_at=at))

    def see(self, alarm_id: int, *, who: str, at: datetime) -> bool:
        """Note who saw an alarm; False when somebody did before or there is none."""
        mine = (alarm.c.alarm_id == alarm_id) & (alarm.c.seen_by == "")
        with writing(self._engine) as tx:
            done = tx.execute(update(alarm).where(mine).values(seen_by=who, seen_at=at)).rowcount == 1
            if done:
                audit_note(tx, at=at, who=who, verb="see", subject=f"alarm:{alarm_id}", detail={})
        return done

    def unseen(self) -> list[Alarm]:
        """Return the alarms that nobody has seen, oldest first; also those that are over, for nobody knows of them yet."""
        query = select(alarm).where(alarm.c.seen_by == "").order_by(alarm.c.alarm_id)
        with reading(self._engine) as tx:
            return [Alarm(**row) for row in tx.execute(query).mappings()]
