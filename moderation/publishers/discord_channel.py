"""Discord through discord.py's HTTP routes, without its gateway: a message in a channel or thread, a reply, a forum post, and edits.

API facts (docs.discord.com, read 2026-11-25; discord.py 2.7.1 as installed): POST /channels/{id}/messages takes `nonce` (up to 25 signs)
and `enforce_nonce`: a nonce known from "the past few minutes" gives the first message back; `handle_message_parameters` sends both. POST
/channels/{id}/threads starts a forum post, without a nonce. DELETE /channels/{id}/messages/{id} answers 204, and 404 with code 10008 for
a message that is gone. Messages come newest first, 100 a page, by snowflake. discord.py sends again on 500, 502, 504, 524, lost
connections and 429; `discord_requests` keeps it from that (RULES M9).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from listener.errors import NotSent, PublishRejected, PublishUnknown, SourceUnavailable
from listener.ports import Clock
from moderation.messages.length import length
from moderation.model.post import Accepted, AccountId, Limits, OutgoingPost, PlaceNow, SeenPost, Target
from moderation.publishers.discord_requests import API_URL, DiscordRequests, NotShown
from moderation.publishers.limits import DISCORD
from moderation.publishers.removal import taken_away

PLATFORM = "discord"
REALM = "discord.com"
NONCE_LENGTH = 25
_PAGE = 100
_MOST_PAGES = 50
_MOST_THREADS = 50
_RECENT = timedelta(hours=1)
_GONE, _CLOSED = (10003, 10008), (50001, 50013)


class DiscordPublisher:
    """One bot account. `channels`: where it posts, for `own_latest` (Discord lists messages by channel only); none: it cannot tell.

    Places: `Target.thread_id` is the channel or thread to speak in; empty means the channel or forum `realm`, and with a title
    a new post in that forum. `Target.parent_id` is the message answered.
    """

    native_key = DISCORD.native_key
    key_seconds = DISCORD.key_seconds
    looks_back = DISCORD.looks_back
    can_edit = DISCORD.can_edit
    can_remove = DISCORD.can_remove

    def __init__(
        self, token: str, clock: Clock, *, channels: Iterable[str] = (), timeout_seconds: float = 20.0, api_url: str = API_URL
    ) -> None:
        self._http = DiscordRequests(token, clock, api_url=api_url, timeout_seconds=timeout_seconds)
        self._channels = tuple(channels)
        self._own_id = ""

    @property
    def limits(self) -> Limits:
        return DISCORD.limits

    async def whoami(self) -> AccountId:
        """Ask whose token this is; `native_id` is the bot's user id."""
        me = await self._http.ask("GET", "/users/@me")
        self._own_id = str(me["id"])
        return AccountId(platform=PLATFORM, realm=REALM, native_id=self._own_id, name=str(me["username"]))

    async def publish(self, post: OutgoingPost, *, key: str) -> Accepted:
        """Post with the first 25 signs of `key` as nonce; nobody is pinged, whatever the text says. A forum post has no nonce:
        one with the same words in the last hour is not made again.
        """
        if post.removes:
            return await taken_away(self._remove(post), post.removes)
        _must_fit(post)
        if post.edits:
            return await self._edit(post)
        if post.title and not post.target.thread_id:
            return await self._start_forum_post(post)
        channel = post.target.thread_id or post.target.realm
        made = await self._http.write(lambda client: client.send_message(channel, params=_message(post, nonce=key[:NONCE_LENGTH])))
        return _accepted(made, channel)

    async def own_posts(self, target: Target, since: datetime) -> list[SeenPost]:
        """Return this account's messages in the channel or thread (its posts in the forum, without a thread), oldest first."""
        own = self._own_id or (await self.whoami()).native_id
        if target.thread_id:
            return await self._history(target.thread_id, own, since)
        place = await self._http.ask("GET", "/channels/{channel_id}", channel_id=target.realm)
        if place.get("type") in (15, 16):  # a forum, or a media channel
            return await self._forum_posts(place, own, since)
        return await self._history(target.realm, own, since)

    async def own_latest(self, since: datetime) -> list[SeenPost] | None:
        """Return this account's messages in the channels it was told of, oldest first."""
        if not self._channels:
            return None
        own = self._own_id or (await self.whoami()).native_id
        found = [one for channel in self._channels for one in await self._history(channel, own, since)]
        return sorted(found, key=lambda one: one.posted_at)

    async def place_now(self, target: Target) -> PlaceNow:
        """Ask whether the channel or thread is there and unlocked, and the message to answer too."""
        channel = target.thread_id or target.realm
        try:
            place = await self._http.ask("GET", "/channels/{channel_id}", channel_id=channel)
            if target.parent_id and target.parent_id != channel:
                await self._http.ask("GET", "/channels/{channel_id}/messages/{message_id}", channel_id=channel, message_id=target.parent_id)
        except NotShown as refused:
            if refused.code in _GONE or refused.status == 404:
                return PlaceNow.GONE
            if refused.code in _CLOSED:
                return PlaceNow.LOCKED
            raise
        return PlaceNow.LOCKED if place.get("thread_metadata", {}).get("locked") else PlaceNow.OPEN

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._http.aclose()

    async def _edit(self, post: OutgoingPost) -> Accepted:
        channel = _channel_of(post, post.edits)
        made = await self._http.write(lambda client: client.edit_message(channel, post.edits, params=_message(post)))
        return _accepted(made, channel)

    async def _remove(self, post: OutgoingPost) -> None:
        """Delete one message of ours: a bot that may manage messages could delete anybody's, so its author is asked first."""
        channel, own = _channel_of(post, post.removes), self._own_id or (await self.whoami()).native_id
        try:
            there = await self._http.ask("GET", "/channels/{channel_id}/messages/{message_id}", channel_id=channel, message_id=post.removes)
        except NotShown as refused:
            if refused.code in _GONE or refused.status == 404:
                return
            raise
        except SourceUnavailable as error:
            raise NotSent(f"{error} Nothing was deleted.") from error
        if str((there.get("author") or {}).get("id", "")) != own:
            raise PublishRejected("That message is not this account's.", why="forbidden")
        await self._http.delete(lambda client: client.delete_message(channel, post.removes))

    async def _start_forum_post(self, post: OutgoingPost) -> Accepted:
        """Look first, for Discord drops no repeats here: a post with these words that is there already is looked for, not made again."""
        recent = self._http.now() - _RECENT
        try:
            there = await self.own_posts(post.target, recent)
        except SourceUnavailable as error:
            raise NotSent(f"{error} Nothing was sent.") from error
        if any(one.text == post.text for one in there):
            raise PublishUnknown("A forum post with these words is there already; it is looked for.")
        made = await self._http.write(
            lambda client: client.start_thread_in_forum(post.target.realm, params=_message(post, channel_payload={"name": post.title}))
        )
        return _accepted(made.get("message") or {}, str(made.get("id", "")))

    async def _history(self, channel: str, own: str, since: datetime) -> list[SeenPost]:
        """Read the channel forward from `since`. Raises `SourceUnavailable` when that takes more than 5,000 messages."""
        from discord.utils import time_snowflake

        after, seen = str(time_snowflake(since) - 1), list[SeenPost]()
        for _ in range(_MOST_PAGES):
            page = await self._http.ask(
                "GET", "/channels/{channel_id}/messages", channel_id=channel, params={"limit": _PAGE, "after": after}
            )
            page = sorted(page, key=lambda message: int(message["id"]))
            seen += [_seen(one, channel) for one in page if one["author"]["id"] == own and _moment(one) >= since]
            if len(page) < _PAGE:
                return seen
            after = page[-1]["id"]
        raise SourceUnavailable("Discord has more messages there since then than we read.")

    async def _forum_posts(self, forum: dict[str, Any], own: str, since: datetime) -> list[SeenPost]:
        active = await self._http.ask("GET", "/guilds/{guild_id}/threads/active", guild_id=str(forum["guild_id"]))
        archived = await self._http.ask(
            "GET", "/channels/{channel_id}/threads/archived/public", channel_id=str(forum["id"]), params={"limit": _MOST_THREADS}
        )
        threads = [one for one in (*active["threads"], *archived["threads"]) if one["parent_id"] == forum["id"] and one["owner_id"] == own]
        found = {thread["id"]: await self._history(thread["id"], own, since) for thread in threads}
        first = [one for thread, posts in found.items() for one in posts if one.platform_id == thread]
        return sorted(first, key=lambda one: one.posted_at)


