"""Receipts of what was taken out of the ledger, or kept out of it: written with their line of the audit log."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert

from moderation.ledger.audit import note
from moderation.ledger.tables_subject import subject_receipt
from moderation.model.subject import Receipt


def write_receipt(
    tx: Connection, kind: str, counts: Mapping[str, int], *, verb: str, by: str, at: datetime, emptied: Collection[int] = ()
) -> Receipt:
    """Write down how many things went, by place, in the caller's transaction; nothing in it says whose they were.

    verb: what the audit log calls it. emptied: lines of that log that were emptied with it, which this line names (`find_break` asks).
    """
    told = json.dumps({"kind": kind, "at": at.isoformat(), "by": by, "counts": dict(sorted(counts.items()))}, sort_keys=True)
    digest = hashlib.sha256(told.encode()).hexdigest()
    values = {"kind": kind, "at": at, "made_by": by, "counts": dict(counts), "digest": digest}
    row = tx.execute(insert(subject_receipt).values(values).returning(subject_receipt)).one()
    detail = {"receipt": digest, "things": sum(counts.values()), "emptied": sorted(emptied)}
    note(tx, at=at, who=by, verb=verb, subject=f"receipt:{row.receipt_id}", detail=detail)
    return read_receipt(row)


def read_receipt(row: Row[Any]) -> Receipt:
    """Return a row of the table as a record."""
    return Receipt(**row._mapping)
