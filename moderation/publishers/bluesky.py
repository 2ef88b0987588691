"""Posts on Bluesky through the account's own PDS, with record keys of our own: the same key can only ever be the same post.

The account's profile should say that a program posts (self-label "bot", RULES P20); that is set once, by hand, in the app. Replies to
people who did not speak to the brand are refused by the policy gate, not here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr

from listener.errors import NotSent, PublishRejected, SourceRefused, SourceUnavailable
from listener.ports import Clock
from listener.settings.schema import HttpSettings
from moderation.messages.length import length
from moderation.model.post import Accepted, AccountId, Limits, OutgoingPost, PlaceNow, SeenPost, Target
from moderation.publishers.answer import Answer
from moderation.publishers.bluesky_records import (
    LAST_OF_OURS,
    MOST_BYTES,
    POSTS,
    Parent,
    key_time,
    link_facets,
    post_url,
    read_parent,
    read_record,
    read_uri,
    record_key,
)
from moderation.publishers.bluesky_session import BlueskySession
from moderation.publishers.http import WriteClient
from moderation.publishers.limits import BLUESKY
from moderation.publishers.removal import taken_away

PLATFORM = "bluesky"
REALM = "atproto"
"""One network: an account's id is the same on every server of it."""
SERVICE = "https://bsky.social"
PAGE = 100
MOST_PAGES = 200
_TOKEN_ERRORS = frozenset({"ExpiredToken", "InvalidToken"})
_SLACK = timedelta(hours=1)
"""How far the clock of an app that made a record key may have been off."""


class _Exists(Exception):
    """There is a record under this key already."""


