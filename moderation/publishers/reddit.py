"""Reddit through praw: a comment below a post or comment, a submission of its own, and edits of both. One request a post, never repeated.

API facts (reddit.com/dev/api, read 2026-11-25; praw 8.0.3 and prawcore 4.0.0 as installed): POST /api/comment (`thing_id`, `text`), POST
/api/submit, POST /api/editusertext, POST /api/del (`id`; answers {} whether or not it was there), POST /api/distinguish. Refusals come
with status 200 and `json.errors`, a list of [code, words, field] (praw: RedditAPIException), or with 403. prawcore re-sends any method on
5xx and lost connections and once after a 401 (RULES M9); praw re-sends after RATELIMIT up to `ratelimit_seconds`. Both are kept from it.
There is no key against repeats: what became of a lost answer is found by our own comments. An account's listing ends after about 1,000
items.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from listener.errors import NotSent, ProductError, PublishRejected, PublishUnknown, SourceRefused, SourceUnavailable
from listener.ports import Clock
from moderation.messages.length import length
from moderation.model.post import Accepted, AccountId, Limits, OutgoingPost, PlaceNow, SeenPost, Target
from moderation.publishers.blocking import InThread, OneTry
from moderation.publishers.limits import REDDIT
from moderation.publishers.reddit_answers import fields_of, is_gone, is_write, listing_of, meant, refusal_of, subreddit_of, url_of
from moderation.publishers.removal import taken_away

logger = logging.getLogger(__name__)

PLATFORM = "reddit"
REALM = "reddit.com"
MOST_LISTED = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RedditAccess:
    """Who posts: an application of type script with its account, or a refresh token of one. Reddit wants the account in the user agent."""

    client_id: str
    client_secret: str = field(repr=False)
    account: str
    password: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    version: str = "1"

    @property
    def user_agent(self) -> str:
        """Reddit's prescribed form (RULES P9)."""
        return f"python:klankbord:{self.version} (by /u/{self.account})"


MODERATING = frozenset({"distinguish", "sticky"})
"""The options that mean something on Reddit; others say how a text came about."""


