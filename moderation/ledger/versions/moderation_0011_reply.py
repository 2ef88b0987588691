"""Replies that are being written, and templates of the team's own. History: never edited once released."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.types import UtcDateTime

revision = "moderation_0011"
down_revision = "moderation_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table and index."""
    op.create_table(
        "working_draft",
        sa.Column("working_id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("signature", sa.Text, nullable=False),
        sa.Column("template", sa.Text, nullable=False),
        sa.Column("edits", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("draft_id", Id),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["support_case.case_id"]),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.draft_id"]),
        sa.PrimaryKeyConstraint("working_id"),
        sa.UniqueConstraint("case_id", "person"),
        **NEVER_REUSED,
    )
    op.create_index("ix_working_draft_draft_id", "working_draft", ["draft_id"])
    op.create_table(
        "approval_request",
        sa.Column("draft_id", Id, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("given_back_by", sa.Text, nullable=False),
        sa.Column("given_back_at", UtcDateTime),
        sa.Column("note", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.draft_id"]),
        sa.PrimaryKeyConstraint("draft_id"),
    )
    op.create_table(
        "reply_template",
        sa.Column("template_id", Id, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("retired", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("template_id"),
        **NEVER_REUSED,
    )
    op.create_table(
        "reply_template_version",
        sa.Column("template_id", Id, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["template_id"], ["reply_template.template_id"]),
        sa.PrimaryKeyConstraint("template_id", "version"),
    )
    op.create_table(
        "reply_signature",
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("owner"),
    )
