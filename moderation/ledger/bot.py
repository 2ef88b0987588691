"""What the bot left in Discord's servers: the commands they were given, and our messages there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, delete, select

from listener.ledger.dialect import insert_missing
from listener.ledger.meta import MetaLedger
from listener.ledger.transactions import reading, writing
from listener.model.chat import Standing, standing_of
from moderation.ledger.audit import note
from moderation.ledger.tables_bot import bot_message, bot_sync, bot_thread

STANDING = "bot.standing"
CHANNELS = "bot.channels"


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """The commands that a server was last given: `commands` is their hash, "refused:" and Discord's code, or "" while that is not known."""

    application_id: str
    commands: str
    at: datetime

    @property
    def refused(self) -> str:
        """Discord's code when it did not take them; empty otherwise."""
        return self.commands.partition("refused:")[2]


class BotLedger:
    """How the bot stands, and what it left where."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._meta = MetaLedger(engine)

    def keep_standing(self, standing: Standing) -> None:
        """Keep how the connection stands, for who looks from another process."""
        self._meta.set(STANDING, standing.written())

    def standing(self) -> Standing | None:
        """Return how the connection last stood; None when it never was."""
        return standing_of(self._meta.get(STANDING))

    def keep_channels(self, why_not: Mapping[str, str]) -> None:
        """Keep why channels of the settings receive nothing, by id; "" where they may."""
        self._meta.set(CHANNELS, json.dumps(dict(why_not)))

    def channels(self) -> dict[str, str]:
        """Return why channels of the settings receive nothing, as it was last looked at."""
        try:
            found = json.loads(self._meta.get(CHANNELS) or "{}")
        except ValueError:
            return {}
        return {str(channel_id): str(why) for channel_id, why in found.items()} if isinstance(found, dict) else {}

    def synced(self) -> dict[str, Synced]:
        """Return what each server was given, by its id."""
        with reading(self._engine) as tx:
            return {
                row.guild_id: Synced(application_id=row.application_id, commands=row.commands, at=row.at)
                for row in tx.execute(select(bot_sync))
            }

    def keep_sync(self, guild_id: str, synced: Synced) -> None:
        """Keep what a server was given, in place of what it had."""
        with writing(self._engine) as tx:
            tx.execute(delete(bot_sync).where(bot_sync.c.guild_id == guild_id))
            row = {"guild_id": guild_id, "application_id": synced.application_id, "commands": synced.commands, "at": synced.at}
            tx.execute(insert_missing(tx.dialect, bot_sync), row)

    def places(self) -> frozenset[str]:
        """Return the servers of which anything is kept."""
        with reading(self._engine) as tx:
            return frozenset(
                guild_id for table in (bot_sync, bot_thread, bot_message) for guild_id in tx.execute(select(table.c.guild_id)).scalars()
            )

    def forget_place(self, guild_id: str, *, at: datetime) -> int:
        """Forget everything of a server that we are no longer in: its threads, our messages there and what their buttons did (RULES S24).

        Returns how many threads and messages that were.
        """
        with writing(self._engine) as tx:
            tx.execute(delete(bot_sync).where(bot_sync.c.guild_id == guild_id))
            rows = sum(tx.execute(delete(table).where(table.c.guild_id == guild_id)).rowcount for table in (bot_thread, bot_message))
            note(tx, at=at, who="bot", verb="left_discord_server", subject=f"discord:{guild_id}", detail={"rows": rows})
        return rows
