"""The tables of replies that are being written: working texts, requests for approval, templates and signatures of the team's own."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.metadata import metadata
from listener.ledger.types import UtcDateTime

# What somebody is writing in a case, kept while they type. `draft_id`: the draft it became when it was last previewed, unchanged since.
# `edits` is the platform's id of the post of ours whose text this will replace.
working_draft = Table(
    "working_draft",
    metadata,
    Column("working_id", Id, primary_key=True),
    Column("case_id", Id, ForeignKey("support_case.case_id"), nullable=False),
    Column("person", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("language", Text, nullable=False, default=""),
    Column("signature", Text, nullable=False, default=""),
    Column("template", Text, nullable=False, default=""),
    Column("edits", Text, nullable=False, default=""),
    Column("version", Integer, nullable=False, default=1),
    Column("draft_id", Id, ForeignKey("draft.draft_id")),
    Column("changed_at", UtcDateTime, nullable=False),
    UniqueConstraint("case_id", "person"),
    Index("ix_working_draft_draft_id", "draft_id"),
    **NEVER_REUSED,
)

# A draft that its author put before somebody else. What became of it stands in `draft.state`; a note says why it was given back.
approval_request = Table(
    "approval_request",
    metadata,
    Column("draft_id", Id, ForeignKey("draft.draft_id"), primary_key=True, autoincrement=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("given_back_by", Text, nullable=False, default=""),
    Column("given_back_at", UtcDateTime),
    Column("note", Text, nullable=False, default=""),
)

# The newest version of each template of the team's own.
reply_template = Table(
    "reply_template",
    metadata,
    Column("template_id", Id, primary_key=True),
    Column("language", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("version", Integer, nullable=False, default=1),
    Column("made_by", Text, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("retired", Boolean, nullable=False, default=False),
    **NEVER_REUSED,
)

# Every version, so that what somebody sent can be read beside what it was made from.
reply_template_version = Table(
    "reply_template_version",
    metadata,
    Column("template_id", Id, ForeignKey("reply_template.template_id"), primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

# `owner` is "team:<name>". The house's signature is a setting, and a person's own stands with their profile.
reply_signature = Table(
    "reply_signature",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("text", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)
