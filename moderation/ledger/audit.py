"""The audit log in the ledger: lines are added in the transaction that does what they tell."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, Engine, insert, select

from listener.ledger.dialect import insert_or_update
from listener.ledger.transactions import reading, writing
from moderation.audit.chain import START, AuditLine, Break, digest_of, find_break
from moderation.ledger.tables import audit_head, audit_line


def note(tx: Connection, *, at: datetime, who: str, verb: str, subject: str, detail: Mapping[str, object]) -> None:
    """Add a line to the chain, in the caller's transaction: it is there exactly when the act is. `detail`: ids and hashes, no texts."""
    previous = tx.execute(select(audit_head.c.digest)).scalar() or START
    written = json.dumps(detail, ensure_ascii=True, sort_keys=True, default=str)
    digest = digest_of(previous, at=at, who=who, verb=verb, subject=subject, detail=written)
    row = {"at": at, "who": who, "verb": verb, "subject": subject, "detail": written, "previous": previous, "digest": digest}
    seq = tx.execute(insert(audit_line).values(row).returning(audit_line.c.seq)).scalar_one()
    head = {"head_id": 1, "seq": seq, "digest": digest}
    tx.execute(insert_or_update(tx.dialect, audit_head, key=["head_id"], change=["seq", "digest"]), head)


class AuditLedger:
    """Who drafted, approved, sent, claimed, stopped; and whether the record is whole."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, *, at: datetime, who: str, verb: str, subject: str, detail: Mapping[str, object]) -> None:
        """Add a line about something that changed nothing else here (a sign-in, an export)."""
        with writing(self._engine) as tx:
            note(tx, at=at, who=who, verb=verb, subject=subject, detail=detail)

    def lines(self, *, subject: str | None = None, limit: int | None = None) -> list[AuditLine]:
        """Return lines, oldest first; of one subject ("outbox:12"), or all; with `limit` the newest so many."""
        query = select(audit_line).order_by(audit_line.c.seq.desc()).limit(limit)
        if subject is not None:
            query = query.where(audit_line.c.subject == subject)
        with reading(self._engine) as tx:
            return [AuditLine(**row) for row in reversed(tx.execute(query).mappings().all())]

    def newest(self, *, before: int | None, limit: int) -> list[AuditLine]:
        """Return the newest lines with a number below `before` (None: all), newest first."""
        query = select(audit_line).order_by(audit_line.c.seq.desc()).limit(limit)
        if before is not None:
            query = query.where(audit_line.c.seq < before)
        with reading(self._engine) as tx:
            return [AuditLine(**row) for row in tx.execute(query).mappings()]

    def head(self) -> tuple[int, str] | None:
        """Return number and digest of the newest line, or None when nothing was ever noted."""
        with reading(self._engine) as tx:
            row = tx.execute(select(audit_head.c.seq, audit_head.c.digest)).one_or_none()
        return None if row is None else (row.seq, row.digest)

    def digest_at(self, seq: int) -> str | None:
        """Return the digest of a line, or None when there is no such line."""
        with reading(self._engine) as tx:
            return tx.execute(select(audit_line.c.digest).where(audit_line.c.seq == seq)).scalar()

    def find_break(self) -> Break | None:
        """Read the whole log and return where it is broken, or None."""
        with reading(self._engine) as tx:
            head = tx.execute(select(audit_head.c.seq, audit_head.c.digest)).one_or_none()
            rows = tx.execute(select(audit_line).order_by(audit_line.c.seq)).mappings()
            return find_break((AuditLine(**row) for row in rows), head=None if head is None else (head.seq, head.digest))
