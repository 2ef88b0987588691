"""People, their rights, sessions and tokens. History: never edited once released."""

from __future__ import annotations

revision = "moderation_0008"
down_revision = "moderation_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table and index."""
