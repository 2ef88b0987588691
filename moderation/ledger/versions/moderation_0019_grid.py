"""Channel grid and matrix as people edited them. History: never edited once released."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.types import UtcDateTime

revision = "moderation_0019"
down_revision = "moderation_0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of the grid's and the matrix's versions."""
    op.create_table(
        "grid_version",
        sa.Column("version_id", Id, nullable=False),
        sa.Column("grid", sa.JSON, nullable=False),
        sa.Column("verb", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("version_id"),
        **NEVER_REUSED,
    )
    op.create_table(
        "matrix_version",
        sa.Column("version_id", Id, nullable=False),
        sa.Column("rules", sa.JSON, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("version_id"),
        **NEVER_REUSED,
    )
