"""Places in the value-irritant matrix, and broadcasts that answer cases. History: never edited once released."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.types import UtcDateTime

revision = "moderation_0014"
down_revision = "moderation_0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of places; a plan may answer cases instead of telling an update, and what is there tells one."""
    op.create_table(
        "issue_place",
        sa.Column("place_id", Id, nullable=False),
        sa.Column("issue_id", Id, nullable=False),
        sa.Column("quadrant", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.issue_id"]),
        sa.PrimaryKeyConstraint("place_id"),
        **NEVER_REUSED,
    )
    op.create_index("ix_issue_place_issue_id", "issue_place", ["issue_id"])
    _plans()
    _items()


def _plans() -> None:
    with op.batch_alter_table("broadcast_plan", recreate="auto", table_kwargs=NEVER_REUSED) as changed:
        changed.add_column(sa.Column("kind", sa.Text, nullable=False, server_default="status_update"))
        changed.alter_column("update_id", existing_type=Id, existing_nullable=False, nullable=True)
    with op.batch_alter_table("broadcast_plan", recreate="auto", table_kwargs=NEVER_REUSED) as changed:
        changed.alter_column("kind", existing_type=sa.Text, existing_nullable=False, server_default=None)
        changed.create_index("ix_broadcast_plan_issue_id", ["issue_id"])


def _items() -> None:
    with op.batch_alter_table("broadcast_item", recreate="auto", table_kwargs=NEVER_REUSED) as changed:
        changed.add_column(sa.Column("case_id", Id))
        changed.add_column(sa.Column("title", sa.Text, nullable=False, server_default=""))
        changed.add_column(sa.Column("seen_mention_id", Id, nullable=False, server_default="0"))
        changed.create_foreign_key("fk_broadcast_item_case_id_support_case", "support_case", ["case_id"], ["case_id"])
    with op.batch_alter_table("broadcast_item", recreate="auto", table_kwargs=NEVER_REUSED) as changed:
        changed.alter_column("title", existing_type=sa.Text, existing_nullable=False, server_default=None)
        changed.alter_column("seen_mention_id", existing_type=Id, existing_nullable=False, server_default=None)
