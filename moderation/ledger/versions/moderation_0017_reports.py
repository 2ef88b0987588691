"""Weekly reports that were made. History: never edited once released."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.types import UtcDateTime

revision = "moderation_0017"
down_revision = "moderation_0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of reports: one a week, kept as figures."""
    op.create_table(
        "week_report",
        sa.Column("report_id", Id, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("from_at", UtcDateTime, nullable=False),
        sa.Column("to_at", UtcDateTime, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("up_to", Id, nullable=False),
        sa.Column("seq", Id, nullable=False),
        sa.Column("figures", sa.JSON, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("report_id"),
        sa.UniqueConstraint("period"),
        **NEVER_REUSED,
    )
