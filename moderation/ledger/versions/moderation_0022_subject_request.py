"""Requests of people who ask what is kept of them, each with its clock. History: never edited once released."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.types import UtcDateTime

revision = "moderation_0022"
down_revision = "moderation_0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of requests."""
    op.create_table(
        "subject_request",
        sa.Column("request_id", Id, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("via", sa.Text, nullable=False),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("carry_out", sa.Boolean, nullable=False),
        sa.Column("begun_at", UtcDateTime),
        sa.Column("files", sa.JSON, nullable=False),
        sa.Column("extended_at", UtcDateTime),
        sa.Column("extended_by", sa.Text, nullable=False),
        sa.Column("extended_why", sa.Text, nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("ending", sa.Text, nullable=False),
        sa.Column("ended_by", sa.Text, nullable=False),
        sa.Column("ended_why", sa.Text, nullable=False),
        sa.Column("receipt_id", Id),
        sa.PrimaryKeyConstraint("request_id"),
        **NEVER_REUSED,
    )
    op.create_index("ix_subject_request_ended_at", "subject_request", ["ended_at"])
