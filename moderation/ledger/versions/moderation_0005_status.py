"""Public status of issues, promises and broadcasts. History: never edited once released."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.types import UtcDateTime

revision = "moderation_0005"
down_revision = "moderation_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables, each after those it points to."""
    _status_update()
    _public_status()
    _status_promise()
    _broadcast_plan()
    _broadcast_item()
    _broadcast_told()


def _status_update() -> None:
    op.create_table(
        "status_update",
        sa.Column("update_id", Id, nullable=False),
        sa.Column("issue_id", Id, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("subjects", sa.JSON, nullable=False),
        sa.Column("texts", sa.JSON, nullable=False),
        sa.Column("templates", sa.JSON, nullable=False),
        sa.Column("next_update_at", UtcDateTime),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("published_at", UtcDateTime),
        sa.Column("published_by", sa.Text, nullable=False),
        sa.Column("corrects", Id),
        sa.Column("no_news", sa.Boolean, nullable=False),
        sa.Column("for_promise", Id),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.issue_id"]),
        sa.ForeignKeyConstraint(["corrects"], ["status_update.update_id"]),
        sa.PrimaryKeyConstraint("update_id"),
        sa.UniqueConstraint("for_promise"),
        **NEVER_REUSED,
    )
    op.create_index("ix_status_update_issue_id", "status_update", ["issue_id"])
    op.create_index("ix_status_update_state", "status_update", ["state"])


def _public_status() -> None:
    op.create_table(
        "public_status",
        sa.Column("public_id", Id, nullable=False),
        sa.Column("issue_id", Id, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("subjects", sa.JSON, nullable=False),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("resolved_at", UtcDateTime),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.issue_id"]),
        sa.PrimaryKeyConstraint("public_id"),
        sa.UniqueConstraint("issue_id"),
        **NEVER_REUSED,
    )
    op.create_index("ix_public_status_resolved_at", "public_status", ["resolved_at"])


def _status_promise() -> None:
    op.create_table(
        "status_promise",
        sa.Column("promise_id", Id, nullable=False),
        sa.Column("update_id", Id, nullable=False),
        sa.Column("issue_id", Id, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("settled_at", UtcDateTime),
        sa.ForeignKeyConstraint(["update_id"], ["status_update.update_id"]),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.issue_id"]),
        sa.PrimaryKeyConstraint("promise_id"),
        sa.UniqueConstraint("update_id"),
        **NEVER_REUSED,
    )
    op.create_index("ix_status_promise_issue_id", "status_promise", ["issue_id"])
    op.create_index("ix_status_promise_state", "status_promise", ["state"])


def _broadcast_plan() -> None:
    op.create_table(
        "broadcast_plan",
        sa.Column("plan_id", Id, nullable=False),
        sa.Column("update_id", Id, nullable=False),
        sa.Column("issue_id", Id, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("correct", sa.Boolean, nullable=False),
        sa.Column("planned_by", sa.Text, nullable=False),
        sa.Column("planned_at", UtcDateTime, nullable=False),
        sa.Column("approved_by", sa.Text, nullable=False),
        sa.Column("approved_at", UtcDateTime),
        sa.Column("content", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["update_id"], ["status_update.update_id"]),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.issue_id"]),
        sa.PrimaryKeyConstraint("plan_id"),
        **NEVER_REUSED,
    )
    op.create_index("ix_broadcast_plan_state", "broadcast_plan", ["state"])
    op.create_index("ix_broadcast_plan_update_id", "broadcast_plan", ["update_id"])


def _broadcast_item() -> None:
    op.create_table(
        "broadcast_item",
        sa.Column("item_id", Id, nullable=False),
        sa.Column("plan_id", Id, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("realm", sa.Text, nullable=False),
        sa.Column("thread_id", sa.Text, nullable=False),
        sa.Column("parent_id", sa.Text, nullable=False),
        sa.Column("mention_id", Id),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("account_key", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("template", sa.Text, nullable=False),
        sa.Column("short", sa.Boolean, nullable=False),
        sa.Column("edits", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("ticked_by", sa.Text, nullable=False),
        sa.Column("draft_id", Id),
        sa.Column("entry_id", Id),
        sa.ForeignKeyConstraint(["plan_id"], ["broadcast_plan.plan_id"]),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.mention_id"]),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.draft_id"]),
        sa.ForeignKeyConstraint(["entry_id"], ["outbox.entry_id"]),
        sa.PrimaryKeyConstraint("item_id"),
        sa.UniqueConstraint("plan_id", "platform", "realm", "thread_id"),
        **NEVER_REUSED,
    )


def _broadcast_told() -> None:
    op.create_table(
        "broadcast_told",
        sa.Column("update_id", Id, nullable=False),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("realm", sa.Text, nullable=False),
        sa.Column("thread_id", sa.Text, nullable=False),
        sa.Column("draft_id", Id, nullable=False),
        sa.Column("told_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["update_id"], ["status_update.update_id"]),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.draft_id"]),
        sa.PrimaryKeyConstraint("update_id", "platform", "realm", "thread_id"),
        sa.UniqueConstraint("draft_id"),
    )
