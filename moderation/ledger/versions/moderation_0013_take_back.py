"""Taking back a post of ours. History: never edited once released."""

from __future__ import annotations

revision = "moderation_0013"
down_revision = "moderation_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table and index."""
