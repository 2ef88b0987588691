"""What people say of a mention stands before what a model says. History: never edited once released."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.types import UtcDateTime

revision = "listener_0003"
down_revision = "listener_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the record of corrected labels."""
    op.create_table(
        "label_correction",
        sa.Column("correction_id", Id, nullable=False),
        sa.Column("mention_id", Id, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.Text),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.mention_id"]),
        sa.PrimaryKeyConstraint("correction_id"),
        **NEVER_REUSED,
    )
    op.create_index("ix_label_correction_mention_id", "label_correction", ["mention_id"])
