"""Digests and weekly reports that were made: one per kind and period, whatever the timer did (RULES F15)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, select

from listener.ledger.dialect import insert_missing
from listener.ledger.tables import report
from listener.ledger.transactions import reading, writing


class ReportLedger:
    """Reports by kind ("digest", "weekly") and period ("2026-11-25", "2026-W48")."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def made(self, kind: str, period: str) -> bool:
        """Tell whether this report is here."""
        return self.body(kind, period) is not None

    def body(self, kind: str, period: str) -> str | None:
        """Return a report's text, or None when it was not made."""
        with reading(self._engine) as tx:
            return tx.execute(select(report.c.body).where(report.c.kind == kind, report.c.period == period)).scalar()

    def add(self, kind: str, period: str, at: datetime, body: str) -> bool:
        """Keep a report; return False, and keep the first one, when this period has one already."""
        row = {"kind": kind, "period": period, "made_at": at, "body": body}
        with writing(self._engine) as tx:
            return tx.execute(insert_missing(tx.dialect, report), row).rowcount == 1

    def periods(self, kind: str, limit: int = 50) -> list[tuple[str, datetime]]:
        """Return the periods that have a report of this kind, newest first, and when each was made."""
        query = select(report.c.period, report.c.made_at).where(report.c.kind == kind).order_by(report.c.report_id.desc()).limit(limit)
        with reading(self._engine) as tx:
            return [(row.period, row.made_at) for row in tx.execute(query)]
