"""Whether anything changed that an open page shows: a few numbers that only grow, read in well under a millisecond."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, select

from listener.ledger.tables import change, issue_act, mention, signal
from listener.ledger.transactions import reading
from moderation.ledger.tables import audit_line, outbox
from moderation.ledger.tables_matrix import issue_place
from moderation.ledger.tables_queue import case_fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """The newest of each kind of thing. Two equal pulses: nothing happened in between."""

    mention: int = 0
    change: int = 0
    act: int = 0
    signal: int = 0
    audit: int = 0
    outbox: datetime | None = None
    cases: datetime | None = None


class PulseLedger:
    """Reads the pulse of a ledger."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def now(self) -> Pulse:
        """Return the pulse of this moment."""
        wanted = select(
            select(func.max(mention.c.mention_id)).scalar_subquery().label("mention"),
            select(func.max(change.c.seq)).scalar_subquery().label("change"),
            select(func.max(issue_act.c.act_id)).scalar_subquery().label("act"),
            select(func.max(signal.c.signal_id)).scalar_subquery().label("signal"),
            select(func.max(audit_line.c.seq)).scalar_subquery().label("audit"),
            select(func.max(outbox.c.changed_at)).scalar_subquery().label("outbox"),
            select(func.max(case_fact.c.changed_at)).scalar_subquery().label("cases"),
        )
        with reading(self._engine) as tx:
            row = tx.execute(wanted).one()
        return Pulse(
            mention=row.mention or 0,
            change=row.change or 0,
            act=row.act or 0,
            signal=row.signal or 0,
            audit=row.audit or 0,
            outbox=row.outbox,
            cases=row.cases,
        )

    def acts(self) -> tuple[int, int]:
        """Return the newest thing a person did to an issue, and the newest place one was given in the matrix."""
        wanted = select(
            select(func.max(issue_act.c.act_id)).scalar_subquery().label("act"),
            select(func.max(issue_place.c.place_id)).scalar_subquery().label("place"),
        )
        with reading(self._engine) as tx:
            row = tx.execute(wanted).one()
        return row.act or 0, row.place or 0

    def subjects_since(self, seq: int, *, most: int = 500) -> list[str]:
        """Return what the audit lines after `seq` are about ("case:12"), each once, oldest first; nothing of it is a text."""
        query = select(audit_line.c.subject).where(audit_line.c.seq > seq).order_by(audit_line.c.seq).limit(most)
        with reading(self._engine) as tx:
            return list(dict.fromkeys(tx.execute(query).scalars()))

    def cases_since(self, changed_at: datetime | None, *, most: int = 500) -> list[int]:
        """Return the cases whose line in the queue changed after a moment, by id."""
        if changed_at is None:
            return []
        query = select(case_fact.c.case_id).where(case_fact.c.changed_at > changed_at).order_by(case_fact.c.case_id).limit(most)
        with reading(self._engine) as tx:
            return list(tx.execute(query).scalars())
