"""Conversations: notes, questions, joins, cards, marks and endings. History: never edited once released."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.types import UtcDateTime

revision = "moderation_0010"
down_revision = "moderation_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table and index."""
    _inside()
    _contacts()
    _cards()


def _inside() -> None:
    op.create_table(
        "case_note",
        sa.Column("note_id", Id, nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("person_key", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("removed_at", UtcDateTime),
        sa.Column("removed_by", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.conversation_id"]),
        sa.PrimaryKeyConstraint("note_id"),
        **NEVER_REUSED,
    )
    op.create_index("ix_case_note_conversation_id", "case_note", ["conversation_id"])
    op.create_index("ix_case_note_person_key", "case_note", ["person_key"])
    op.create_table(
        "planning_note",
        sa.Column("note_id", Id, nullable=False),
        sa.Column("issue_id", Id, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("until", UtcDateTime),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("ended_by", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.issue_id"]),
        sa.PrimaryKeyConstraint("note_id"),
        **NEVER_REUSED,
    )
    op.create_index("ix_planning_note_issue_id", "planning_note", ["issue_id"])
    op.create_table(
        "case_question",
        sa.Column("question_id", Id, nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("person_key", sa.Text, nullable=False),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("team", sa.Boolean, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("answered_by", sa.Text, nullable=False),
        sa.Column("answered_at", UtcDateTime),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.conversation_id"]),
        sa.PrimaryKeyConstraint("question_id"),
        **NEVER_REUSED,
    )
    op.create_index("ix_case_question_conversation_id", "case_question", ["conversation_id"])
    op.create_index("ix_case_question_person_key", "case_question", ["person_key"])
    op.create_index("ix_case_question_state", "case_question", ["state", "asked"])


def _contacts() -> None:
    op.create_table(
        "contact_join",
        sa.Column("join_id", Id, nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("other_conversation_id", Id),
        sa.Column("mention_id", Id),
        sa.Column("person_key", sa.Text, nullable=False),
        sa.Column("other_person_key", sa.Text, nullable=False),
        sa.Column("evidence", sa.JSON, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("undone_at", UtcDateTime),
        sa.Column("undone_by", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.conversation_id"]),
        sa.ForeignKeyConstraint(["other_conversation_id"], ["conversation.conversation_id"]),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.mention_id"]),
        sa.PrimaryKeyConstraint("join_id"),
        **NEVER_REUSED,
    )
    op.create_index("ix_contact_join_conversation_id", "contact_join", ["conversation_id"])
    op.create_index("ix_contact_join_other_conversation_id", "contact_join", ["other_conversation_id"])
    op.create_index("ix_contact_join_other_person_key", "contact_join", ["other_person_key"])
    op.create_index("ix_contact_join_person_key", "contact_join", ["person_key"])
    op.create_table(
        "contact_sign",
        sa.Column("mention_id", Id, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("sign", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.mention_id"]),
        sa.PrimaryKeyConstraint("mention_id", "kind", "sign"),
    )
    op.create_index("ix_contact_sign_sign", "contact_sign", ["sign"])
    op.create_table(
        "contact_sign_read",
        sa.Column("mention_id", Id, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.mention_id"]),
        sa.PrimaryKeyConstraint("mention_id"),
    )
    op.create_table(
        "contact_reading",
        sa.Column("reading_id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("up_to", Id, nullable=False),
        sa.PrimaryKeyConstraint("reading_id"),
    )


def _cards() -> None:
    op.create_table(
        "conversation_card",
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("person_key", sa.Text, nullable=False),
        sa.Column("need_asked", sa.Text, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("sentiment_first", sa.Text, nullable=False),
        sa.Column("sentiment_last", sa.Text, nullable=False),
        sa.Column("feedback_given_back", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.conversation_id"]),
        sa.PrimaryKeyConstraint("conversation_id"),
    )
    op.create_index("ix_conversation_card_changed_at", "conversation_card", ["changed_at"])
    op.create_table(
        "contact_mark",
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("unnecessary", sa.Text, nullable=False),
        sa.Column("avoidable_by", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.conversation_id"]),
        sa.PrimaryKeyConstraint("conversation_id"),
    )
    op.create_index("ix_contact_mark_made_at", "contact_mark", ["made_at"])
    op.create_table(
        "case_ending",
        sa.Column("ending_id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("act_id", Id),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("mention_id", Id),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("draft_id", Id),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["support_case.case_id"]),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.mention_id"]),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.draft_id"]),
        sa.PrimaryKeyConstraint("ending_id"),
        **NEVER_REUSED,
    )
    op.create_index("ix_case_ending_act_id", "case_ending", ["act_id"])
    op.create_index("ix_case_ending_case_id", "case_ending", ["case_id"])
