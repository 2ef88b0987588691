"""Posts on one Discourse forum as one ordinary user: replies, topics of our own, edits. Never as staff: for staff repeats are let through.

`Target.realm` is the forum's host, `thread_id` the number of the topic, `parent_id` the id of the post answered ("" answers the topic).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from listener.errors import NotSent, ProductError, PublishRejected, PublishUnknown, SourceRefused, SourceUnavailable
from listener.ports import Clock
from listener.settings.schema import HttpSettings
from moderation.messages.length import length
from moderation.model.post import Accepted, AccountId, Limits, OutgoingPost, PlaceNow, SeenPost, Target
from moderation.publishers.answer import Answer, made_at, object_in
from moderation.publishers.http import WriteClient, path_part
from moderation.publishers.limits import DISCOURSE
from moderation.publishers.removal import taken_away

PLATFORM = "discourse"
CHUNK = 20
"""Posts asked for at a time; a forum shows as many."""
ACTIONS = 30
PRIVATE = "private_message"
"""A topic's `archetype` when only those who were invited read it; all else says "regular" (app/models/archetype.rb)."""
MOST_REQUESTS = 100
_SIMILAR = re.compile(r"similar to what you recently posted|lijkt te veel op", re.IGNORECASE)
_CLOSED = re.compile(r"closed or deleted|gesloten of verwijderd", re.IGNORECASE)
_TOO_LONG = re.compile(r"too long|maximum is|te lang|limited to \d+ characters|maximaal \d+", re.IGNORECASE)
_PLAIN_NO = re.compile(
    r"too short|minimum is|te kort|minimaal|can't be blank|mag niet leeg|unclear|onduidelijk|invalid|ongeldig", re.IGNORECASE
)


