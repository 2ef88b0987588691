"""Shadow decisions, consent and opt-out. History: never edited once released; what changes later is a step of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.types import UtcDateTime

revision = "moderation_0004"
down_revision = "moderation_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of shadow, graduation, opt-out and consent."""
    _shadow()
    _leave()


def _shadow() -> None:
    op.create_table(
        "shadow_item",
        sa.Column("shadow_id", Id, nullable=False),
        sa.Column("shadow_key", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("template", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("post", sa.JSON, nullable=False),
        sa.Column("why", sa.JSON, nullable=False),
        sa.Column("live", sa.Boolean, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("case_id", Id, nullable=True),
        sa.Column("issue_id", Id, nullable=True),
        sa.Column("mention_id", Id, nullable=True),
        sa.Column("judged", sa.Text, nullable=False),
        sa.Column("judged_by", sa.Text, nullable=False),
        sa.Column("judged_at", UtcDateTime, nullable=True),
        sa.Column("judged_note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("shadow_id"),
        sa.UniqueConstraint("shadow_key"),
        sa.ForeignKeyConstraint(["case_id"], ["support_case.case_id"]),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.issue_id"]),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.mention_id"]),
        **NEVER_REUSED,
    )
    op.create_index("ix_shadow_item_subject", "shadow_item", ["kind", "subject"])
    op.create_index("ix_shadow_item_judged", "shadow_item", ["judged"])
    op.create_table(
        "shadow_graduation",
        sa.Column("graduation_id", Id, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("checked", sa.Integer, nullable=False),
        sa.Column("right", sa.Integer, nullable=False),
        sa.Column("given_by", sa.Text, nullable=False),
        sa.Column("given_at", UtcDateTime, nullable=False),
        sa.Column("void_reason", sa.Text, nullable=False),
        sa.Column("void_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("graduation_id"),
        **NEVER_REUSED,
    )
    op.create_index("ix_shadow_graduation_subject", "shadow_graduation", ["kind", "subject"])


def _leave() -> None:
    op.create_table(
        "opt_out",
        sa.Column("opt_out_id", Id, nullable=False),
        sa.Column("person_key", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("how", sa.Text, nullable=False),
        sa.Column("noted_by", sa.Text, nullable=False),
        sa.Column("mention_id", Id, nullable=True),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.Column("ended_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("opt_out_id"),
        sa.UniqueConstraint("mention_id"),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.mention_id"]),
        **NEVER_REUSED,
    )
    op.create_index("ix_opt_out_person_key", "opt_out", ["person_key"])
    op.create_table(
        "consent",
        sa.Column("consent_id", Id, nullable=False),
        sa.Column("person_key", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("wording", sa.Text, nullable=False),
        sa.Column("given_at", UtcDateTime, nullable=False),
        sa.Column("noted_by", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("withdrawn_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("consent_id"),
        **NEVER_REUSED,
    )
    op.create_index("ix_consent_person_key", "consent", ["person_key", "channel"])
    op.create_table(
        "opt_out_reading",
        sa.Column("reading_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("mention_id", Id, nullable=False),
        sa.Column("seq", Id, nullable=False),
        sa.PrimaryKeyConstraint("reading_id"),
    )
