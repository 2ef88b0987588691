"""What a post says beyond its text: title, one person addressed, an earlier post it changes. History: never edited once released."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listener.ledger.dialect import NEVER_REUSED

revision = "moderation_0002"
down_revision = "moderation_0001"
branch_labels = None
depends_on = None

_TEXTS = ("person", "title", "edits")


def upgrade() -> None:
    """Add the columns to drafts and outbox entries; what is there keeps its meaning."""
    for table in ("draft", "outbox"):
        with op.batch_alter_table(table, recreate="auto", table_kwargs=NEVER_REUSED) as changed:
            for name in _TEXTS:
                changed.add_column(sa.Column(name, sa.Text, nullable=False, server_default=""))
            changed.add_column(sa.Column("options", sa.JSON, nullable=False, server_default="[]"))
        with op.batch_alter_table(table, recreate="auto", table_kwargs=NEVER_REUSED) as changed:
            for name in _TEXTS:
                changed.alter_column(name, existing_type=sa.Text, existing_nullable=False, server_default=None)
            changed.alter_column("options", existing_type=sa.JSON, existing_nullable=False, server_default=None)
