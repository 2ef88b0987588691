"""Invitation decisions with their reasons."""

from __future__ import annotations

revision = "moderation_0006"
down_revision = "moderation_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing to add yet."""
