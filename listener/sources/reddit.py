"""Reddit through praw: new submissions and comments of subreddits, and searches. Off until Reddit's approval is on record (RULES P9)."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, Literal, TypeVar

from listener.errors import SettingsError, SourceRefused
from listener.model.mention import Mention, Removal
from listener.model.page import Cursor, Found, Page, Skip
from listener.ports import Clock
from listener.sources.own_thread import OwnThread
from listener.sources.pacing import PUBLISHED, Pace
from listener.sources.purse import Purse
from listener.sources.reddit_access import RedditKey, TokenRejected, ask, open_praw
from listener.sources.reddit_items import created_of, fullname_of, read_item
from listener.sources.reddit_listing import MOST_LOOKED_UP, Target, look_up, read_listing
from listener.sources.turns import PlaceRefused, Turn, take_turn

OVERLAP_SECONDS = 3_600
PULL_SECONDS = 150.0
HOW_TO = "Ask for access at https://support.reddithelp.com (Responsible Builder Policy), make an app at https://www.reddit.com/prefs/apps"
_SUBREDDIT = re.compile(r"[A-Za-z0-9_:]{2,50}$")

RedditFactory = Callable[[], Any]
Listing = Literal["submissions", "comments", "modqueue"]
Result = TypeVar("Result")


class RedditSource:
    """Submissions and comments of `subreddits` and searches for `queries`, one listing a pull.

    The cursor keeps, per listing, the time to read from (an hour before the newest item, so that late and edited ones come again)
    and the names of the newest hundred: one that is no longer listed is asked for, and becomes a `Removal` when it is gone.
    A listing that ends before reaching what was seen last time is told in `Page.gap`. A subreddit that refuses us is told in `Page.lost`.
    `inbox_to` reads what came to the account that signed in, and nothing else: it is said to that brand ("": to whom it names). `moderates`
    reads what waits for the moderators of `subreddits`. Each asks for the credential of its own purpose (RULES P10).
    praw runs in a thread of its own; one that hangs is left behind and replaced. `factory` makes the praw instance (tests).
    """

    def __init__(
        self,
        source_id: str,
        *,
        subreddits: Sequence[str],
        queries: Sequence[str],
        comments: bool,
        inbox_to: str | None = None,
        moderates: bool = False,
        key: Callable[[], RedditKey],
        approval_reference: str,
        clock: Clock,
        look_back: timedelta = timedelta(days=7),
        pace: Pace | None = None,
        purse: Purse | None = None,
        factory: RedditFactory | None = None,
    ) -> None:
        names = [name.strip().removeprefix("/").removeprefix("r/") for name in subreddits]
        wrong = next((name for name in names if not _SUBREDDIT.match(name)), None)
        if wrong is not None:
            raise SettingsError(
                f"klankbord.yaml: sources: {source_id}: subreddits: {wrong!r} is no name of a subreddit; write one like 'thenetherlands'."
            )
        listings: tuple[Listing, ...] = ("modqueue",) if moderates else ("submissions", "comments") if comments else ("submissions",)
        self._targets = (*(Target(what, name) for name in names for what in listings), *(Target("search", query) for query in queries))
        if inbox_to is not None:
            self._targets = (Target("inbox", ""),)
        self._inbox_to, self._moderates = inbox_to, moderates
        if not self._targets:
            raise SettingsError(f"klankbord.yaml: sources: {source_id} has nothing to read: set subreddits or query, or name a brand.")
        self._source_id = source_id
        self._key = key
        self._approval_reference = approval_reference.strip()
        self._clock = clock
        self._look_back = look_back
        pace = pace or Pace("reddit", PUBLISHED["reddit"])
        self._factory = factory or (lambda: open_praw(key(), pace=pace, purse=purse or Purse(), clock=clock))
        self._opened_with: RedditKey | None = None
        self._reddit: Any = None
        self._token_was_rejected = False
        self._thread = OwnThread(f"reddit-{source_id}", who="Reddit", left=self._forget_praw)

    @property
    def source_id(self) -> str:
        return self._source_id

    async def pull(self, cursor: Cursor | None) -> Page:
        """Return what one listing shows since `cursor`, oldest first; `more` until every listing had its turn. See `Source.pull`."""
        self._refuse_without_permission()
        places = {one.name: one.place for one in self._targets}
        return await take_turn(
            cursor, places, self._pull, now=self._clock.now(), keep=self._kept, alone=lambda refusal: isinstance(refusal, PlaceRefused)
        )

    async def _pull(self, turn: Turn) -> Page:
        page, after = await self._in_thread(partial(self._read, self._targets[turn.at], turn.known))
        return turn.then(page, after)

    def _kept(self, known: Mapping[str, Any]) -> dict[str, Any]:
        return {"low": self._clock.now().timestamp() - self._look_back.total_seconds(), **known}

    async def look_up(self, native_ids: Sequence[str], *, control: Sequence[str] = ()) -> tuple[Found, ...]:
        """Return up to 99 items as they stand now, in the order asked for; one that Reddit no longer shows is a removal.

        Unless it shows none at all. `control` names an item that stands, so that a single one can be told to be gone.
        """
        self._refuse_without_permission()
        return await self._in_thread(lambda _: look_up(self._opened(), native_ids, control=control))

    async def aclose(self) -> None:
        """Let go of the connection and its thread; a request under way is left to its time-out."""
        self._thread.leave()

    def _refuse_without_permission(self) -> None:
        if not self._approval_reference:
            raise SourceRefused(
                f"Reddit allows no reading without its approval. {HOW_TO}, then set approval_reference for this source.",
                cause="approval_missing",
            )
        key = self._key()
        if not key.client_id or not key.client_secret:
            missing = f"KLANKBORD_REDDIT_CLIENT_ID and KLANKBORD_REDDIT_CLIENT_SECRET are not both set. {HOW_TO}."
            raise SourceRefused(missing, cause="token_missing")
        if not key.refresh_token and (self._inbox_to is not None or self._moderates):
            name = "KLANKBORD_REDDIT_MOD_REFRESH_TOKEN" if self._moderates else "KLANKBORD_REDDIT_READ_REFRESH_TOKEN"
            raise SourceRefused(f"{name} is not set; it signs the account in whose {self._targets[0].what} is read.", cause="token_missing")
        if not re.fullmatch(r"[A-Za-z0-9_-]{3,30}", key.account):
            raise SourceRefused("Set user_agent_name to the Reddit account that answers for this access; Reddit wants it in every request.")

    async def _in_thread(self, work: Callable[[threading.Event], Result]) -> Result:
        """Run blocking work in this source's thread, for 150 seconds at most; after that the thread is left behind and stops by itself."""
        stop = threading.Event()
        try:
            found = await self._thread.run(partial(work, stop), most_seconds=PULL_SECONDS)
        except TokenRejected as error:
            self._thread.leave()
            if self._token_was_rejected:
                raise SourceRefused("Reddit rejects our token again and again; check the application's key and its approval.") from error
            self._token_was_rejected = True
            raise
        finally:
            stop.set()
        self._token_was_rejected = False
        return found

    def _forget_praw(self) -> None:
        self._reddit = None

    def _opened(self) -> Any:
        """Return praw under the key that is set now: one that was replaced in the meantime opens it anew."""
        key = self._key()
        if self._reddit is None or key != self._opened_with:
            opened = self._factory()
            if key.refresh_token:
                must_serve(ask(opened, lambda reddit: frozenset(reddit.auth.scopes()), place="our key"), moderates=self._moderates)
            self._reddit, self._opened_with = opened, key
        return self._reddit

    def _as_read(self, item: Any, target: Target) -> Found:
        """Return what an item is. What comes to our account is said to us; what its moderators took away already waits for nobody."""
        found = read_item(item)
        if target.what == "modqueue" and isinstance(found, Removal):
            return Skip(where=f"item {found.native_id}", reason="it was removed before anybody looked at it")
        if not isinstance(found, Mention) or target.what != "inbox":
            return found
        if found.author is not None and found.author.name.casefold() == self._key().account.casefold():
            return Skip(where=f"item {found.native_id}", reason="we wrote it ourselves")
        return replace(found, said_to=self._inbox_to or "")

    def _read(self, target: Target, known: Mapping[str, Any], stop: threading.Event) -> tuple[Page, dict[str, Any]]:
        """Read a listing down to the time to read from, look up what was there last time and is no longer; return page and memory."""
        now = self._clock.now().timestamp()
        low = float(known.get("low", now - self._look_back.total_seconds())) if target.what != "modqueue" else 0.0
        recent: Mapping[str, float] = known.get("recent", {})
        listed = read_listing(self._opened(), target, low=low, now=now, stop=stop)
        times = {fullname_of(item): min(created_of(item), now) for item in listed.items}
        reach = low if listed.is_whole else min((at for at in times.values() if at), default=now)
        lost = [name for name, at in recent.items() if name not in times and at >= reach and not target.keeps_all]
        looked_up = look_up(self._opened(), lost, control=list(times)) if lost else ()
        unsure = {name for name, answer in zip(lost, looked_up, strict=False) if isinstance(answer, Skip)} | set(lost[len(looked_up) :])
        found: list[Found] = [self._as_read(item, target) for item in listed.items] + list(looked_up)
        gap = ""
        if not listed.is_whole and not any(name in recent for name in times):
            since = "last time" if recent else "the look-back began"
            gap = f"{self._source_id}: {target.place} has more new {target.what} since {since} than Reddit lists ({len(times)})."
        page = Page(
            mentions=tuple(sorted((m for m in found if isinstance(m, Mention)), key=lambda m: (m.posted_at, m.native_id))),
            next=None,
            removals=tuple(one for one in found if isinstance(one, Removal)),
            skipped=tuple(one for one in found if isinstance(one, Skip)),
            gap=gap,
        )
        return page, _remember(known, low, times | {name: recent[name] for name in unsure})


def must_serve(scopes: frozenset[str], *, moderates: bool) -> None:
    """Raise `SourceRefused` unless a key of these scopes is for this purpose: listening takes none of a moderator (RULES P10)."""
    of_moderators = sorted(one for one in scopes if one == "*" or one.startswith("mod"))
    if moderates and not scopes & {"*", "modposts"}:
        raise SourceRefused("The key may not see what waits for moderators; give it the scope modposts.", cause="scope_missing")
    if not moderates and of_moderators:
        raise SourceRefused(
            f"This is a moderator's key ({', '.join(of_moderators)}); Reddit wants another one for listening. Give it the scopes "
            "identity, read and privatemessages, and no more.",
            cause="forbidden",
        )


def _remember(known: Mapping[str, Any], low: float, times: Mapping[str, float]) -> dict[str, Any]:
    """Return what to keep of a listing: an hour before its newest item, and its newest hundred names since then."""
    newest = sorted(((at, name) for name, at in times.items() if at and name), reverse=True)[:MOST_LOOKED_UP]
    if not newest:
        return dict(known)
    after = max(low, newest[0][0] - OVERLAP_SECONDS)
    return {"low": after, "recent": {name: at for at, name in newest if at >= after}}
