"""Knowledge from answered conversations. History: never edited once released."""

from __future__ import annotations

revision = "moderation_0012"
down_revision = "moderation_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table and index."""
