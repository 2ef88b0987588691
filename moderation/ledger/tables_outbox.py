"""What a person has to know about posting, kept until it is over."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.metadata import metadata
from listener.ledger.types import UtcDateTime

# One row from when something is wrong until it is over: asked every few seconds, told once. `subject` is an entry, account or post.
alarm = Table(
    "alarm",
    metadata,
    Column("alarm_id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("raised_at", UtcDateTime, nullable=False),
    Column("over_at", UtcDateTime),
    Column("seen_by", Text, nullable=False, default=""),
    Column("seen_at", UtcDateTime),
    Index("ix_alarm_kind_subject", "kind", "subject"),
    **NEVER_REUSED,
)
