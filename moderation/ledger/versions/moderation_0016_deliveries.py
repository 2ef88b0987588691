"""Who gets which digest, and what was handed over. History: never edited once released."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.types import UtcDateTime

revision = "moderation_0016"
down_revision = "moderation_0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of subscriptions and deliveries."""
    op.create_table(
        "subscription",
        sa.Column("subscription_id", Id, nullable=False),
        sa.Column("person_id", Id),
        sa.Column("way", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("whats", sa.JSON, nullable=False),
        sa.Column("loud", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("hour", sa.Integer),
        sa.Column("quiet_begins", sa.Integer),
        sa.Column("quiet_until", sa.Integer),
        sa.Column("breaks", sa.Boolean, nullable=False),
        sa.Column("brands", sa.JSON),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("paused_at", UtcDateTime),
        sa.Column("paused_by", sa.Text, nullable=False),
        sa.Column("removed_at", UtcDateTime),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"]),
        sa.PrimaryKeyConstraint("subscription_id"),
        **NEVER_REUSED,
    )
    op.create_index("ix_subscription_person_id", "subscription", ["person_id"])
    _deliveries()


def _deliveries() -> None:
    op.create_table(
        "delivery",
        sa.Column("delivery_id", Id, nullable=False),
        sa.Column("subscription_id", Id, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("occasion", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("weight", sa.Text, nullable=False),
        sa.Column("subject_id", Id, nullable=False),
        sa.Column("found_at", UtcDateTime, nullable=False),
        sa.Column("from_at", UtcDateTime, nullable=False),
        sa.Column("as_of", UtcDateTime, nullable=False),
        sa.Column("not_before", UtcDateTime, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("claimed_by", sa.Text, nullable=False),
        sa.Column("claimed_at", UtcDateTime),
        sa.Column("done_at", UtcDateTime),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("carried_by", Id),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscription.subscription_id"]),
        sa.ForeignKeyConstraint(["carried_by"], ["delivery.delivery_id"]),
        sa.PrimaryKeyConstraint("delivery_id"),
        sa.UniqueConstraint("subscription_id", "what", "occasion"),
        **NEVER_REUSED,
    )
    op.create_index("ix_delivery_state", "delivery", ["state", "not_before"])
    op.create_index("ix_delivery_carried_by", "delivery", ["carried_by"])
