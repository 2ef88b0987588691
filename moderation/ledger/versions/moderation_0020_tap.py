"""What became of improvement actions. History: never edited once released."""

from __future__ import annotations

revision = "moderation_0020"
down_revision = "moderation_0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
