"""What the team's bot is told about channels that a source reads: new messages hurry its next pull, deleted ones are gone at once.

docs.discord.com/developers/events/gateway-events, read 2026-11-27: with the intent "guild_messages" (not privileged) MESSAGE_CREATE,
_UPDATE, _DELETE and _DELETE_BULK come for every channel that the bot may view. Their ids are all that is used; their words stay empty
without the intent for them, and are not wished for. A link that Discord unfolds is an update too, without a time of edit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from listener.model.chat import Stand, Standing
from listener.model.mention import MentionKey, Removal
from listener.model.push import Arrived, Connected, Edited, Gone, Pushed
from listener.sources.discord_items import PLATFORM, removal_of
from listener.sources.fields import moment, number, rows, word

_THREADS = frozenset({"THREAD_CREATE", "THREAD_DELETE", "CHANNEL_DELETE"})


class Takes(Protocol):
    """Who does something with it; see `listener.streams.StreamSchedule`."""

    async def take(self, source_id: str, pushed: Pushed) -> None: ...
    async def lost(self, source_id: str, why: str = "") -> None: ...


class Sight(Protocol):
    """What the connection knows of channels; see `DiscordConnection`."""

    def sees(self, channel_id: str) -> bool: ...
    def parent_of(self, channel_id: str) -> str: ...


class DiscordPush:
    """Attached to the connection beside the bot. `channels` are those that each source reads, by its id.

    The bot may be another one than that which reads: where it does not see a channel it tells nothing, and pulls go on as they do.
    """

    intents: frozenset[str] = frozenset({"guild_messages"})

    def __init__(self, channels: Mapping[str, Sequence[str]], sight: Sight, takes: Takes) -> None:
        self._channels = {source: tuple(ids) for source, ids in channels.items()}
        self._sight = sight
        self._takes = takes
        self._up: set[str] = set()

    async def connected(self) -> None:
        """Begin anew, or go on: what was missed meanwhile is for a pull."""
        await self._look_around()

    async def joined(self, guild_id: str) -> None:
        """Look again which channels are seen: now this server's are known."""
        del guild_id
        await self._look_around(only_new=True)

    async def left(self, guild_id: str) -> None:
        """Look which channels are not seen any more."""
        del guild_id
        await self._look_around(only_new=True)

    async def interaction(self, body: Mapping[str, Any]) -> None:
        """Nothing: that is the bot's."""

    async def stood(self, standing: Standing) -> None:
        """Tell sources that were told of that they are not any more."""
        if standing.stand is not Stand.CONNECTED:
            up, self._up = self._up, set()
            for source in sorted(up):
                await self._takes.lost(source, standing.why or "the connection to Discord is down")

    async def message(self, event: str, body: Mapping[str, Any]) -> None:
        """Take an event: of a place that sources read for them, a deletion elsewhere only where the message is ours all the same."""
        guild, place = word(body, "guild_id"), word(body, "id" if event in _THREADS else "channel_id")
        if not number(guild) or not number(place):
            return
        above = word(body, "parent_id") or self._sight.parent_of(place)
        reads = [source for source, channels in self._channels.items() if place in channels or (above and above in channels)]
        if event in ("MESSAGE_DELETE", "MESSAGE_DELETE_BULK"):
            gone = _gone(guild, [word(body, "id")] if event == "MESSAGE_DELETE" else rows(body, "ids"))
            if gone and self._channels:
                await self._takes.take(reads[0] if reads else next(iter(self._channels)), Gone(removals=gone, only_known=not reads))
            return
        pushed = _pushed(event, guild, body)
        if pushed is not None:
            for source in reads:
                await self._takes.take(source, pushed)

    async def _look_around(self, *, only_new: bool = False) -> None:
        """Say which sources are told of: those whose channels are all seen. `only_new`: and were not a moment ago."""
        for source, channels in self._channels.items():
            unseen = [one for one in channels if not self._sight.sees(one)]
            if not unseen and not (only_new and source in self._up):
                self._up.add(source)
                await self._takes.take(source, Connected())
            elif unseen and (source in self._up or len(unseen) < len(channels)):
                self._up.discard(source)
                await self._takes.lost(source, f"the team's bot does not see channel {unseen[0]}")


def _pushed(event: str, guild: str, body: Mapping[str, Any]) -> Pushed | None:
    if event == "MESSAGE_UPDATE":
        message_id = word(body, "id")
        edited = number(message_id) and moment(body.get("edited_timestamp")) is not None
        return Edited((MentionKey(PLATFORM, guild, message_id),)) if edited else None
    return Arrived() if event == "MESSAGE_CREATE" or event in _THREADS else None


def _gone(guild: str, ids: Sequence[Any]) -> tuple[Removal, ...]:
    return tuple(removal_of(guild, one) for one in ids if isinstance(one, str) and number(one))
