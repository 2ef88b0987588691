"""Further tables of the outbox."""

from __future__ import annotations

revision = "moderation_0003"
down_revision = "moderation_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing to add yet."""
