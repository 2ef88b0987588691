"""Conversations: notes, questions, cards, joins and endings. History: never edited once released."""

from __future__ import annotations

revision = "moderation_0010"
down_revision = "moderation_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table and index."""
