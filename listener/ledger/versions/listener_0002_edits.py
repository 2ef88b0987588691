"""People's edits can be taken back; issues can be pinned and split. History: never edited once released.

Tables are made anew where SQLite can only append to them, so that what migrations make stays word for word what the tables say.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.types import UtcDateTime

revision = "listener_0002"
down_revision = "listener_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add pins, times of muting and splits to issues; what was before, and what an undo took back, to acts."""
    _issues()
    _acts()


def _issues() -> None:
    with op.batch_alter_table("issue", recreate="auto", table_kwargs=NEVER_REUSED) as issue:
        issue.add_column(sa.Column("pinned", sa.Boolean, nullable=False, server_default=sa.false()))
        issue.add_column(sa.Column("muted_at", UtcDateTime))
        issue.add_column(sa.Column("split_from", Id))
        issue.create_foreign_key(None, "issue", ["split_from"], ["issue_id"])
    with op.batch_alter_table("issue", recreate="auto", table_kwargs=NEVER_REUSED) as issue:
        issue.alter_column("pinned", existing_type=sa.Boolean, existing_nullable=False, server_default=None)


def _acts() -> None:
    with op.batch_alter_table("issue_act", recreate="auto", table_kwargs=NEVER_REUSED) as act:
        act.alter_column("issue_id", existing_type=Id, nullable=True)
        act.add_column(sa.Column("other_issue_id", Id))
        act.add_column(sa.Column("before", sa.JSON(none_as_null=True)))
        act.add_column(sa.Column("undoes", Id))
        act.create_foreign_key(None, "issue", ["other_issue_id"], ["issue_id"])
        act.create_foreign_key(None, "issue_act", ["undoes"], ["act_id"])
        act.create_index("ix_issue_act_other_issue_id", ["other_issue_id"])
