"""The table of weekly reports that were made. It holds figures and numbers of mentions, never a customer's words."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Table, Text

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.metadata import metadata
from listener.ledger.types import UtcDateTime

# One line a week, ever. `up_to` is the newest mention that it knew, `seq` the change of the ledger that insight had followed to.
# `figures` are the same for every language; `digest` is their sum, so that a changed line is seen.
week_report = Table(
    "week_report",
    metadata,
    Column("report_id", Id, primary_key=True),
    Column("period", Text, nullable=False, unique=True),
    Column("from_at", UtcDateTime, nullable=False),
    Column("to_at", UtcDateTime, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("up_to", Id, nullable=False),
    Column("seq", Id, nullable=False),
    Column("figures", JSON, nullable=False),
    Column("digest", Text, nullable=False),
    **NEVER_REUSED,
)
