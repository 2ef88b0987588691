"""Replies that are being written, and templates of the team's own. History: never edited once released."""

from __future__ import annotations

revision = "moderation_0011"
down_revision = "moderation_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table and index."""