def _channel_of(post: OutgoingPost, message_id: str) -> str:
    """Return the channel of a message of ours: the first message of a forum post has the id of its thread."""
    return post.target.thread_id or (message_id if post.title else post.target.realm)


def _must_fit(post: OutgoingPost) -> None:
    """Refuse what Discord would refuse, before asking; nothing is cut."""
    if length(post.text, DISCORD.limits) > DISCORD.limits.most:
        raise PublishRejected(f"Discord takes {DISCORD.limits.most} characters.", why="too_long")
    if len(post.title) > DISCORD.title_most:
        raise PublishRejected(f"Discord takes titles of {DISCORD.title_most} characters.", why="too_long")


def _message(post: OutgoingPost, *, nonce: str | None = None, **more: Any) -> Any:
    """Return discord.py's form of a message that mentions nobody, whatever its text says, and pings nobody it answers."""
    from discord import AllowedMentions
    from discord.http import handle_message_parameters

    above = post.target.parent_id
    if above and above != post.target.thread_id and not post.edits:  # what a thread began with may lie in the channel above it
        more["message_reference"] = {"message_id": above, "fail_if_not_exists": True}
    nobody = AllowedMentions.none()
    return handle_message_parameters(post.text, nonce=nonce, allowed_mentions=nobody, mention_author=False, **more)


def _accepted(made: dict[str, Any], channel: str) -> Accepted:
    """Return what Discord made. Raises `PublishUnknown` when it gave no id."""
    if not made.get("id"):
        raise PublishUnknown("Discord accepted, but did not say what.")
    return Accepted(platform_id=str(made["id"]), url=_url(made, channel))


def _url(message: dict[str, Any], channel: str) -> str:
    return f"https://discord.com/channels/{message.get('guild_id', '@me')}/{channel}/{message['id']}"


def _moment(message: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(str(message["timestamp"])).astimezone(UTC)


def _seen(message: dict[str, Any], channel: str) -> SeenPost:
    return SeenPost(platform_id=str(message["id"]), text=str(message["content"]), posted_at=_moment(message), url=_url(message, channel))
