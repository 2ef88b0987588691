"""X through tweepy: a reply, or a post of its own. One request a post, never repeated; X has no key against repeats.

API facts (docs.x.com, read 2026-11-25; tweepy 4.17.0 as installed): POST /2/tweets (`text`, `reply.in_reply_to_tweet_id`), DELETE
/2/tweets/:id (`data.deleted`; 404 for one that is not there), GET /2/users/me, GET /2/users/:id/tweets (`start_time`, pages of 5 to 100,
the newest 3,200), GET /2/tweets?ids=. The same text again is refused with 403 "You are not allowed to create a Tweet with duplicate
content": then the first one may be there, so that counts as unknown and is looked for. Texts come back HTML-escaped, with links as t.co
and, in replies, with the names of those answered put in front; what we return is undone as far as `entities` tell. An edit needs a
subscription and is not done by program. tweepy sends to api.twitter.com, sets no time-out, and waits on 429 only when told to;
`blocking.OneTry` stands below it.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from listener.errors import ProductError, PublishRejected, PublishUnknown, SourceRefused, SourceUnavailable
from listener.ports import Clock
from moderation.messages.length import length
from moderation.model.post import Accepted, AccountId, Limits, OutgoingPost, PlaceNow, SeenPost, Target
from moderation.publishers.blocking import InThread, OneTry
from moderation.publishers.limits import X
from moderation.publishers.removal import taken_away
from moderation.publishers.said import Said

PLATFORM = "x"
REALM = "x.com"
MOST_LISTED = 3_200
_HOST = "https://api.twitter.com"
_PAGE = 100
_FIELDS = "created_at,conversation_id,entities,in_reply_to_user_id,referenced_tweets"


@dataclass(frozen=True, slots=True, kw_only=True)
class XAccess:
    """Who posts: the four keys of OAuth 1.0a, or one token of OAuth 2.0 with user context."""

    consumer_key: str = field(default="", repr=False)
    consumer_secret: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)
    access_token_secret: str = field(default="", repr=False)
    user_token: str = field(default="", repr=False)


class XPublisher:
    """One account. `api_url` is for tests."""

    native_key = X.native_key
    key_seconds = X.key_seconds
    looks_back = X.looks_back
    can_edit = X.can_edit
    can_remove = X.can_remove

    def __init__(self, access: XAccess, clock: Clock, *, timeout_seconds: float = 20.0, api_url: str = "https://api.x.com") -> None:
        self._access = access
        self._clock = clock
        self._timeout = timeout_seconds
        self._api_url = api_url
        self._thread = InThread("X", seconds=timeout_seconds * 1.5)
        self._client: Any = None
        self._user_id = ""

    @property
    def limits(self) -> Limits:
        return X.limits

    async def whoami(self) -> AccountId:
        """Ask whose account this is; `native_id` is the user's number, which never changes."""

        def ask() -> AccountId:
            me = self._ask("GET", "/2/users/me")["data"]
            return AccountId(platform=PLATFORM, realm=REALM, native_id=str(me["id"]), name=str(me["username"]))

        account = await self._thread.ask(ask)
        self._user_id = account.native_id
        return account

    async def publish(self, post: OutgoingPost, *, key: str) -> Accepted:  # noqa: ARG002  # X knows no keys
        """Reply to `parent_id` (else to the thread's first post), post on our own page when there is no thread, or delete `removes`."""
        if post.removes:
            return await taken_away(self._thread.write(lambda: self._remove(post.removes)), post.removes)
        if post.edits:
            raise PublishRejected("X lets no program change a post; send a follow-up.", why="invalid")
        if (counted := length(post.text, X.limits)) > X.limits.most:
            raise PublishRejected(f"X takes {X.limits.most} by its own count; the text has {counted}.", why="too_long")
        above = post.target.parent_id or post.target.thread_id

        def send() -> Accepted:
            made = self._opened().create_tweet(text=post.text, in_reply_to_tweet_id=above or None, user_auth=self._oauth1)
            number = str(made["data"]["id"])
            return Accepted(platform_id=number, url=f"https://x.com/i/status/{number}")

        return await self._thread.write(send)

    def _remove(self, number: str) -> Accepted:
        said = self._opened().delete_tweet(number, user_auth=self._oauth1)
        if not (said.get("data") or {}).get("deleted"):
            raise PublishUnknown("X did not say that the post was deleted.")
        return Accepted(platform_id=number)

    async def own_posts(self, target: Target, since: datetime) -> list[SeenPost]:
        """Return this account's posts in the conversation (those that answer nobody, when there is no thread), oldest first."""
        ours = await self._own(since)
        if not target.thread_id:
            return [_seen(one) for one in ours if not _answers(one)]
        near = {target.thread_id, target.parent_id} - {""}
        return [_seen(one) for one in ours if one.get("conversation_id") == target.thread_id or _answers(one) in near]

    async def own_latest(self, since: datetime) -> list[SeenPost] | None:
        """Return this account's posts and replies, oldest first."""
        return [_seen(one) for one in await self._own(since)]

    async def place_now(self, target: Target) -> PlaceNow:
        """Ask whether the post to answer is still shown to us, and to whom its author left answering."""
        above = target.parent_id or target.thread_id
        if not above:
            return PlaceNow.OPEN
        params = {"ids": above, "tweet.fields": "reply_settings"}
        found = (await self._thread.ask(lambda: self._ask("GET", "/2/tweets", params))).get("data")
        if not found:
            return PlaceNow.GONE
        # others than "everyone" depend on whether the author knows us, which only X can tell
        return PlaceNow.OPEN if found[0].get("reply_settings", "everyone") in ("everyone", "mentionedUsers") else PlaceNow.LOCKED

    async def aclose(self) -> None:
        """Let go of the connection and its thread."""
        self._thread.close()
        if self._client is not None:
            self._client.session.close()
        self._client = None

    @property
    def _oauth1(self) -> bool:
        return not self._access.user_token

    def _opened(self) -> Any:
        if self._client is None:
            import tweepy

            access = self._access
            self._client = tweepy.Client(
                bearer_token=access.user_token or None,
                consumer_key=access.consumer_key or None,
                consumer_secret=access.consumer_secret or None,
                access_token=access.access_token or None,
                access_token_secret=access.access_token_secret or None,
                wait_on_rate_limit=False,
                return_type=dict,
            )
            self._client.session = OneTry(
                "X",
                is_write=lambda method, _url: method != "GET",
                refusal=_refusal,
                timeout_seconds=self._timeout,
                now=self._clock.now,
                base=(_HOST, self._api_url),
            )
        return self._client

    def _ask(self, method: str, path: str, params: dict[str, str] | None = None) -> dict[str, Any]:
        found: dict[str, Any] = self._opened().request(method, path, params=params or {}, user_auth=self._oauth1).json()
        return found

    async def _own(self, since: datetime) -> list[dict[str, Any]]:
        """Return our own posts since a moment, oldest first. Raises `SourceUnavailable` when X does not list that far back."""
        user = self._user_id or (await self.whoami()).native_id
        newest_first = await self._thread.ask(lambda: list(self._pages(user, since)))
        return newest_first[::-1]

    def _pages(self, user: str, since: datetime) -> Iterator[dict[str, Any]]:
        params = {"start_time": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "max_results": str(_PAGE), "tweet.fields": _FIELDS}
        for _ in range(MOST_LISTED // _PAGE):
            page = self._ask("GET", f"/2/users/{user}/tweets", params)
            if "data" not in page and page.get("meta", {}).get("result_count") != 0:  # errors in place of posts are no empty list
                raise SourceUnavailable("X did not say which posts are ours.")
            yield from page.get("data", [])
            if "next_token" not in page["meta"]:
                return
            params["pagination_token"] = page["meta"]["next_token"]
        raise SourceUnavailable("X lists only the newest 3,200 posts of an account, and we look for an older one.")


def _refusal(said: Said) -> ProductError | None:
    """Read a 4xx by its `detail` (and the codes of the older API that come with it)."""
    if not said.write:
        return None
    fields = said.fields()
    words = f"{fields.get('detail', '')} {fields.get('errors', '')}".lower()
    if "duplicate content" in words or "status is a duplicate" in words:
        return PublishUnknown("X says that this text is there already; it is looked for.")
    if "deleted or not visible" in words or "has been deleted" in words:
        return PublishRejected("The post to answer is gone.", why="gone")
    if "not been mentioned" in words or "reply to this conversation is not allowed" in words or "can reply" in words:
        return PublishRejected("X lets only some accounts answer this post, and not this one.", why="locked")
    if "blocked from" in words or "suspended" in words:
        return PublishRejected("X does not let this account answer that one.", why="banned")
    if "too long" in words:
        return PublishRejected("X finds the text too long.", why="too_long")
    if said.status == 403 and "oauth" in words:  # the application may only read
        return SourceRefused("X does not let this application post; a person has to change its permissions.")
    return None


def _answers(one: dict[str, Any]) -> str:
    return next((str(other["id"]) for other in one.get("referenced_tweets") or () if other["type"] == "replied_to"), "")


def _seen(one: dict[str, Any]) -> SeenPost:
    moment = datetime.fromisoformat(str(one["created_at"]))
    return SeenPost(platform_id=str(one["id"]), text=_as_sent(one), posted_at=moment, url=f"https://x.com/i/status/{one['id']}")


def _as_sent(one: dict[str, Any]) -> str:
    """Return the text without what X put into it: names in front of a reply, t.co links, HTML escapes."""
    text, entities = str(one["text"]), one.get("entities") or {}
    if _answers(one):
        for name in sorted(entities.get("mentions") or (), key=lambda mention: mention["start"]):
            prefix = f"@{name['username']} "
            if not text.lower().startswith(prefix.lower()):
                break
            text = text[len(prefix) :]
    for link in entities.get("urls") or ():
        text = text.replace(str(link["url"]), str(link.get("expanded_url") or link["url"]))
    return html.unescape(text)
