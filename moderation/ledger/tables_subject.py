"""People who asked what is kept of them: their requests, and receipts of what was done. No receipt says who it was."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Index, Table, Text

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.metadata import metadata
from listener.ledger.types import UtcDateTime

# `kind` is erase, object, allow (collected again), or retention (what was kept long enough, whoever it was of); `counts` says how many
# things went, by place; `digest` stands in the audit log's line too.
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

# `person` is the account as `digest` covers it: a whole key, or what was typed; it is emptied when the request ends, and the keyed hash
# stays. `via`: desk or discord (the person themselves, proven by Discord). `due_at` and the others are moments in UTC; a day ends where
# it ends in the zone of the settings. `carry_out`: this program has to end it without anybody at the desk. `files` are those of the home
# that an erasure under way takes away.
subject_request = Table(
    "subject_request",
    metadata,
    Column("request_id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("via", Text, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("carry_out", Boolean, nullable=False),
    Column("begun_at", UtcDateTime),
    Column("files", JSON, nullable=False),
    Column("extended_at", UtcDateTime),
    Column("extended_by", Text, nullable=False),
    Column("extended_why", Text, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("ending", Text, nullable=False),
    Column("ended_by", Text, nullable=False),
    Column("ended_why", Text, nullable=False),
    Column("receipt_id", Id),
    **NEVER_REUSED,
)
Index("ix_subject_request_ended_at", subject_request.c.ended_at)
