"""Weekly reports that were made. History: never edited once released."""

from __future__ import annotations

revision = "moderation_0017"
down_revision = "moderation_0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
