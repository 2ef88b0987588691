"""Discord's HTTP API as a bot asks it to read: channels, their threads, and messages. docs.discord.com/developers, v10, as of 2026-11."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from listener.errors import SourceRefused, SourceUnavailable
from listener.sources.discord_items import id_at
from listener.sources.fields import moment, number, objects, part, word
from listener.sources.http import HttpClient, product_version
from listener.sources.json_text import read_json, read_object
from listener.sources.turns import PlaceRefused

API = "https://discord.com/api/v10"
PAGE = 100
FORUMS = frozenset({15, 16})
"""Forums and media channels: nothing but threads."""
SPOKEN_IN = frozenset({0, 2, 5, 10, 11, 12, 13})
"""Channels and threads that hold messages; a category, or a list of servers, does not."""
MOST_ARCHIVE_PAGES = 5
UNKNOWN = frozenset({10003, 10008})
"""Discord's own numbers for a channel and a message that are not there; a 404 without one may be anybody's."""
HOW_TO = "put the bot's token into KLANKBORD_DISCORD_READ_BOT_TOKEN (or KLANKBORD_DISCORD_BOT_TOKEN)"


class DiscordRest:
    """Questions of one bot. Raises what `HttpClient.get` does, in words that say what to do."""

    def __init__(
        self,
        *,
        token: Callable[[], str],
        http: HttpClient,
        base: str = "",
        allow_http: bool = False,
        allow_private: bool = False,
    ) -> None:
        self._token = token
        self._http = http
        self._base = (base or API).rstrip("/")
        self._allow_http = allow_http
        self._allow_private = allow_private

    async def channel(self, channel_id: str) -> Mapping[str, Any]:
        """Return a channel or thread. Raises `SourceRefused` for one that the bot does not see, or that is in no server."""
        found = await self._ask(f"/channels/{channel_id}")
        if word(found, "id") != channel_id or not isinstance(found, Mapping):
            raise SourceUnavailable("discord.com answered something that is no channel.")
        if not word(found, "guild_id"):
            raise PlaceRefused(f"Discord's channel {channel_id} is in no server.", cause="not_found")
        if found.get("type") not in FORUMS | SPOKEN_IN:
            raise PlaceRefused(f"Discord's channel {channel_id} holds no messages; name a text channel, a forum or a thread.")
        return found

    async def threads(self, channel: Mapping[str, Any], *, since: datetime) -> tuple[list[Mapping[str, Any]], bool]:
        """Return the public threads of a channel that are open or were closed after `since`, and whether that is all of them."""
        channel_id = word(channel, "id")
        active = await self._listed(f"/guilds/{word(channel, 'guild_id')}/threads/active")
        found = {word(one, "id"): one for one in objects(active, "threads") if word(one, "parent_id") == channel_id}
        before, whole = "", False
        for _ in range(MOST_ARCHIVE_PAGES):
            arguments = {"limit": str(PAGE), **({"before": before} if before else {})}
            closed = await self._listed(f"/channels/{channel_id}/threads/archived/public", arguments)
            listed = objects(closed, "threads")
            times = {word(one, "id"): word(part(one, "thread_metadata"), "archive_timestamp") for one in listed}
            recent = [one for one in listed if (at := moment(times[word(one, "id")])) is None or at >= since]
            found = {word(one, "id"): one for one in recent} | found
            before = times[word(listed[-1], "id")] if listed else ""
            whole = closed.get("has_more") is not True or len(recent) < len(listed) or not before
            if whole:
                break
        return [one for thread_id, one in found.items() if number(thread_id)], whole

    async def messages(self, place: str, *, after: int) -> list[Mapping[str, Any]]:
        """Return the first hundred messages behind `after` in a channel or thread, oldest first; an empty one for rows without an id."""
        found = await self._ask(f"/channels/{place}/messages", {"limit": str(PAGE), "after": str(after)})
        if not isinstance(found, list):
            raise SourceUnavailable("discord.com answered something that is no list of messages.")
        known = [one for one in found if isinstance(one, Mapping) and number(one.get("id"))]
        if found and not known:
            raise SourceUnavailable("discord.com answered a list that holds no messages.")
        listed = [one for one in known if number(one.get("id")) > after]
        strange: list[Mapping[str, Any]] = [{}] if len(known) < len(found) else []
        return [*strange, *sorted(listed, key=lambda one: number(one.get("id")))]

    async def message(self, place: str, message_id: str) -> Mapping[str, Any] | None:
        """Return one message as it stands now; None when it, or its channel, is gone."""
        try:
            found = await self._ask(f"/channels/{place}/messages/{message_id}")
        except SourceRefused as error:
            if is_gone(error):
                return None
            raise
        return found if isinstance(found, Mapping) else None

    async def _listed(self, path: str, arguments: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        found = await self._ask(path, arguments)
        if not isinstance(found, Mapping) or not isinstance(found.get("threads"), list):
            raise SourceUnavailable("discord.com answered something that is no list of threads.")
        return found

    async def _ask(self, path: str, arguments: Mapping[str, str] | None = None) -> object:
        token = self._token()
        if not token:
            raise SourceRefused(f"Discord is read by a bot: {HOW_TO}.", cause="token_missing")
        if not (token.isascii() and token.isprintable()):
            raise SourceRefused("The token for Discord holds characters that no token has; copy it again.", cause="token_rejected")
        url = f"{self._base}{path}{'?' + urlencode(arguments, errors='replace') if arguments else ''}"
        headers = {
            "Authorization": f"Bot {token}",
            "Accept": "application/json",
            "User-Agent": f"DiscordBot (Klankbord, {product_version()})",
        }
        try:
            answer = await self._http.get(url, headers=headers, allow_http=self._allow_http, allow_private=self._allow_private)
        except SourceRefused as error:
            raise _in_our_words(error) from error
        try:
            return read_json(answer.body)
        except ValueError as error:
            raise SourceUnavailable(f"discord.com answered something that is {error}.") from error


def first_id(when: datetime) -> int:
    """Return the id behind which everything since `when` lies."""
    return max(0, id_at(when) - 1)


def is_gone(error: SourceRefused) -> bool:
    """Tell whether Discord itself says that a channel, a thread or a message is not there."""
    return error.status == 404 and read_object(error.said).get("code") in UNKNOWN


def _in_our_words(error: SourceRefused) -> SourceRefused:
    """Tell a token that ended (401) from a channel that the bot may not see (403) and one that is gone (404)."""
    if error.status == 401:
        return SourceRefused(f"Discord does not take our token any more: {HOW_TO}.", cause="token_rejected", status=401)
    if error.status == 403:
        said = "the bot may not see this; let its role view the channel and read its message history"
        return SourceRefused(f"discord.com: {said}.", cause="scope_missing", status=403)
    if error.status == 404:
        said = "discord.com: there is no such channel or message; check the channel's id."
        return SourceRefused(said, cause="not_found", status=404, said=error.said)
    return error
