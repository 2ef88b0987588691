"""The queue: assigning, snoozing, views and what can be undone. History: never edited once released."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.types import UtcDateTime

revision = "moderation_0009"
down_revision = "moderation_0008"
branch_labels = None
depends_on = None

_TEXTS = ("team", "snoozed_issue", "ending")


def upgrade() -> None:
    """Make every table and index."""
    _case()
    _act()
    _fact()
    _views()


def _case() -> None:
    with op.batch_alter_table("support_case", recreate="auto", table_kwargs=NEVER_REUSED) as changed:
        for name in _TEXTS:
            changed.add_column(sa.Column(name, sa.Text, nullable=False, server_default=""))
        changed.add_column(sa.Column("snoozed_until", UtcDateTime))
    with op.batch_alter_table("support_case", recreate="auto", table_kwargs=NEVER_REUSED) as changed:
        for name in _TEXTS:
            changed.alter_column(name, existing_type=sa.Text, existing_nullable=False, server_default=None)


def _act() -> None:
    op.create_table(
        "case_act",
        sa.Column("act_id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("verb", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.Column("before", sa.JSON, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("bulk_id", Id),
        sa.Column("undone_at", UtcDateTime),
        sa.Column("undone_by", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["support_case.case_id"]),
        sa.ForeignKeyConstraint(["bulk_id"], ["case_act.act_id"]),
        sa.PrimaryKeyConstraint("act_id"),
        **NEVER_REUSED,
    )
    op.create_index("ix_case_act_case_id", "case_act", ["case_id"])
    op.create_index("ix_case_act_bulk_id", "case_act", ["bulk_id"])


def _fact() -> None:
    op.create_table(
        "case_fact",
        sa.Column("case_id", Id, nullable=False),
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("team", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("brand", sa.Text, nullable=False),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("sentiment", sa.Text, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("directed", sa.Boolean, nullable=False),
        sa.Column("issue_id", Id),
        sa.Column("opening_id", Id),
        sa.Column("messages", sa.Integer, nullable=False),
        sa.Column("unanswered", sa.Integer, nullable=False),
        sa.Column("points", sa.Integer, nullable=False),
        sa.Column("points_change_at", UtcDateTime),
        sa.Column("waiting_since", UtcDateTime, nullable=False),
        sa.Column("rank_at", UtcDateTime, nullable=False),
        sa.Column("due_kind", sa.Text, nullable=False),
        sa.Column("due_started_at", UtcDateTime),
        sa.Column("due_orange_at", UtcDateTime),
        sa.Column("due_at", UtcDateTime),
        sa.Column("snoozed_until", UtcDateTime),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("stale", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["support_case.case_id"]),
        sa.PrimaryKeyConstraint("case_id"),
    )
    op.create_index("ix_case_fact_lane_holder_rank_at", "case_fact", ["lane", "holder", "rank_at", "waiting_since", "case_id"])
    op.create_index("ix_case_fact_lane_brand_holder", "case_fact", ["lane", "brand", "holder"])
    op.create_index("ix_case_fact_lane_changed_at", "case_fact", ["lane", "changed_at"])
    op.create_index("ix_case_fact_lane_due_at", "case_fact", ["lane", "due_at"])
    op.create_index("ix_case_fact_issue_id", "case_fact", ["issue_id"])
    op.create_index("ix_case_fact_points_change_at", "case_fact", ["points_change_at"])
    op.create_index("ix_case_fact_snoozed_until", "case_fact", ["snoozed_until"])
    stale = sa.text("stale IS 1")
    op.create_index("ix_case_fact_stale", "case_fact", ["case_id"], sqlite_where=stale, postgresql_where=sa.text("stale IS true"))


def _views() -> None:
    op.create_table(
        "queue_mark",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "queue_view",
        sa.Column("view_id", Id, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("team", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("view_id"),
        sa.UniqueConstraint("owner", "team", "name"),
        **NEVER_REUSED,
    )
