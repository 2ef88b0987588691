"""Who was kept out and is collected again: the list holds when each thing was said of somebody. History: never edited once released."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listener.ledger.types import UtcDateTime

revision = "listener_0010"
down_revision = "listener_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a row stand for each reason of an author, not one for them all; what stands there stays."""
    before = sa.table("suppressed", sa.column("digest", sa.Text), sa.column("why", sa.Text), sa.column("at", UtcDateTime))
    listed = [dict(row) for row in op.get_bind().execute(sa.select(before)).mappings()]
    op.drop_table("suppressed")
    made = op.create_table(
        "suppressed",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("why", sa.Text, primary_key=True),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.bulk_insert(made, listed)
