"""What became of improvement actions. History: never edited once released."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.types import UtcDateTime

revision = "moderation_0020"
down_revision = "moderation_0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of looks at done actions."""
    op.create_table(
        "tap_look",
        sa.Column("look_id", Id, nullable=False),
        sa.Column("action_id", Id, nullable=False),
        sa.Column("done_at", UtcDateTime, nullable=False),
        sa.Column("week", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("came_back", sa.Boolean, nullable=False),
        sa.Column("effect", sa.JSON, nullable=False),
        sa.ForeignKeyConstraint(["action_id"], ["improvement_action.action_id"]),
        sa.PrimaryKeyConstraint("look_id"),
        sa.UniqueConstraint("action_id", "done_at", "week"),
        **NEVER_REUSED,
    )
