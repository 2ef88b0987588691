"""Taking back a post of ours. History: never edited once released."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listener.ledger.dialect import NEVER_REUSED

revision = "moderation_0013"
down_revision = "moderation_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add to drafts and outbox entries which post of ours they take away; what is there takes nothing away."""
    for table in ("draft", "outbox"):
        with op.batch_alter_table(table, recreate="auto", table_kwargs=NEVER_REUSED) as changed:
            changed.add_column(sa.Column("removes", sa.Text, nullable=False, server_default=""))
        with op.batch_alter_table(table, recreate="auto", table_kwargs=NEVER_REUSED) as changed:
            changed.alter_column("removes", existing_type=sa.Text, existing_nullable=False, server_default=None)
