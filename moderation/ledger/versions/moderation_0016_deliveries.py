"""Who gets which digest, and what was handed over. History: never edited once released."""

from __future__ import annotations

revision = "moderation_0016"
down_revision = "moderation_0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
