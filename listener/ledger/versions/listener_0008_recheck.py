"""Which kept posts were looked at again, and what that brought. History: never edited once released."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listener.ledger.dialect import Id
from listener.ledger.types import UtcDateTime

revision = "listener_0008"
down_revision = "listener_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the stretches that were looked at, how each source stands with it, and its days."""
    op.create_table(
        "recheck",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("first_id", Id, primary_key=True, autoincrement=False),
        sa.Column("last_id", Id, nullable=False),
        sa.Column("members", sa.Integer, nullable=False),
        sa.Column("newest_at", UtcDateTime),
        sa.Column("looked_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_recheck_source_looked_at", "recheck", ["source", "looked_at"])
    op.create_table(
        "recheck_state",
        sa.Column("source", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("every_hours", "young_days", "then_hours")),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime),
        sa.Column("wait_until", UtcDateTime),
        sa.Column("tries", sa.Integer, nullable=False),
    )
    op.create_table(
        "recheck_day",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("asked", "edited", "removed", "unsure", "requests")),
        sa.Column("micro_usd", sa.BigInteger, nullable=False),
    )
