"""The queue: assigning, snoozing, views and what can be undone. History: never edited once released."""

from __future__ import annotations

revision = "moderation_0009"
down_revision = "moderation_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table and index."""
