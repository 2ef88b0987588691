"""Feedback, and improvement actions. History: never edited once released."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.types import UtcDateTime

revision = "moderation_0007"
down_revision = "moderation_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table and index."""
    _feedback()
    _actions()


def _feedback() -> None:
    op.create_table(
        "feedback_invite",
        sa.Column("invite_id", Id, nullable=False),
        sa.Column("token_hash", sa.Text, nullable=False),
        sa.Column("use", sa.Text, nullable=False),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("conversation_id", Id),
        sa.Column("issue_id", Id),
        sa.Column("from_invite_id", Id),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("by_hand", sa.Boolean, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("opened_at", UtcDateTime),
        sa.Column("used_at", UtcDateTime),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.conversation_id"]),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.issue_id"]),
        sa.ForeignKeyConstraint(["from_invite_id"], ["feedback_invite.invite_id"]),
        sa.PrimaryKeyConstraint("invite_id"),
        sa.UniqueConstraint("token_hash"),
        **NEVER_REUSED,
    )
    op.create_index("ix_feedback_invite_made_at", "feedback_invite", ["made_at"])
    op.create_table(
        "feedback",
        sa.Column("feedback_id", Id, nullable=False),
        sa.Column("invite_id", Id),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("external_id", sa.Text),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("conversation_id", Id),
        sa.Column("issue_id", Id),
        sa.Column("begun_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.ForeignKeyConstraint(["invite_id"], ["feedback_invite.invite_id"]),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.conversation_id"]),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.issue_id"]),
        sa.PrimaryKeyConstraint("feedback_id"),
        sa.UniqueConstraint("channel", "external_id"),
        sa.UniqueConstraint("invite_id"),
        **NEVER_REUSED,
    )
    op.create_index("ix_feedback_begun_at", "feedback", ["begun_at"])
    op.create_index("ix_feedback_conversation_id", "feedback", ["conversation_id"])
    op.create_index("ix_feedback_issue_id", "feedback", ["issue_id"])
    op.create_table(
        "feedback_answer",
        sa.Column("feedback_id", Id, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["feedback_id"], ["feedback.feedback_id"]),
        sa.PrimaryKeyConstraint("feedback_id", "question"),
    )
    op.create_table(
        "review_click",
        sa.Column("invite_id", Id, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["invite_id"], ["feedback_invite.invite_id"]),
        sa.PrimaryKeyConstraint("invite_id", "name"),
    )
    op.create_table(
        "feedback_recovery",
        sa.Column("feedback_id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("score", sa.Integer, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["feedback_id"], ["feedback.feedback_id"]),
        sa.ForeignKeyConstraint(["case_id"], ["support_case.case_id"]),
        sa.PrimaryKeyConstraint("feedback_id"),
    )
    op.create_index("ix_feedback_recovery_case_id", "feedback_recovery", ["case_id"])


def _actions() -> None:
    op.create_table(
        "improvement_action",
        sa.Column("action_id", Id, nullable=False),
        sa.Column("issue_id", Id, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("change", sa.Text, nullable=False),
        sa.Column("done_when", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("did", sa.JSON, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("closed_at", UtcDateTime),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.issue_id"]),
        sa.PrimaryKeyConstraint("action_id"),
        **NEVER_REUSED,
    )
    op.create_index("ix_improvement_action_issue_id", "improvement_action", ["issue_id"])
    op.create_index("ix_improvement_action_state", "improvement_action", ["state"])
    op.create_table(
        "action_act",
        sa.Column("act_id", Id, nullable=False),
        sa.Column("action_id", Id, nullable=False),
        sa.Column("verb", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["action_id"], ["improvement_action.action_id"]),
        sa.PrimaryKeyConstraint("act_id"),
        **NEVER_REUSED,
    )
    op.create_index("ix_action_act_action_id", "action_act", ["action_id"])
    op.create_table(
        "tell_agreement",
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("agreed", sa.Boolean, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.conversation_id"]),
        sa.PrimaryKeyConstraint("conversation_id"),
    )
    op.create_table(
        "you_said_message",
        sa.Column("message_id", Id, nullable=False),
        sa.Column("action_id", Id, nullable=False),
        sa.Column("thread_key", sa.Text, nullable=False),
        sa.Column("person_key", sa.Text, nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("draft_id", Id),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["action_id"], ["improvement_action.action_id"]),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.conversation_id"]),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.draft_id"]),
        sa.PrimaryKeyConstraint("message_id"),
        sa.UniqueConstraint("action_id", "person_key"),
        sa.UniqueConstraint("action_id", "thread_key"),
        **NEVER_REUSED,
    )
    op.create_index("ix_you_said_message_state", "you_said_message", ["state"])
