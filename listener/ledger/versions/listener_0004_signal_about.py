"""A signal may be about a brand or a source as a whole. History: never edited once released."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listener.ledger.dialect import NEVER_REUSED

revision = "listener_0004"
down_revision = "listener_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add to signals what they are about when that is no issue."""
    with op.batch_alter_table("signal", recreate="auto", table_kwargs=NEVER_REUSED) as signal:
        signal.add_column(sa.Column("about", sa.Text, nullable=False, server_default=""))
    with op.batch_alter_table("signal", recreate="auto", table_kwargs=NEVER_REUSED) as signal:
        signal.alter_column("about", existing_type=sa.Text, existing_nullable=False, server_default=None)