class DiscoursePublisher:
    """One user of one forum, by an API key that an administrator made for that one user (scope: global).

    API facts (docs.discourse.org; discourse/discourse app/controllers/posts_controller.rb, lib/validators/post_validator.rb,
    lib/post_creator.rb, config/locales/server.en.yml; read 2026-11-26): POST /posts.json makes a reply or, with a title, a topic; what is
    queued for a moderator answers 200 with "enqueued" and no post. The same text by the same user is refused with 422 for
    `unique_posts_mins` (5), but not for staff: that refusal says that the first one is there. A reply to a closed or deleted topic is 422
    too. 429 carries `extras.wait_seconds`. Refusals are worded in the user's language: one we cannot read counts as unknown.
    """

    native_key = DISCOURSE.native_key
    key_seconds = DISCOURSE.key_seconds
    looks_back = DISCOURSE.looks_back
    can_edit = DISCOURSE.can_edit
    can_remove = DISCOURSE.can_remove

    def __init__(
        self,
        forum: str,
        *,
        username: str,
        api_key: SecretStr,
        http: HttpSettings,
        clock: Clock,
        category: int = 0,
        allow_private: bool = False,
    ) -> None:
        self._base = forum.rstrip("/")
        self._username = username
        self._api_key = api_key
        self._category = category
        self._client = WriteClient(forum, settings=http, headers=self._headers, judge=self._judge, allow_private=allow_private, clock=clock)

    @property
    def limits(self) -> Limits:
        """How long a text may be."""
        return DISCOURSE.limits

    async def whoami(self) -> AccountId:
        """Ask whose key this is. Raises `SourceRefused` when it is an administrator's or moderator's."""
        answer = await self._client.ask("/session/current.json", gone=True)
        if answer.status != 200:
            raise SourceRefused(f"{self._client.host} does not know {self._username} by this key.")
        me = object_in(object_in(self._client.read_json(answer), self._client.host).get("current_user"), self._client.host)
        user_id, name = me.get("id"), me.get("username")
        if not isinstance(user_id, int) or not isinstance(name, str) or not name:
            raise SourceUnavailable(f"{self._client.host} does not say whose account this is.")
        if me.get("admin") or me.get("moderator"):
            raise SourceRefused(f"{name} is staff at {self._client.host}: repeats by staff are not refused. Post as an ordinary user.")
        return AccountId(platform=PLATFORM, realm=self._client.host, native_id=str(user_id), name=name)

    async def publish(self, post: OutgoingPost, *, key: str) -> Accepted:  # noqa: ARG002 - the port gives it; a forum knows no keys
        """Post once, replace the text of `post.edits`, or delete `post.removes`; see `Publisher.publish`.

        What answers one person (`Target.person`) goes into a topic that is a private message at that moment, and nowhere else.
        """
        if post.removes:
            return await taken_away(self._remove(post.removes), post.removes)
        self._must_be_possible(post)
        if post.target.person and (await self._before_sending(f"/t/{path_part(post.target.thread_id)}.json")).get("archetype") != PRIVATE:
            raise PublishRejected("That topic is no private message (any more); nothing was posted.", why="gone")
        if post.edits:
            changed = await self._client.write_json("PUT", f"/posts/{path_part(post.edits)}.json", json={"post": {"raw": post.text}})
            found = changed.get("post")
            return self._accepted(found if isinstance(found, dict) else {}, fallback=post.edits)
        body: dict[str, Any] = {"raw": post.text}
        if post.target.thread_id:
            body["topic_id"] = int(post.target.thread_id)
            if post.target.parent_id and (number := await self._number_of(post.target.parent_id)) > 1:
                body["reply_to_post_number"] = number
        else:
            body["title"] = post.title
            if self._category:
                body["category"] = self._category
        try:
            made = await self._client.write_json("POST", "/posts.json", json=body)
        except _ClosedOrGone as refusal:
            raise await self._why_closed(post.target, str(refusal)) from refusal
        return self._accepted(made)

    async def _remove(self, post_id: str) -> None:
        """Delete one post of ours: trusted users could delete others' too, so its author is asked first."""
        found = await self._before_sending(f"/posts/{path_part(post_id)}.json")
        if not found or found.get("deleted_at"):
            return
        if not self._is_ours(found):
            raise PublishRejected("That post is not this account's.", why="forbidden")
        await self._client.write("DELETE", f"/posts/{path_part(post_id)}.json")

    async def own_posts(self, target: Target, since: datetime) -> list[SeenPost]:
        """Return our posts in the target's topic since a moment, as typed; without a topic, the first posts of topics we started."""
        if not target.thread_id:
            return await self._own_topics(since)
        topic = await self._client.ask_json(f"/t/{path_part(target.thread_id)}.json")
        stream = object_in(object_in(topic, self._client.host).get("post_stream"), self._client.host).get("stream")
        if not isinstance(stream, list):
            raise SourceUnavailable(f"{self._client.host} does not list the topic's posts.")
        found: list[SeenPost] = []
        for start in range(max(0, len(stream) - CHUNK), -CHUNK, -CHUNK):  # from the newest back
            ids = stream[max(0, start) : start + CHUNK]
            posts = await self._posts(target.thread_id, ids) if ids else []
            found += [self._seen(one) for one in posts if self._is_ours(one) and made_at(one, self._client.host) >= since]
            if posts and min(made_at(one, self._client.host) for one in posts) < since:
                break
        return sorted(found, key=lambda one: (one.posted_at, int(one.platform_id)))

    async def own_latest(self, since: datetime) -> list[SeenPost] | None:
        """Return what this user posted anywhere since a moment, oldest first; long texts are cut by the forum."""
        found: list[SeenPost] = []
        for number in range(MOST_REQUESTS):
            path = f"/user_actions.json?username={path_part(self._username)}&filter=4,5&offset={number * ACTIONS}"
            page = object_in(await self._client.ask_json(path), self._client.host).get("user_actions")
            if not isinstance(page, list):
                raise SourceUnavailable(f"{self._client.host} does not list what we did.")
            recent = [one for one in page if made_at(object_in(one, self._client.host), self._client.host) >= since]
            found += [
                SeenPost(platform_id=str(one.get("post_id")), text=str(one.get("excerpt", "")), posted_at=made_at(one, self._client.host))
                for one in recent
            ]
            if len(recent) < max(len(page), ACTIONS):
                return found[::-1]
        raise SourceUnavailable(f"More than {MOST_REQUESTS * ACTIONS} posts of ours since {since:%Y-%m-%d %H:%M}.")

    async def place_now(self, target: Target) -> PlaceNow:
        """Ask whether the topic is there, open and not archived."""
        if not target.thread_id:
            return PlaceNow.OPEN
        answer = await self._client.ask(f"/t/{path_part(target.thread_id)}.json", gone=True)
        if answer.status != 200:
            return PlaceNow.GONE
        topic = object_in(self._client.read_json(answer), self._client.host)
        if topic.get("deleted_at") or (target.person and topic.get("archetype") != PRIVATE):
            return PlaceNow.GONE
        return PlaceNow.LOCKED if topic.get("closed") or topic.get("archived") else PlaceNow.OPEN

    async def _before_sending(self, path: str) -> dict[str, Any]:
        """Return what stands at a path, {} when nothing does (any more). Raises `NotSent` when the forum cannot be asked now."""
        try:
            answer = await self._client.ask(path, gone=True)
            return object_in(self._client.read_json(answer), self._client.host) if answer.status == 200 else {}
        except SourceUnavailable as error:
            raise NotSent(f"What this is about cannot be asked for now: {error}") from error

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._client.aclose()

    def _must_be_possible(self, post: OutgoingPost) -> None:
        if length(post.text, self.limits) > self.limits.most:
            raise PublishRejected(f"{self._client.host} takes {self.limits.most} characters.", why="too_long")
        if post.media:
            raise PublishRejected("On Discourse we post texts without files.", why="invalid")
        if post.target.thread_id and not post.target.thread_id.isdecimal():
            raise PublishRejected("This place names no topic by its number.", why="invalid")
        if not post.target.thread_id and not post.edits and not 0 < len(post.title.strip()) <= DISCOURSE.title_most:
            raise PublishRejected(f"A topic needs a title of 1 to {DISCOURSE.title_most} characters.", why="invalid")

    async def _number_of(self, post_id: str) -> int:
        """Return where a post stands in its topic; 0 when it is gone, which the answer to the topic survives."""
        try:
            answer = await self._client.ask(f"/posts/{path_part(post_id)}.json", gone=True)
            found = object_in(self._client.read_json(answer), self._client.host) if answer.status == 200 else {}
        except SourceUnavailable as error:
            raise NotSent(f"The post answered cannot be asked now: {error}") from error
        number = found.get("post_number")
        return number if isinstance(number, int) else 0

    async def _why_closed(self, target: Target, said: str) -> ProductError:
        """Tell closed from deleted, which the forum refuses in one sentence."""
        try:
            now = await self.place_now(target)
        except ProductError:
            now = PlaceNow.UNKNOWN
        return PublishRejected(said, why="gone" if now is PlaceNow.GONE else "locked")

    async def _posts(self, topic: str, ids: list[Any]) -> list[dict[str, Any]]:
        wanted = "&".join(f"post_ids[]={int(one)}" for one in ids)
        page = object_in(await self._client.ask_json(f"/t/{path_part(topic)}/posts.json?{wanted}&include_raw=true"), self._client.host)
        posts = object_in(page.get("post_stream"), self._client.host).get("posts")
        if not isinstance(posts, list):
            raise SourceUnavailable(f"{self._client.host} does not show the topic's posts.")
        return [object_in(one, self._client.host) for one in posts]

    async def _own_topics(self, since: datetime) -> list[SeenPost]:
        found: list[SeenPost] = []
        for page_number in range(MOST_REQUESTS):
            page = await self._client.ask_json(f"/topics/created-by/{path_part(self._username)}.json?page={page_number}")
            topics = object_in(object_in(page, self._client.host).get("topic_list"), self._client.host).get("topics")
            if not isinstance(topics, list):
                raise SourceUnavailable(f"{self._client.host} does not list our topics.")
            # listed by their last post, so an older topic may stand before a younger one
            for topic in (object_in(one, self._client.host) for one in topics):
                if made_at(topic, self._client.host) >= since:
                    shown = object_in(await self._client.ask_json(f"/t/{topic.get('id')}.json?include_raw=true"), self._client.host)
                    first = object_in(shown.get("post_stream"), self._client.host).get("posts")
                    if not isinstance(first, list) or not first:
                        raise SourceUnavailable(f"{self._client.host} does not show a topic of ours.")
                    found.append(self._seen(object_in(first[0], self._client.host)))
            if len(topics) < ACTIONS:
                return sorted(found, key=lambda one: one.posted_at)
        raise SourceUnavailable(f"More than {MOST_REQUESTS} pages of topics of ours.")

    def _is_ours(self, post: Mapping[str, Any]) -> bool:
        return str(post.get("username", "")).lower() == self._username.lower()

    def _seen(self, post: Mapping[str, Any]) -> SeenPost:
        raw = post.get("raw")
        if not isinstance(raw, str):
            raise SourceUnavailable(f"{self._client.host} shows a post of ours without its words.")
        return SeenPost(platform_id=str(post.get("id")), text=raw, posted_at=made_at(post, self._client.host), url=self._url(post))

    def _accepted(self, made: Mapping[str, Any], *, fallback: str = "") -> Accepted:
        found = made.get("post") if isinstance(made.get("post"), dict) else made
        post_id = found.get("id") if isinstance(found, dict) else None
        if not isinstance(post_id, int) and not fallback:
            raise PublishUnknown(f"{self._client.host} took it without showing it; it may wait for a moderator there.")
        return Accepted(platform_id=str(post_id) if isinstance(post_id, int) else fallback, url=self._url(found or {}))

    def _url(self, post: Mapping[str, Any]) -> str:
        topic, number = post.get("topic_id"), post.get("post_number")
        return f"{self._base}/t/{topic}/{number}" if isinstance(topic, int) and isinstance(number, int) else ""

    def _headers(self) -> Mapping[str, str]:
        return {"Api-Key": self._api_key.get_secret_value(), "Api-Username": self._username}

    def _judge(self, answer: Answer) -> Exception | None:
        if answer.status == 403 and re.search(r"suspended|silenced|geschorst", answer.said, re.IGNORECASE):
            return PublishRejected(f"{self._client.host} refused: {answer.said}", why="banned")
        if answer.status == 403 and re.search(r"API username or key", answer.said, re.IGNORECASE):
            return SourceRefused(f"{self._client.host} does not take our key; a person has to renew it.")
        if answer.status != 422:
            return None
        if _SIMILAR.search(answer.said):
            return PublishUnknown(f"{self._client.host} refused a repeat: the first one may be there.")
        if _CLOSED.search(answer.said):
            return _ClosedOrGone(f"{self._client.host} refused: {answer.said}")
        if _TOO_LONG.search(answer.said):
            return PublishRejected(f"{self._client.host} refused: {answer.said}", why="too_long")
        if _PLAIN_NO.search(answer.said):
            return PublishRejected(f"{self._client.host} refused: {answer.said}", why="invalid")
        return PublishUnknown(f"{self._client.host} refused in words we do not know; it may be a repeat: {answer.said}")


class _ClosedOrGone(Exception):
    """The forum's one refusal for a topic that is closed and for one that is deleted."""
