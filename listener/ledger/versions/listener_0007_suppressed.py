"""Who is not collected any more, as keyed hashes. History: never edited once released."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listener.ledger.types import UtcDateTime

revision = "listener_0007"
down_revision = "listener_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the list of authors that nothing is taken in of."""
    op.create_table(
        "suppressed",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
