"""Digests and weekly reports that were made: one per kind and period, whatever the timer did (RULES F15)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, delete, select, update

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

    def kept(self, kind: str) -> list[tuple[int, datetime, str]]:
        """Return every report of this kind, oldest first: number, when it was made, text."""
        query = select(report.c.report_id, report.c.made_at, report.c.body).where(report.c.kind == kind).order_by(report.c.report_id)
        with reading(self._engine) as tx:
            return [(row.report_id, row.made_at, row.body) for row in tx.execute(query)]

    def word_anew(self, report_id: int, body: str) -> None:
        """Put another text in the place of a report's: words that were kept long enough went out of it."""
        with writing(self._engine) as tx:
            tx.execute(update(report).where(report.c.report_id == report_id).values(body=body))

    def drop_before(self, at: datetime) -> int:
        """Delete reports made before a moment and return how many that were."""
        with writing(self._engine) as tx:
            return int(tx.execute(delete(report).where(report.c.made_at < at)).rowcount)