class BlueskyPublisher:
    """One account. `identifier` is its handle or DID, `password` an app password (Settings, Privacy and security).

    API facts (lexicons com.atproto.repo.*, app.bsky.*; @atproto/pds 0.5.35; read and tried 2026-11-25): putRecord with `swapRecord` null
    makes a record and never changes one: a second put of other content under the same key is refused as InvalidSwap, and of the same
    content does nothing. createRecord answers a repeat with 500 (bluesky-social/atproto issue 3718, PR 4728), which says nothing.
    """

    native_key = BLUESKY.native_key
    key_seconds = BLUESKY.key_seconds
    looks_back = BLUESKY.looks_back
    can_edit = BLUESKY.can_edit
    can_remove = BLUESKY.can_remove

    def __init__(
        self, *, identifier: str, password: SecretStr, http: HttpSettings, clock: Clock, service: str = SERVICE, allow_private: bool = False
    ) -> None:
        self._clock = clock
        self._client = WriteClient(service, settings=http, judge=self._judge, allow_private=allow_private, clock=clock)
        self._session = BlueskySession(self._client, identifier=identifier, password=password, clock=clock)

    @property
    def limits(self) -> Limits:
        """How long a text may be; its bytes are checked beside its graphemes."""
        return BLUESKY.limits

    async def whoami(self) -> AccountId:
        """Ask the PDS whose session this is. Raises `SourceRefused` when the account is not active."""
        found = await self._ask("com.atproto.server.getSession", {})
        if not isinstance(found, dict) or not isinstance(found.get("did"), str) or not found["did"]:
            raise SourceUnavailable(f"{self._client.host} does not say whose account this is.")
        if found.get("active") is False:
            raise SourceRefused(f"The account is not active at {self._client.host}: {found.get('status', 'no reason given')}.")
        return AccountId(platform=PLATFORM, realm=REALM, native_id=found["did"], name=str(found.get("handle", "")))

    async def publish(self, post: OutgoingPost, *, key: str) -> Accepted:
        """Post once; see `Publisher.publish`. The post answered is read first: its newest version and its thread's root are named."""
        if post.removes:
            return await taken_away(self._remove(post.removes), post.removes)
        record = self._record(post)
        try:
            if post.target.thread_id:
                record["reply"] = await self._reply(post.target)
            did, headers = await self._session.did(), await self._session.headers()
        except SourceUnavailable as error:
            raise NotSent(str(error)) from error
        rkey = record_key(key)
        body = {"repo": did, "collection": POSTS, "rkey": rkey, "record": record, "swapRecord": None}
        try:
            made = await self._client.write_json("POST", "/xrpc/com.atproto.repo.putRecord", headers=headers, json=body)
        except _Exists:
            return await self._first(did, rkey, post.text)
        uri = made.get("uri")
        uri = uri if isinstance(uri, str) else ""
        return Accepted(platform_id=uri, url=post_url(uri))

    async def _remove(self, uri: str) -> None:
        """Delete one record of ours. Raises `PublishRejected` for an address that is not one of our own posts."""
        try:
            did, headers = await self._session.did(), await self._session.headers()
        except SourceUnavailable as error:
            raise NotSent(str(error)) from error
        found = read_uri(uri)
        if found is None or found[0] != did:
            raise PublishRejected("That is no post of this account.", why="invalid")
        body = {"repo": did, "collection": POSTS, "rkey": found[1]}
        await self._client.write("POST", "/xrpc/com.atproto.repo.deleteRecord", headers=headers, json=body)

    async def own_posts(self, target: Target, since: datetime) -> list[SeenPost]:
        """Return our posts in the target's thread since a moment: what we posted from here, and what people posted in the app.

        Read from the PDS, which knows its own records at once; the network's view of them comes later.
        """
        wanted = (target.thread_id, target.parent_id or target.thread_id) if target.thread_id else ("", "")
        return [seen for seen, above in await self._own(since) if any(one == other for one, other in zip(above, wanted, strict=True))]

    async def place_now(self, target: Target) -> PlaceNow:
        """Ask whether the post we would answer still stands, and whether its thread lets us in."""
        return PlaceNow.OPEN if not target.thread_id else (await self._parent(target)).place

    async def own_latest(self, since: datetime) -> list[SeenPost] | None:
        """Return what this account posted anywhere since a moment, through us or not."""
        return [seen for seen, _ in await self._own(since)]

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._client.aclose()

    def _record(self, post: OutgoingPost) -> dict[str, object]:
        if post.edits or post.media or post.title:
            raise PublishRejected("On Bluesky we post plain texts: no title, no files, and nothing is edited.", why="invalid")
        if length(post.text, self.limits) > self.limits.most or len(post.text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
            raise PublishRejected(f"The text is longer than {self.limits.most} graphemes or {MOST_BYTES} bytes.", why="too_long")
        made_at = self._clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        record: dict[str, object] = {"$type": POSTS, "text": post.text, "createdAt": made_at}
        if facets := link_facets(post.text):
            record["facets"] = facets
        return record

    async def _reply(self, target: Target) -> dict[str, Mapping[str, str]]:
        """Return the references of a reply, or raise what a platform would: gone, locked, banned, another thread than was approved."""
        found = await self._parent(target)
        if found.place is not PlaceNow.OPEN or found.root is None or found.parent is None:
            raise PublishRejected(f"The post to answer takes no replies from us: {found.why}.", why=found.why)
        if found.root["uri"] != target.thread_id:
            raise PublishRejected("The post to answer stands in another thread than was approved.", why="invalid")
        return {"root": found.root, "parent": found.parent}

    async def _parent(self, target: Target) -> Parent:
        uri = target.parent_id or target.thread_id
        if read_uri(uri) is None:
            return Parent(place=PlaceNow.GONE, why="gone")
        found = await self._ask("app.bsky.feed.getPosts", {"uris": uri})
        posts = found.get("posts") if isinstance(found, dict) else None
        if not isinstance(posts, list):
            raise SourceUnavailable(f"{self._client.host} does not say how the post to answer stands.")
        if not posts:
            return Parent(place=PlaceNow.GONE, why="gone")
        try:
            return read_parent(posts[0])
        except ValueError as error:
            raise SourceUnavailable(f"{self._client.host} shows a post that cannot be read.") from error

    async def _first(self, did: str, rkey: str, text: str) -> Accepted:
        """Return the post that stands under our key already. It can only be ours, made by an earlier attempt."""
        try:
            found = await self._ask("com.atproto.repo.getRecord", {"repo": did, "collection": POSTS, "rkey": rkey})
            seen, _ = read_record(found, unknown_time=self._clock.now())
        except (SourceUnavailable, SourceRefused, ValueError) as error:
            raise NotSent(f"This key was used before, but what stands there cannot be read now: {error}") from error
        if seen.text != text:
            raise PublishRejected("Another post stands under this key.", why="invalid")
        return Accepted(platform_id=seen.platform_id, url=seen.url)

    async def _own(self, since: datetime) -> list[tuple[SeenPost, tuple[str, str]]]:
        """Return our posts since a moment, oldest first, each with the addresses of its thread and of what it answers."""
        records = (*await self._listed(ours=True, since=since), *await self._listed(ours=False, since=since))
        try:
            read = [read_record(listed, unknown_time=self._clock.now()) for listed in records]
        except ValueError as error:
            raise SourceUnavailable(f"{self._client.host} lists a record that cannot be read.") from error
        each = {seen.platform_id: (seen, above) for seen, above in read if seen.posted_at >= since}
        return sorted(each.values(), key=lambda pair: pair[0].posted_at)

    async def _listed(self, *, ours: bool, since: datetime) -> list[Any]:
        """Return our repository's records that may matter. ours: those with our own keys, which come first when counted up."""
        params = {"repo": await self._session.did(), "collection": POSTS, "limit": str(PAGE), "reverse": "true" if ours else "false"}
        enough: Callable[[str], bool] = (lambda rkey: rkey > LAST_OF_OURS) if ours else (lambda rkey: _is_older(rkey, since))
        records: list[Any] = []
        for _ in range(MOST_PAGES):
            page = await self._ask("com.atproto.repo.listRecords", params)
            listed, cursor = (page.get("records"), page.get("cursor")) if isinstance(page, dict) else (None, None)
            if not isinstance(listed, list):
                raise SourceUnavailable(f"{self._client.host} does not list our posts.")
            records += listed
            if not listed or not isinstance(cursor, str) or not cursor or enough(cursor) or cursor == params.get("cursor"):
                return records
            params = {**params, "cursor": cursor}
        raise SourceUnavailable(f"This account has more than {MOST_PAGES * PAGE:,} posts to look through.")

    async def _ask(self, name: str, params: Mapping[str, str]) -> Any:
        """Ask something as ourselves; once more with a new session when an older one is refused (reading twice harms nobody)."""
        path = f"/xrpc/{name}"
        try:
            return await self._client.ask_json(path, headers=await self._session.headers(), params=params)
        except SourceRefused:
            if not self._session.drop():
                raise
            return await self._client.ask_json(path, headers=await self._session.headers(), params=params)

    def _judge(self, answer: Answer) -> Exception | None:
        """Read the refusals that mean something of their own; the rest is left to the table of statuses."""
        try:
            found = answer.json()
        except (ValueError, RecursionError):
            return None
        error = found.get("error") if isinstance(found, dict) else None
        if error == "InvalidSwap":
            return _Exists()
        if error in _TOKEN_ERRORS:
            self._session.drop()
            return NotSent(f"The session at {self._client.host} ended; nothing was posted.")
        if answer.status == 401:
            self._session.drop()
            return SourceRefused(f"{self._client.host} does not let this account post.")
        return None


def _is_older(rkey: str, since: datetime) -> bool:
    """Tell whether a record with this key, and all that come after it counted down, were made before `since`."""
    made = key_time(rkey)
    return rkey <= LAST_OF_OURS or (made is not None and made < since - _SLACK)
