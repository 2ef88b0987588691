"""X through tweepy: recent search for queries and the mentions of an account. Every post read costs money, and a cap is never passed.

docs.x.com (search/integrate/paginate, fundamentals/post-cap, getting-started/pricing), read 2026-11-26: search shows the last seven days,
newest first, in pages of 10 to 100; `next_token` does not expire; a post is paid for once a day (UTC), however often it is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from functools import partial
from typing import Any, Literal, TypeVar

from listener.errors import SettingsError, SourceRefused, SourceUnavailable
from listener.model.mention import Mention, Removal
from listener.model.page import Cursor, Found, Page, Skip
from listener.ports import Clock
from listener.sources.fields import number, part, word
from listener.sources.own_thread import OwnThread
from listener.sources.pacing import Paces
from listener.sources.purse import Purse
from listener.sources.streaming import Connections
from listener.sources.turns import Turn, take_turn
from listener.sources.x_access import ask, open_tweepy
from listener.sources.x_items import Included, cost_of, found_in, posts_of, read_post, removals_of, versions_of
from listener.sources.x_prices import POST_USD, USER_USD, Paid
from listener.sources.x_reading import Reading
from listener.sources.x_stream import XStream

MOST_QUERY_CHARACTERS = 512
"""What X takes from whoever pays per use; an enterprise contract takes 4,096."""
PAGE_SIZE = 100
LEAST_SEARCHED = 10
MOST_LOOKED_UP = 100
UNREADABLE = 400
MOST_REFERRED = 2
"""A post answers one post and quotes one."""
NEARLY_ALL_MENTIONS = 790
PULL_SECONDS = 60.0
HOW_TO = "Make a project and an application at https://console.x.com, buy credits there, and set KLANKBORD_X_READ_BEARER_TOKEN"
_HANDLE = re.compile(r"[A-Za-z0-9_]{1,15}$")
_FIELDS = "author_id,conversation_id,created_at,edit_history_tweet_ids,entities,in_reply_to_user_id,note_tweet,referenced_tweets,withheld"

Result = TypeVar("Result")
Expansion = Literal["authors", "referenced"]


@dataclass(frozen=True, slots=True)
class Target:
    """One list to read: what a search finds, or the mentions of an account (a handle, or its number)."""

    what: Literal["search", "mentions"]
    of: str

    @property
    def name(self) -> str:
        """The name under which a cursor remembers this list."""
        return f"{self.what} {self.of}"

    @property
    def place(self) -> str:
        """What it is called in messages."""
        return f"the search for {self.of!r}" if self.what == "search" else f"the account {self.of}"


class XSource:
    """Posts that `queries` find and that mention `account`, one page of one list a pull.

    The cursor keeps a `Reading` per list. A stretch older than X shows is told in `Page.gap`. What a page costs is told in
    `Page.cost_usd`; less is asked for when the day's cap (`purse`) is near, and nothing after it.
    `expansions` are what else to pay for: "authors" gives names to author ids, "referenced" the whole text of what is reposted or answered.
    """

    def __init__(
        self,
        source_id: str,
        *,
        queries: Sequence[str],
        account: str,
        token: Callable[[], str],
        clock: Clock,
        look_back: timedelta = timedelta(days=7),
        reposts: bool = False,
        expansions: Sequence[Expansion] = ("authors",),
        most_query_characters: int = MOST_QUERY_CHARACTERS,
        paces: Paces | None = None,
        connections: Connections | None = None,
        purse: Purse | None = None,
        api_url: str = "",
    ) -> None:
        handle = account.strip().removeprefix("@")
        if handle and not _HANDLE.match(handle):
            raise SettingsError(
                f"klankbord.yaml: sources: {source_id}: account: {account[:40]!r} is no name of an account on X; "
                "write one like '@stroomwerk'."
            )
        asked = [one if reposts or "is:retweet" in one else f"{one} -is:retweet" for one in map(_as_phrase, queries)]
        long = next((one for one in asked if len(one) > most_query_characters), None)
        if long is not None:
            raise SettingsError(
                f"klankbord.yaml: sources: {source_id}: query: has {len(long)} characters, and X takes {most_query_characters}; "
                "make two sources of it."
            )
        self._targets = (*(Target("search", one) for one in dict.fromkeys(asked)), *((Target("mentions", handle),) if handle else ()))
        if not self._targets:
            raise SettingsError(f"klankbord.yaml: sources: {source_id} has nothing to read: set query or account, or name a brand.")
        self._source_id = source_id
        self._token = token
        self._clock = clock
        self._look_back = look_back
        self._expansions = tuple(expansions)
        self._purse = purse or Purse()
        self._reposts = reposts
        self._paces = paces or Paces()
        self._connections = connections or Connections()
        self._api_url = api_url
        self._open = partial(open_tweepy, paces=self._paces, purse=self._purse, clock=clock, api_url=api_url)
        self._paid = Paid()
        self._client: tuple[str, Any] | None = None
        self._thread = OwnThread(f"x-{source_id}", who="X", left=self._forget_client)

    @property
    def source_id(self) -> str:
        return self._source_id

    async def pull(self, cursor: Cursor | None) -> Page:
        """Return one page of one list, oldest first; `more` until every list was read to its end. See `Source.pull`."""
        places = {one.name: one.place for one in self._targets}
        return await take_turn(cursor, places, self._pull, now=self._clock.now(), keep=self._kept, alone=_is_alone)

    def _kept(self, known: Mapping[str, Any]) -> dict[str, Any]:
        return {**Reading.of({}, now=self._clock.now(), look_back=self._look_back).written(), **known}

    async def _pull(self, turn: Turn) -> Page:
        target, now = self._targets[turn.at], turn.now
        begun, gap = self._reachable(target, Reading.of(turn.known, now=now, look_back=self._look_back))
        user_id = word(turn.known, "account") or await self._account_id(target)
        account = {"account": user_id} if user_id else {}
        if begun.is_empty:
            return turn.then(Page(mentions=(), next=None, gap=gap), begun.ended(begun.newest, now=now).written() | account)
        most = self._purse.affordable(self._usd_each, PAGE_SIZE, least=LEAST_SEARCHED)
        answer = await self._in_thread(lambda client: self._read(client, target, begun, user_id, most))
        after = begun.then(answer, now=now)
        if target.what == "mentions" and not after.is_under_way and begun.listed + len(posts_of(answer)) >= NEARLY_ALL_MENTIONS:
            gap = f"{self._source_id}: X lists the newest 800 mentions of an account, and there may have been more."
        if after.is_cut:
            gap = f"{self._source_id}: X led on and on without older posts in {target.name}; posts may be missing there."
        found = found_in(answer)
        page = Page(
            mentions=tuple(sorted((m for m in found if isinstance(m, Mention)), key=lambda m: (m.posted_at, m.native_id))),
            next=None,
            removals=tuple(one for one in found if isinstance(one, Removal)),
            skipped=tuple(one for one in found if isinstance(one, Skip)),
            gap=gap,
            cost_usd=self._cost(answer),
        )
        return turn.then(page, after.written() | account, finished=not after.is_under_way)

    async def look_up(self, native_ids: Sequence[str]) -> tuple[Found, ...]:
        """Return up to 100 posts as they stand now, in the order asked for; one that is deleted, withheld or private is a removal.

        Authors come without names, which cost twice what a post costs. What X says nothing about is a skip: it is no proof.
        """
        asked = list(dict.fromkeys(native_ids))[:MOST_LOOKED_UP]
        asked = asked[: self._purse.affordable(self._usd_each_post, len(asked))] if asked else []
        if not asked:
            return ()
        fields = {"tweet_fields": _FIELDS, "expansions": "referenced_tweets.id" if self._refers else None}
        answer = await self._in_thread(lambda client: client.get_tweets(ids=asked, **fields))
        if not isinstance(answer, dict):
            raise SourceUnavailable("X answered something else than posts.")
        self._purse.pay(self._cost(answer))
        gone, included = removals_of(answer), Included.of(answer)
        shown = {version: post for post in posts_of(answer) for version in (*versions_of(post), word(post, "id"))}
        nothing = "X says nothing about it now; it is kept until it is known to be gone"
        return tuple(
            read_post(shown[one], included) if one in shown else gone.get(one) or Skip(where=f"post {one}", reason=nothing) for one in asked
        )

    def stream(self) -> XStream | None:
        """Return what is told of the same posts as they are posted; None when there is nothing that a rule can name."""
        reposts = "" if self._reposts else " -is:retweet"
        rules = [one.of if one.what == "search" else f"@{one.of}{reposts}" for one in self._targets if not one.of.isdecimal()]
        return (
            XStream(
                self._source_id,
                rules,
                token=self._token,
                fields=self._fields,
                usd_each=self._usd_each,
                clock=self._clock,
                paces=self._paces,
                connections=self._connections,
                purse=self._purse,
                paid=self._paid,
                api_url=self._api_url,
            )
            if rules
            else None
        )

    async def aclose(self) -> None:
        """Let go of the connection and its thread; a request under way is left to its time-out."""
        self._thread.leave()

    @property
    def _refers(self) -> bool:
        return "referenced" in self._expansions

    @property
    def _fields(self) -> dict[str, Any]:
        """What is asked for of each post, and beside it."""
        expansions = [*(["author_id"] if "authors" in self._expansions else []), *(["referenced_tweets.id"] if self._refers else [])]
        return {"tweet_fields": _FIELDS, "user_fields": "username,name,protected", "expansions": expansions or None}

    @property
    def _usd_each(self) -> float:
        """What a post costs at most, with all that comes beside it."""
        return self._usd_each_post + USER_USD * ("authors" in self._expansions)

    @property
    def _usd_each_post(self) -> float:
        return POST_USD * (1 + MOST_REFERRED * self._refers)

    def _cost(self, answer: Mapping[str, Any]) -> float:
        return cost_of(answer, self._paid, day=self._clock.now().astimezone(UTC).date())

    def _reachable(self, target: Target, reading: Reading) -> tuple[Reading, str]:
        """Return a reading no further back than X shows, and a gap when there are posts that nobody read."""
        if target.what == "mentions":
            return reading, ""
        reachable, lost = reading.within_reach(self._clock.now())
        last = f"was last read to its end on {reading.read_at:%Y-%m-%d}" if reading.read_at else "was not read to its end in time"
        return reachable, f"{self._source_id}: X shows seven days only, and {target.name} {last}." if lost else ""

    async def _account_id(self, target: Target) -> str:
        """Return the number of the account whose mentions are read, asked for by its handle; "" for a search."""
        if target.what != "mentions" or target.of.isdecimal():
            return target.of if target.what == "mentions" else ""
        self._purse.affordable(USER_USD, 1)
        answer = await self._in_thread(lambda client: client.get_user(username=target.of))
        self._purse.pay(USER_USD)
        found = word(part(answer, "data"), "id")
        if not number(found):
            raise SourceRefused(f"X knows no account @{target.of}; check account of this source.", cause="not_found")
        return found

    def _read(self, client: Any, target: Target, reading: Reading, user_id: str, most: int) -> Mapping[str, Any]:
        """Return one page of a list. A token that X no longer takes is left out: below what was read it goes on all the same. Blocks."""
        fields = self._fields

        def page(from_here: Reading) -> object:
            if target.what == "search":
                return client.search_recent_tweets(target.of, max_results=most, **from_here.asked("next_token"), **fields)
            return client.get_users_mentions(user_id, max_results=most, **from_here.asked("pagination_token"), **fields)

        try:
            answer = page(reading)
        except SourceRefused as error:
            if not reading.token or error.status != 400:
                raise
            answer = page(replace(reading, token=""))
        if not isinstance(answer, dict) or (not posts_of(answer) and part(answer, "meta").get("result_count") != 0):
            raise SourceUnavailable("X answered something else than a list of posts.")
        return answer

    async def _in_thread(self, work: Callable[[Any], Result]) -> Result:
        """Run blocking work with tweepy in this source's thread, for a minute at most; after that the thread is left behind."""
        token = self._token()
        if not token:
            raise SourceRefused(f"KLANKBORD_X_READ_BEARER_TOKEN is not set. {HOW_TO}.", cause="token_missing")
        if self._client is None or self._client[0] != token:
            self._client = (token, self._open(token))
        client = self._client[1]
        return await self._thread.run(partial(ask, client, work), most_seconds=PULL_SECONDS)

    def _forget_client(self) -> None:
        self._client = None


def _is_alone(refusal: SourceRefused) -> bool:
    """Tell whether one list is refused: a search that X does not understand (400), an account that it does not know."""
    return refusal.cause == "not_found" or (refusal.status == UNREADABLE and not refusal.cause)


def _as_phrase(query: str) -> str:
    """Return a brand's name of several words as a phrase; what has X's own signs in it is left as it was typed."""
    return f'"{query}"' if re.fullmatch(r"\w[\w'&.-]*(?: [\w'&.-]+)+", query) and " OR " not in query else query
