"""Feedback, and improvement actions."""

from __future__ import annotations

revision = "moderation_0007"
down_revision = "moderation_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing to add yet."""
