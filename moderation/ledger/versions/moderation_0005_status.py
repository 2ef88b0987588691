"""Public status of issues, promises and broadcasts."""

from __future__ import annotations

revision = "moderation_0005"
down_revision = "moderation_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing to add yet."""
