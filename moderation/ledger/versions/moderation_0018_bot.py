"""What the Discord bot remembers. History: never edited once released."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listener.ledger.dialect import Id
from listener.ledger.types import UtcDateTime

revision = "moderation_0018"
down_revision = "moderation_0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table and index."""
    _people()
    _servers()
    _presses()


def _people() -> None:
    op.create_table(
        "bot_person",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("discord_id", sa.Text, nullable=False),
        sa.Column("linked_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"]),
        sa.PrimaryKeyConstraint("person_id"),
        sa.UniqueConstraint("discord_id"),
    )
    op.create_table(
        "bot_code",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"]),
        sa.PrimaryKeyConstraint("person_id"),
        sa.UniqueConstraint("digest"),
    )


def _servers() -> None:
    op.create_table(
        "bot_sync",
        sa.Column("guild_id", sa.Text, nullable=False),
        sa.Column("application_id", sa.Text, nullable=False),
        sa.Column("commands", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("guild_id"),
    )
    op.create_table(
        "bot_thread",
        sa.Column("issue_id", Id, nullable=False),
        sa.Column("channel_id", sa.Text, nullable=False),
        sa.Column("guild_id", sa.Text, nullable=False),
        sa.Column("thread_id", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("shown", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("nonce", sa.Text, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("told", sa.Text, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.issue_id"]),
        sa.PrimaryKeyConstraint("issue_id", "channel_id"),
    )
    op.create_index("ix_bot_thread_guild_id", "bot_thread", ["guild_id"])
    op.create_index("ix_bot_thread_thread_id", "bot_thread", ["thread_id"])
    op.create_table(
        "bot_message",
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("guild_id", sa.Text, nullable=False),
        sa.Column("channel_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("shown", sa.Text, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("message_id"),
    )
    op.create_index("ix_bot_message_guild_id", "bot_message", ["guild_id"])
    op.create_index("ix_bot_message_kind_about", "bot_message", ["kind", "about"])


def _presses() -> None:
    op.create_table(
        "bot_press",
        sa.Column("press_id", sa.Text, nullable=False),
        sa.Column("verb", sa.Text, nullable=False),
        sa.Column("about", sa.JSON, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("until", UtcDateTime),
        sa.PrimaryKeyConstraint("press_id"),
    )
    op.create_index("ix_bot_press_until", "bot_press", ["until"])
    op.create_table(
        "bot_signal_seen",
        sa.Column("signal_id", Id, nullable=False),
        sa.Column("seen_by", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["signal_id"], ["signal.signal_id"]),
        sa.PrimaryKeyConstraint("signal_id"),
    )
