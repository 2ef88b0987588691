"""The tables of the Discord bot: who is who, which commands a server has, and which messages of ours stand there with buttons."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Table, Text

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

# An issue's thread in one channel, kept up to date by edits. `shown`: hash of what `message_id` shows now. The row comes before the
# message: `state` is posting until Discord said where it is, then open or closed; `nonce` finds it again when no answer came. `stage` is
# the state of the issue that the thread was told last, `told` the nonce of the line that tells another one, while it is on its way.
bot_thread = Table(
    "bot_thread",
    metadata,
    Column("issue_id", Id, ForeignKey("issue.issue_id"), primary_key=True),
    Column("channel_id", Text, primary_key=True),
    Column("guild_id", Text, nullable=False),
    Column("thread_id", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("shown", Text, nullable=False),
    Column("state", Text, nullable=False, default=""),
    Column("nonce", Text, nullable=False, default=""),
    Column("stage", Text, nullable=False, default=""),
    Column("told", Text, nullable=False, default=""),
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

# What one button, menu or form does. Discord is given `press_id`, which is random and says nothing (RULES S23); `about` names things of
# ours by number, and what was shown of them. `until` is when it is forgotten: at some time for an answer that one person saw, never (null)
# for a message that stands in a channel.
bot_press = Table(
    "bot_press",
    metadata,
    Column("press_id", Text, primary_key=True),
    Column("verb", Text, nullable=False),
    Column("about", JSON, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime),
    Index("ix_bot_press_until", "until"),
)

# Who looked at a signal first: "somebody is on it" for everybody who reads the channel.
bot_signal_seen = Table(
    "bot_signal_seen",
    metadata,
    Column("signal_id", Id, ForeignKey("signal.signal_id"), primary_key=True),
    Column("seen_by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

BOT_TABLES = (bot_person, bot_code, bot_sync, bot_thread, bot_message, bot_press, bot_signal_seen)
