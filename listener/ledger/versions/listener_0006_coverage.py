"""What sources may spend and spent, why they are refused, and what they missed. History: never edited once released."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listener.ledger.dialect import NEVER_REUSED
from listener.ledger.types import UtcDateTime

revision = "listener_0006"
down_revision = "listener_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add to sources why they stand as they do, to rounds what was missed, and a table of what was spent."""
    _states()
    _runs()
    op.create_table(
        "source_spend",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("requests", sa.Integer, nullable=False),
        sa.Column("micro_usd", sa.BigInteger, nullable=False),
    )


def _states() -> None:
    with op.batch_alter_table("source_state", recreate="auto") as state:
        state.add_column(sa.Column("cause", sa.Text, nullable=False, server_default=""))
        state.add_column(sa.Column("open_until", UtcDateTime))
        state.add_column(sa.Column("canary", sa.Text, nullable=False, server_default=""))
        state.add_column(sa.Column("canary_at", UtcDateTime))
        state.add_column(sa.Column("most_requests", sa.Integer))
        state.add_column(sa.Column("most_micro_usd", sa.BigInteger))
    with op.batch_alter_table("source_state", recreate="auto") as state:
        state.alter_column("cause", existing_type=sa.Text, existing_nullable=False, server_default=None)
        state.alter_column("canary", existing_type=sa.Text, existing_nullable=False, server_default=None)


def _runs() -> None:
    with op.batch_alter_table("source_run", recreate="auto", table_kwargs=NEVER_REUSED) as run:
        run.add_column(sa.Column("missed", sa.Integer, nullable=False, server_default="0"))
    with op.batch_alter_table("source_run", recreate="auto", table_kwargs=NEVER_REUSED) as run:
        run.alter_column("missed", existing_type=sa.Integer, existing_nullable=False, server_default=None)
