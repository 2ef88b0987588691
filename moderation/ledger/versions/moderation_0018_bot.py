"""What the Discord bot remembers. History: never edited once released."""

from __future__ import annotations

revision = "moderation_0018"
down_revision = "moderation_0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
