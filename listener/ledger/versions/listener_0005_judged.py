"""Signals keep the numbers they were judged by. History: never edited once released."""

from __future__ import annotations

from typing import Literal

import sqlalchemy as sa
from alembic import op

from listener.ledger.dialect import NEVER_REUSED

revision = "listener_0005"
down_revision = "listener_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what was counted and compared to signals; earlier ones have none."""
    # in SQLite, appending leaves other SQL than the table's
    made_anew: Literal["always", "never"] = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("signal", recreate=made_anew, table_kwargs=NEVER_REUSED) as signal:
        signal.add_column(sa.Column("judged", sa.JSON(none_as_null=True)))
