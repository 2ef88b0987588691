"""The tables of the Discord bot: who is who, which commands a server has, and which messages of ours stand there with buttons."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from listener.ledger.dialect import Id
from listener.ledger.metadata import metadata
from listener.ledger.types import UtcDateTime

# Discord's ids are text everywhere: they are too long for some readers of numbers, and nobody adds them up.

# A colleague's account at Discord, proved with a code or set by an administrator: one account each, and one colleague an account.
bot_person = Table(
    "bot_person",
    metadata,
    Column("person_id", Id, ForeignKey("person.person_id"), primary_key=True),
    Column("discord_id", Text, nullable=False, unique=True),
    Column("linked_at", UtcDateTime, nullable=False),
)

# A code that links once. A new one of the same person takes the place of the old one; the row goes when it is used.
bot_code = Table(
    "bot_code",
    metadata,
    Column("person_id", Id, ForeignKey("person.person_id"), primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    Column("expires_at", UtcDateTime, nullable=False),
)

# The commands a server was last given, as a hash: they are sent again only when they differ.
bot_sync = Table(
    "bot_sync",
    metadata,
    Column("guild_id", Text, primary_key=True),
    Column("application_id", Text, nullable=False),
    Column("commands", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

# An issue's thread in one channel, kept up to date by edits. `shown`: hash of what `message_id` shows now.
bot_thread = Table(
    "bot_thread",
    metadata,
    Column("issue_id", Id, ForeignKey("issue.issue_id"), primary_key=True),
    Column("channel_id", Text, primary_key=True),
    Column("guild_id", Text, nullable=False),
    Column("thread_id", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("shown", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Index("ix_bot_thread_guild_id", "guild_id"),
    Index("ix_bot_thread_thread_id", "thread_id"),
)

# A message of ours whose buttons everybody there may press, also after a restart. `kind` and `about` say what it shows, such as
# "issue" and "12". A press on any other message does nothing.
bot_message = Table(
    "bot_message",
    metadata,
    Column("message_id", Text, primary_key=True),
    Column("guild_id", Text, nullable=False),
    Column("channel_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("shown", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Index("ix_bot_message_guild_id", "guild_id"),
    Index("ix_bot_message_kind_about", "kind", "about"),
)

BOT_TABLES = (bot_person, bot_code, bot_sync, bot_thread, bot_message)
