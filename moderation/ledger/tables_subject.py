"""The table of receipts: what was done for people who asked what is kept of them. It does not say who they were."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Table, Text

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.metadata import metadata
from listener.ledger.types import UtcDateTime

# `kind` is erase or object; `counts` says how many things went, by place; `digest` stands in the audit log's line too.
subject_receipt = Table(
    "subject_receipt",
    metadata,
    Column("receipt_id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("counts", JSON, nullable=False),
    Column("digest", Text, nullable=False),
    **NEVER_REUSED,
)
