"""Receipts for people who asked what is kept of them. History: never edited once released."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.types import UtcDateTime

revision = "moderation_0021"
down_revision = "moderation_0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of receipts."""
    op.create_table(
        "subject_receipt",
        sa.Column("receipt_id", Id, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("counts", sa.JSON, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("receipt_id"),
        **NEVER_REUSED,
    )
