"""Invitation decisions with their reasons. History: never edited once released; what changes later is a step of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.types import UtcDateTime

revision = "moderation_0006"
down_revision = "moderation_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of journey events, decisions and visits."""
    _events()
    _decisions()
    op.create_table(
        "community_visits",
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("realm", sa.Text, nullable=False),
        sa.Column("visits", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("platform", "realm"),
    )
    op.create_table(
        "visit_reading",
        sa.Column("reading_id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("up_to", Id, nullable=False),
        sa.PrimaryKeyConstraint("reading_id"),
    )


def _events() -> None:
    op.create_table(
        "invitation_event",
        sa.Column("event_id", Id, nullable=False),
        sa.Column("event_key", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("realm", sa.Text, nullable=False),
        sa.Column("thread_id", sa.Text, nullable=False),
        sa.Column("mention_id", Id, nullable=False),
        sa.Column("person_key", sa.Text, nullable=False),
        sa.Column("happened_at", UtcDateTime, nullable=False),
        sa.Column("found_at", UtcDateTime, nullable=False),
        sa.Column("conversation_id", Id, nullable=True),
        sa.Column("case_id", Id, nullable=True),
        sa.Column("issue_id", Id, nullable=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("answered", sa.Boolean, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("event_id"),
        sa.UniqueConstraint("event_key"),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.mention_id"]),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.conversation_id"]),
        sa.ForeignKeyConstraint(["case_id"], ["support_case.case_id"]),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.issue_id"]),
        **NEVER_REUSED,
    )
    op.create_index("ix_invitation_event_state", "invitation_event", ["state"])
    op.create_index("ix_invitation_event_person_key", "invitation_event", ["person_key", "asked_at"])
    op.create_index("ix_invitation_event_place", "invitation_event", ["platform", "realm", "asked_at"])


def _decisions() -> None:
    op.create_table(
        "invitation_decision",
        sa.Column("decision_id", Id, nullable=False),
        sa.Column("event_id", Id, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("motivation", sa.Float, nullable=False),
        sa.Column("ability", sa.Float, nullable=False),
        sa.Column("prompt", sa.Float, nullable=False),
        sa.Column("why", sa.JSON, nullable=False),
        sa.Column("why_not", sa.JSON, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("quiet_hours", sa.Float, nullable=False),
        sa.Column("template", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("draft_id", Id, nullable=True),
        sa.Column("shadow_id", Id, nullable=True),
        sa.PrimaryKeyConstraint("decision_id"),
        sa.ForeignKeyConstraint(["event_id"], ["invitation_event.event_id"]),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.draft_id"]),
        sa.ForeignKeyConstraint(["shadow_id"], ["shadow_item.shadow_id"]),
        **NEVER_REUSED,
    )
    op.create_index("ix_invitation_decision_event_id", "invitation_decision", ["event_id"])
