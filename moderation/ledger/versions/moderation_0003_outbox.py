"""Alarms about posting. History: never edited once released."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.types import UtcDateTime

revision = "moderation_0003"
down_revision = "moderation_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; nothing is wrong yet."""
    op.create_table(
        "alarm",
        sa.Column("alarm_id", Id, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("raised_at", UtcDateTime, nullable=False),
        sa.Column("over_at", UtcDateTime),
        sa.Column("seen_by", sa.Text, nullable=False),
        sa.Column("seen_at", UtcDateTime),
        **NEVER_REUSED,
    )
    op.create_index("ix_alarm_kind_subject", "alarm", ["kind", "subject"])
