"""Channel grid and matrix as people edited them. History: never edited once released."""

from __future__ import annotations

revision = "moderation_0019"
down_revision = "moderation_0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
