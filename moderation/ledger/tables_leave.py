"""Tables of leave: shadow items with their verdicts, graduations, opt-outs and consent."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, Table, Text

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.metadata import metadata
from listener.ledger.types import UtcDateTime

# `shadow_key` covers kind, place and words: a restart that decides the same thing again adds nothing.
shadow_item = Table(
    "shadow_item",
    metadata,
    Column("shadow_id", Id, primary_key=True),
    Column("shadow_key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("post", JSON, nullable=False),
    Column("why", JSON, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("case_id", Id, ForeignKey("support_case.case_id")),
    Column("issue_id", Id, ForeignKey("issue.issue_id")),
    Column("mention_id", Id, ForeignKey("mention.mention_id")),
    Column("judged", Text, nullable=False, default=""),
    Column("judged_by", Text, nullable=False, default=""),
    Column("judged_at", UtcDateTime),
    Column("judged_note", Text, nullable=False, default=""),
    Index("ix_shadow_item_subject", "kind", "subject"),
    Index("ix_shadow_item_judged", "judged"),
    **NEVER_REUSED,
)

# A graduation ends by a reason and stays; a new one is a new row.
shadow_graduation = Table(
    "shadow_graduation",
    metadata,
    Column("graduation_id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("checked", Integer, nullable=False),
    Column("right", Integer, nullable=False),
    Column("given_by", Text, nullable=False),
    Column("given_at", UtcDateTime, nullable=False),
    Column("void_reason", Text, nullable=False, default=""),
    Column("void_at", UtcDateTime),
    Index("ix_shadow_graduation_subject", "kind", "subject"),
    **NEVER_REUSED,
)

# One row per time somebody said so; it stands while `ended_at` is NULL. `mention_id` NULL: not said in a message that we keep.
opt_out = Table(
    "opt_out",
    metadata,
    Column("opt_out_id", Id, primary_key=True),
    Column("person_key", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("how", Text, nullable=False),
    Column("noted_by", Text, nullable=False),
    Column("mention_id", Id, ForeignKey("mention.mention_id"), unique=True),
    Column("note", Text, nullable=False, default=""),
    Column("ended_at", UtcDateTime),
    Column("ended_by", Text, nullable=False, default=""),
    Index("ix_opt_out_person_key", "person_key"),
    **NEVER_REUSED,
)

consent = Table(
    "consent",
    metadata,
    Column("consent_id", Id, primary_key=True),
    Column("person_key", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("wording", Text, nullable=False),
    Column("given_at", UtcDateTime, nullable=False),
    Column("noted_by", Text, nullable=False),
    Column("source", Text, nullable=False, default=""),
    Column("withdrawn_at", UtcDateTime),
    Index("ix_consent_person_key", "person_key", "channel"),
    **NEVER_REUSED,
)

# One row: up to which new mention, and up to which place in the record of changes (edits), opt-out words were read.
opt_out_reading = Table(
    "opt_out_reading",
    metadata,
    Column("reading_id", Integer, primary_key=True, autoincrement=False),
    Column("mention_id", Id, nullable=False),
    Column("seq", Id, nullable=False),
)
