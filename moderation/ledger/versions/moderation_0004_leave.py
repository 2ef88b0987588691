"""Shadow decisions, consent and opt-out."""

from __future__ import annotations

revision = "moderation_0004"
down_revision = "moderation_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing to add yet."""
