"""Which clocks were told of. History: never edited once released."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listener.ledger.dialect import Id
from listener.ledger.types import UtcDateTime

revision = "moderation_0015"
down_revision = "moderation_0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and its index."""
    op.create_table(
        "clock_told",
        sa.Column("case_id", Id, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["support_case.case_id"]),
        sa.PrimaryKeyConstraint("case_id", "kind", "due_at", "state"),
    )
    op.create_index("ix_clock_told_at", "clock_told", ["at"])
