"""Looking things up among millions of mentions. History: never edited once released."""

from __future__ import annotations

revision = "listener_0006"
down_revision = "listener_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every index."""
