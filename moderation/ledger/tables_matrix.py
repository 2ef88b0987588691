"""The table of places in the value-irritant matrix that people gave issues."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.metadata import metadata
from listener.ledger.types import UtcDateTime

# The latest row of an issue holds; an empty quadrant gives the place back to what cause and sentiment say.
issue_place = Table(
    "issue_place",
    metadata,
    Column("place_id", Id, primary_key=True),
    Column("issue_id", Id, ForeignKey("issue.issue_id"), nullable=False),
    Column("quadrant", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_issue_place_issue_id", "issue_id"),
    **NEVER_REUSED,
)
