"""The table of clocks that were told of. It names cases and moments; who works on a case stands nowhere in it."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from listener.ledger.dialect import Id
from listener.ledger.metadata import metadata
from listener.ledger.types import UtcDateTime

# One line for each time that a clock turned orange or red: what keeps it from being told twice, also after a restart.
clock_told = Table(
    "clock_told",
    metadata,
    Column("case_id", Id, ForeignKey("support_case.case_id"), primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("due_at", UtcDateTime, primary_key=True),
    Column("state", Text, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_clock_told_at", "at"),
)