class RedditPublisher:
    """One account. `own_subreddits`: where it moderates, so that "distinguish" and "sticky" may be asked for (names, without r/)."""

    native_key = REDDIT.native_key
    key_seconds = REDDIT.key_seconds
    looks_back = REDDIT.looks_back
    can_edit = REDDIT.can_edit
    can_remove = REDDIT.can_remove

    def __init__(
        self,
        access: RedditAccess,
        clock: Clock,
        *,
        own_subreddits: Iterable[str] = (),
        timeout_seconds: float = 20.0,
        reddit_url: str = "https://www.reddit.com",
        oauth_url: str = "https://oauth.reddit.com",
    ) -> None:
        self._access = access
        self._clock = clock
        self._own = frozenset(name.lower().removeprefix("r/") for name in own_subreddits)
        self._timeout = timeout_seconds
        self._urls = (reddit_url, oauth_url)
        self._thread = InThread("Reddit", seconds=timeout_seconds * 2)  # signing in, then the request
        self._reddit: Any = None
        self._session: OneTry | None = None
        self._name = ""

    @property
    def limits(self) -> Limits:
        return REDDIT.limits

    async def whoami(self) -> AccountId:
        """Ask whose account this is; `native_id` is the account's fullname ("t2_…")."""

        def ask() -> AccountId:
            me = self._opened().get("api/v1/me")
            self._name = str(fields_of(me)["name"])
            return AccountId(platform=PLATFORM, realm=REALM, native_id=f"t2_{fields_of(me)['id']}", name=self._name)

        try:
            return await self._thread.ask(ask)
        except SourceRefused:
            await self.aclose()  # sign in anew when asked again: a person may have renewed the key
            raise

    async def publish(self, post: OutgoingPost, *, key: str) -> Accepted:  # noqa: ARG002  # Reddit knows no keys
        """Comment below `parent_id` (else the thread), submit to `realm` under `title`, change `edits`, or delete `removes`."""
        if post.removes:
            return await taken_away(self._thread.write(lambda: self._remove(post.removes)), post.removes)
        self._must_be_possible(post)
        if MODERATING & set(post.options):
            await self._must_be_own(post)
        made = await self._thread.write(lambda: self._post(post))
        if MODERATING & set(post.options) and not post.edits:
            await self._distinguish(made.platform_id, sticky="sticky" in post.options)
        return made

    async def own_posts(self, target: Target, since: datetime) -> list[SeenPost]:
        """Return this account's comments in the thread (its submissions in the subreddit, when there is none), oldest first."""
        name = await self._own_name()
        if target.thread_id:
            return await self._thread.ask(
                lambda: self._listed(f"user/{name}/comments", since, lambda one: one["link_id"] == target.thread_id)
            )
        place = subreddit_of(target.realm).lower()
        path = f"user/{name}/submitted"
        return await self._thread.ask(lambda: self._listed(path, since, lambda one: str(one["subreddit"]).lower() == place))

    async def own_latest(self, since: datetime) -> list[SeenPost] | None:
        """Return this account's comments and submissions anywhere, oldest first."""
        name = await self._own_name()

        def ask() -> list[SeenPost]:
            found = [one for what in ("comments", "submitted") for one in self._listed(f"user/{name}/{what}", since, lambda _: True)]
            return sorted(found, key=lambda one: one.posted_at)

        return await self._thread.ask(ask)

    async def place_now(self, target: Target) -> PlaceNow:
        """Ask whether thread and parent are still there, neither locked nor archived; of a subreddit, whether it takes our posts."""
        names = list(dict.fromkeys(name for name in (target.thread_id, target.parent_id) if name))
        return await self._thread.ask(lambda: self._things_now(names) if names else self._subreddit_now(subreddit_of(target.realm)))

    async def aclose(self) -> None:
        """Let go of the connection and its thread."""
        self._thread.close()
        if self._session is not None:
            self._session.close()
        self._reddit = self._session = None

    def _opened(self) -> Any:
        if self._reddit is None:
            import praw

            self._session = OneTry("Reddit", is_write=is_write, refusal=refusal_of, timeout_seconds=self._timeout, now=self._clock.now)
            signing_in = (
                {"refresh_token": self._access.refresh_token}
                if self._access.refresh_token
                else {"username": self._access.account, "password": self._access.password}
            )
            self._reddit = praw.Reddit(
                client_id=self._access.client_id,
                client_secret=self._access.client_secret,
                user_agent=self._access.user_agent,
                reddit_url=self._urls[0],
                oauth_url=self._urls[1],
                check_for_updates=False,
                check_for_async=False,
                ratelimit_seconds=-1,  # praw would send again after a short RATELIMIT
                requestor_class=_requestor(),
                requestor_kwargs={"session": self._session},
                **signing_in,
            )
        return self._reddit

    async def _own_name(self) -> str:
        return self._name or (await self.whoami()).name

    def _must_be_possible(self, post: OutgoingPost) -> None:
        """Refuse what Reddit would refuse, before asking; nothing is cut."""
        if length(post.text, REDDIT.limits) > REDDIT.limits.most:
            raise PublishRejected(f"Reddit takes {REDDIT.limits.most} characters.", why="too_long")
        if not post.target.thread_id and not post.edits:
            if not post.title.strip():
                raise PublishRejected("A submission to Reddit needs a title.", why="invalid")
            if len(post.title) > REDDIT.title_most:
                raise PublishRejected(f"Reddit takes titles of {REDDIT.title_most} characters.", why="too_long")

    async def _must_be_own(self, post: OutgoingPost) -> None:
        """Raise unless the thread lies in a subreddit of ours: only moderators may distinguish, and elsewhere nobody should."""

        def ask() -> str:
            things = listing_of(self._opened().request(method="GET", path="api/info", params={"id": post.target.thread_id}))
            return str(things[0]["subreddit"]) if things else ""

        try:
            place = await self._thread.ask(ask) if post.target.thread_id else subreddit_of(post.target.realm)
        except SourceUnavailable as error:
            raise NotSent(f"{error} Nothing was sent.") from error
        if place.lower() not in self._own:
            raise PublishRejected("Distinguish and sticky are for subreddits of our own.", why="forbidden")

    def _post(self, post: OutgoingPost) -> Accepted:
        from praw.exceptions import RedditAPIException

        try:
            return self._asked_to_post(post)
        except RedditAPIException as refusal:
            raise meant([(str(item.error_type), str(item.message or "")) for item in refusal.items]) from refusal

    def _asked_to_post(self, post: OutgoingPost) -> Accepted:
        reddit = self._opened()
        if post.edits:
            kind = reddit.comment if post.edits.startswith("t1_") else reddit.submission
            thing = kind(post.edits.partition("_")[2])
            thing.edit(post.text)
            return Accepted(platform_id=post.edits)
        if not post.target.thread_id:
            made = reddit.subreddit(subreddit_of(post.target.realm)).submit(post.title, selftext=post.text, send_replies=False)
            return Accepted(platform_id=f"t3_{made.id}", url=f"https://www.reddit.com/comments/{made.id}/")
        above = post.target.parent_id or post.target.thread_id
        kind = reddit.comment if above.startswith("t1_") else reddit.submission
        comment = kind(above.partition("_")[2]).reply(post.text)
        if comment is None:  # a quarantined place: praw says that it was made all the same
            raise PublishUnknown("Reddit did not say which comment it made.")
        fields = vars(comment)
        return Accepted(platform_id=f"t1_{fields['id']}", url=url_of(fields))

    def _remove(self, platform_id: str) -> Accepted:
        reddit = self._opened()
        kind = reddit.comment if platform_id.startswith("t1_") else reddit.submission
        kind(platform_id.partition("_")[2]).delete()
        return Accepted(platform_id=platform_id)

    async def _distinguish(self, platform_id: str, *, sticky: bool) -> None:
        """Mark the new post as the brand's. It is posted already, so that a failure here is told in the log only."""
        data = {"id": platform_id, "how": "yes", **({"sticky": True} if sticky and platform_id.startswith("t1_") else {})}
        try:
            await self._thread.ask(lambda: self._opened().post("api/distinguish/", data=data))
        except ProductError as error:
            logger.warning("a post was made but not distinguished", extra={"platform_id": platform_id, "error": str(error)})

    def _listed(self, path: str, since: datetime, wanted: Callable[[dict[str, Any]], bool]) -> list[SeenPost]:
        """Read our own listing back to `since`. Raises `SourceUnavailable` when it ends before that."""
        seen: list[SeenPost] = []
        listed = 0
        for one in self._pages(path):
            listed += 1
            at = datetime.fromtimestamp(float(one["created_utc"]), UTC)
            if at < since.replace(microsecond=0):  # Reddit shows whole seconds
                return seen[::-1]
            if wanted(one):
                text = one["body"] if one["name"].startswith("t1_") else one["selftext"]
                seen.append(SeenPost(platform_id=one["name"], text=text, posted_at=at, url=url_of(one)))
        if listed >= MOST_LISTED:
            raise SourceUnavailable("Reddit lists only the newest 1,000 posts of an account, and we look for an older one.")
        return seen[::-1]

    def _pages(self, path: str) -> Iterator[dict[str, Any]]:
        after, number = "", 0
        while number < MOST_LISTED:
            page = self._opened().request(
                method="GET", path=path, params={"limit": 100, "sort": "new", **({"after": after} if after else {})}
            )
            things = listing_of(page)
            yield from things
            number += len(things)
            after = page["data"].get("after") or ""
            if not after or not things:
                return

    def _things_now(self, names: list[str]) -> PlaceNow:
        things = {
            one["name"]: one for one in listing_of(self._opened().request(method="GET", path="api/info", params={"id": ",".join(names)}))
        }
        if any(name not in things or is_gone(things[name]) for name in names):
            return PlaceNow.GONE
        if any(one.get("locked") or one.get("archived") for one in things.values()):
            return PlaceNow.LOCKED
        return PlaceNow.OPEN

    def _subreddit_now(self, name: str) -> PlaceNow:
        about = self._opened().request(method="GET", path=f"r/{name}/about")
        if about.get("kind") != "t5":  # a name that nobody took is answered with a list of others
            return PlaceNow.GONE
        found = about["data"]
        outside = found.get("subreddit_type") in ("archived", "private") and not found.get("user_is_contributor")
        closed = found.get("user_is_banned") or outside
        return PlaceNow.LOCKED if closed else PlaceNow.OPEN


def _requestor() -> Any:
    """Return prawcore's requestor without its wrapping of errors: ours say what they mean, and prawcore's retry would catch its own."""
    from prawcore import Requestor

    class PlainRequestor(Requestor):  # type: ignore[misc,unused-ignore] # prawcore ships no types that mypy would find
        def request(self, *args: Any, **more: Any) -> Any:
            return self._http.request(*args, **more)

    return PlainRequestor
