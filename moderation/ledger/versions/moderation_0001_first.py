"""The first tables of the answering half. History: never edited once released; what changes later is a step of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.types import UtcDateTime

revision = "moderation_0001"
down_revision = None
branch_labels = ("moderation",)
depends_on = "listener_0001"


def upgrade() -> None:
    """Make every table and index."""
    _conversations()
    _drafts()
    _outbox()
    _audit()


def _conversations() -> None:
    op.create_table(
        "conversation",
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("brand", sa.Text, nullable=False),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("realm", sa.Text, nullable=False),
        sa.Column("thread_id", sa.Text, nullable=False),
        sa.Column("author_key", sa.Text, nullable=False),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("conversation_id"),
        **NEVER_REUSED,
    )
    op.create_index("ix_conversation_author_key", "conversation", ["author_key"])
    op.create_table(
        "conversation_mention",
        sa.Column("mention_id", Id, nullable=False),
        sa.Column("brand", sa.Text, nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("directed", sa.Boolean, nullable=False),
        sa.Column("joined_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.mention_id"]),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.conversation_id"]),
        sa.PrimaryKeyConstraint("mention_id", "brand"),
    )
    op.create_index("ix_conversation_mention_conversation_id", "conversation_mention", ["conversation_id"])
    op.create_table(
        "support_case",
        sa.Column("case_id", Id, nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.Column("answered_at", UtcDateTime),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.conversation_id"]),
        sa.PrimaryKeyConstraint("case_id"),
        sa.UniqueConstraint("conversation_id"),
        **NEVER_REUSED,
    )
    op.create_index("ix_support_case_state", "support_case", ["state"])


def _drafts() -> None:
    op.create_table(
        "draft",
        sa.Column("draft_id", Id, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("realm", sa.Text, nullable=False),
        sa.Column("thread_id", sa.Text, nullable=False),
        sa.Column("parent_id", sa.Text, nullable=False),
        sa.Column("mention_id", Id),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("case_id", Id),
        sa.Column("issue_id", Id),
        sa.Column("template", sa.Text, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.mention_id"]),
        sa.ForeignKeyConstraint(["case_id"], ["support_case.case_id"]),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.issue_id"]),
        sa.PrimaryKeyConstraint("draft_id"),
        **NEVER_REUSED,
    )
    op.create_index("ix_draft_case_id", "draft", ["case_id"])
    op.create_index("ix_draft_state", "draft", ["state"])
    op.create_table(
        "standing_approval",
        sa.Column("standing_id", Id, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("template", sa.Text, nullable=False),
        sa.Column("template_hash", sa.Text, nullable=False),
        sa.Column("variables", sa.JSON, nullable=False),
        sa.Column("audience_rule", sa.Text, nullable=False),
        sa.Column("accounts", sa.JSON, nullable=False),
        sa.Column("most_per_hour", sa.Integer, nullable=False),
        sa.Column("most_per_day", sa.Integer, nullable=False),
        sa.Column("given_by", sa.Text, nullable=False),
        sa.Column("given_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("void_reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("standing_id"),
        **NEVER_REUSED,
    )
    op.create_table(
        "approval",
        sa.Column("approval_id", Id, nullable=False),
        sa.Column("draft_id", Id, nullable=False),
        sa.Column("approval_hash", sa.Text, nullable=False),
        sa.Column("approved_by", sa.Text, nullable=False),
        sa.Column("approved_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("standing_id", Id),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.draft_id"]),
        sa.ForeignKeyConstraint(["standing_id"], ["standing_approval.standing_id"]),
        sa.PrimaryKeyConstraint("approval_id"),
        sa.UniqueConstraint("draft_id"),
        **NEVER_REUSED,
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("entry_id", Id, nullable=False),
        sa.Column("approval_id", Id, nullable=False),
        sa.Column("draft_id", Id, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("account_platform", sa.Text, nullable=False),
        sa.Column("account_realm", sa.Text, nullable=False),
        sa.Column("account_native_id", sa.Text, nullable=False),
        sa.Column("account_name", sa.Text, nullable=False),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("realm", sa.Text, nullable=False),
        sa.Column("thread_id", sa.Text, nullable=False),
        sa.Column("parent_id", sa.Text, nullable=False),
        sa.Column("mention_id", Id),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("media", sa.JSON, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("text_key", sa.Text, nullable=False),
        sa.Column("idempotency_key", sa.Text, nullable=False),
        sa.Column("key_salt", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("started_at", UtcDateTime),
        sa.Column("not_before", UtcDateTime),
        sa.Column("case_id", Id),
        sa.Column("issue_id", Id),
        sa.Column("platform_id", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["approval_id"], ["approval.approval_id"]),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.draft_id"]),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.mention_id"]),
        sa.ForeignKeyConstraint(["case_id"], ["support_case.case_id"]),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.issue_id"]),
        sa.PrimaryKeyConstraint("entry_id"),
        sa.UniqueConstraint("approval_id"),
        sa.UniqueConstraint("idempotency_key"),
        **NEVER_REUSED,
    )
    op.create_index("ix_outbox_case_id", "outbox", ["case_id"])
    op.create_index("ix_outbox_changed_at", "outbox", ["changed_at"])
    op.create_index("ix_outbox_started_at", "outbox", ["started_at"])
    op.create_index("ix_outbox_state", "outbox", ["state"])
    op.create_index("ix_outbox_text_key", "outbox", ["text_key"])
    op.create_table(
        "outbox_attempt",
        sa.Column("entry_id", Id, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("idempotency_key", sa.Text, nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["outbox.entry_id"]),
        sa.PrimaryKeyConstraint("entry_id", "attempt"),
    )
    op.create_table(
        "outbox_switch",
        sa.Column("switch_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("stopped", sa.Boolean, nullable=False),
        sa.Column("pressed_by", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("switch_id"),
    )


def _audit() -> None:
    op.create_table(
        "audit_line",
        sa.Column("seq", Id, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("verb", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("previous", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("previous"),
        **NEVER_REUSED,
    )
    op.create_index("ix_audit_line_subject", "audit_line", ["subject"])
    op.create_table(
        "audit_head",
        sa.Column("head_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("seq", Id, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("head_id"),
    )
