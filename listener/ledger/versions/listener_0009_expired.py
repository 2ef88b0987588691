"""Which mentions were kept long enough. History: never edited once released."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listener.ledger.dialect import only_where
from listener.ledger.types import UtcDateTime

revision = "listener_0009"
down_revision = "listener_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Note of a mention when its words were let go, and find those that still have words by when they came."""
    op.add_column("mention", sa.Column("expired_at", UtcDateTime))
    has_words = sa.column("expired_at").is_(None) & (sa.column("latest_revision") >= 0)
    op.create_index("ix_mention_with_text", "mention", ["first_seen_at", "mention_id"], **only_where(has_words))
