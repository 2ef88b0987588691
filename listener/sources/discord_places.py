"""Channels and threads of Discord as we see them: whose they are, who reads them, and whether we may write there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import discord


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A channel or thread that we see. `everyone_reads`: whoever is in the server reads it. `may_write`: we may."""

    channel_id: str
    guild_id: str
    name: str
    everyone_reads: bool
    may_write: bool


def place_of(client: discord.Client, channel_id: str) -> Place | None:
    """Return a channel that a client sees; None for one that it does not, or whose server is not known yet."""
    found: Any = client.get_channel(int(channel_id)) if channel_id.isdigit() else None
    guild = getattr(found, "guild", None)
    if found is None or guild is None or guild.me is None:
        return None
    above = getattr(found, "parent", None) or found
    ours = above.permissions_for(guild.me)
    return Place(
        channel_id=channel_id,
        guild_id=str(guild.id),
        name=str(getattr(found, "name", "")),
        everyone_reads=above.permissions_for(guild.default_role).view_channel,
        may_write=ours.view_channel and ours.send_messages and ours.embed_links,
    )


def sees(client: discord.Client, channel_id: str) -> bool:
    """Tell whether a client is told what happens in a channel or thread: it is in the server, and may view it."""
    found: Any = client.get_channel(int(channel_id)) if channel_id.isdigit() else None
    guild = getattr(found, "guild", None)
    above = getattr(found, "parent", None) or found
    return guild is not None and guild.me is not None and bool(above.permissions_for(guild.me).view_channel)


def parent_of(client: discord.Client, channel_id: str) -> str:
    """Return the channel that a thread hangs in; "" for what is no thread, or one that is closed and that nobody named to us."""
    found: Any = client.get_channel(int(channel_id)) if channel_id.isdigit() else None
    parent_id = getattr(found, "parent_id", None)
    return str(parent_id) if parent_id else ""
