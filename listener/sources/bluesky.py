"""Bluesky: searches, and what mentions, answers or quotes an account (lexicons app.bsky.*, docs.bsky.app, as of 2026-11)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

from listener.errors import SettingsError, SourceRefused, SourceUnavailable
from listener.model.mention import Mention, Removal
from listener.model.page import Cursor, Found, Page, Skip
from listener.ports import Clock
from listener.sources.bluesky_posts import indexed_at, read_post, removal_of, time_of
from listener.sources.bluesky_session import HOW_TO, BlueskySession
from listener.sources.fields import each_row, millis, rows, word
from listener.sources.http import HttpClient
from listener.sources.json_text import read_json, read_object
from listener.sources.turns import Turn, is_alone, take_turn

SIGNED_IN = "https://bsky.social"
OPEN_TO_ALL = "https://public.api.bsky.app"
PAGE = 100
MOST_SEARCHED = 10
"""Pages of one search in one stretch of time; a stretch with more is made shorter."""
MOST_NOTIFIED = 50
OVERLAP_MILLIS = 3_600_000
LEAST_MILLIS = 1_000
MOST_REMEMBERED = 200
MOST_LOOKED_UP = 24
UNREADABLE = 400
REASONS = ("mention", "reply", "quote")


@dataclass(frozen=True, slots=True)
class Target:
    """One listing: a search for posts, or the account's notifications."""

    what: Literal["search", "notifications"]
    of: str = ""

    @property
    def place(self) -> str:
        return f"the search for {self.of!r}" if self.what == "search" else f"what is said to {self.of}"


@dataclass(frozen=True, slots=True)
class Listed:
    """Post views of a stretch of time up to `high` (milliseconds), in order, and what could not be listed."""

    views: tuple[Mapping[str, Any], ...]
    high: int
    gap: str = ""


class BlueskySource:
    """Searches and an account's notifications, one listing a pull.

    The cursor keeps, per listing, the time to read from (an hour before the newest post, for the search index runs late) and the addresses
    since then: one that is no longer listed is looked up, and becomes a `Removal` when the network does not show it while it shows others.
    Posts are not edited on Bluesky. Without an account the open API is asked, which answers few questions: searches want an account.
    """

    def __init__(
        self,
        source_id: str,
        *,
        queries: Sequence[str],
        http: HttpClient,
        clock: Clock,
        account: str = "",
        password: Callable[[], str] = str,
        mentions: bool = True,
        look_back: timedelta = timedelta(days=7),
        base: str = "",
        allow_http: bool = False,
        allow_private: bool = False,
    ) -> None:
        account = account.strip().removeprefix("@")
        searches = tuple(Target("search", query) for query in dict.fromkeys(queries) if query.strip())
        self._targets = (*searches, *((Target("notifications", account),) if mentions and account else ()))
        if not self._targets:
            raise SettingsError(f"klankbord.yaml: sources: {source_id} has nothing to read: set query or account, or name a brand.")
        self._source_id = source_id
        self._base = (base or (SIGNED_IN if account else OPEN_TO_ALL)).rstrip("/")
        self._host = urlsplit(self._base).netloc
        self._http = http
        self._clock = clock
        self._look_back = look_back
        self._allow = {"allow_http": allow_http, "allow_private": allow_private}
        self._session = BlueskySession(http, self._base, account=account, password=password, **self._allow) if account else None

    @property
    def source_id(self) -> str:
        return self._source_id

    async def pull(self, cursor: Cursor | None) -> Page:
        """Return what one listing shows since `cursor`, oldest first; `more` until every listing had its turn. See `Source.pull`."""
        places = {f"{one.what} {one.of}": one.place for one in self._targets}
        return await take_turn(cursor, places, self._pull, now=self._clock.now(), keep=self._kept, alone=_is_alone)

    def _kept(self, known: Mapping[str, Any]) -> dict[str, Any]:
        return {"low": millis(self._clock.now() - self._look_back), **known}

    async def _pull(self, turn: Turn) -> Page:
        target, known = self._targets[turn.at], turn.known
        now = millis(turn.now)
        low = int(known.get("low", now - self._look_back / timedelta(milliseconds=1)))
        recent: Mapping[str, int] = known.get("recent", {})
        span = int(known.get("span", now - low))
        listed = await (self._searched(target, low, min(now, low + span)) if target.what == "search" else self._notified(target, low, now))
        times = {word(view, "uri"): millis(at) for view in listed.views if (at := self._order(target, view)) is not None}
        lost = [uri for uri, at in recent.items() if uri not in times and low <= at <= listed.high]
        looked_up = await self.look_up(lost[:MOST_LOOKED_UP], control=list(times)[-1:])
        read = [(word(view, "uri"), read_post(view, signed_in=self._session is not None)) for view in listed.views]
        found = [*(one for uri, one in read if not (uri in recent and isinstance(one, Skip))), *looked_up]
        page = Page(
            mentions=tuple(sorted((m for m in found if isinstance(m, Mention)), key=lambda m: (m.posted_at, m.native_id))),
            next=None,
            removals=tuple(one for one in found if isinstance(one, Removal)),
            skipped=tuple(one for one in found if isinstance(one, Skip)),
            gap=f"{self._source_id}: {listed.gap}." if listed.gap else "",
        )
        gone = {one.native_id for one in page.removals}
        unsure = {uri: recent[uri] for uri in lost if uri not in gone}
        finished = listed.high >= now
        after = _remember(known, {**unsure, **times}, low=low, newest=max(times.values(), default=0), high=listed.high, now=now)
        return turn.then(page, after, finished=finished)

    async def look_up(self, native_ids: Sequence[str], *, control: Sequence[str] = ()) -> tuple[Found, ...]:
        """Return posts as they stand now, in the order asked for; one that the network does not show is a removal.

        Unless it shows none at all: an empty answer may be a bad day, and a removal is for ever. `control` names a post that stands, so
        that a single one can be told to be gone.
        """
        if not native_ids:
            return ()
        shown: dict[str, object] = {}
        asked = [*native_ids, *control[:1]]
        for start in range(0, len(asked), 25):
            answer = await self._ask("app.bsky.feed.getPosts", [("uris", uri) for uri in asked[start : start + 25]])
            shown |= {word(view, "uri"): view for view in rows(answer, "posts")}
        return tuple(self._stands(uri, shown) for uri in native_ids)

    async def aclose(self) -> None:
        """Nothing to let go of: the HTTP client belongs to the bootstrap, and a session ends by itself."""

    def _stands(self, uri: str, shown: Mapping[str, object]) -> Found:
        if uri in shown:
            return read_post(shown[uri], signed_in=self._session is not None)
        if shown:
            return removal_of(uri, "unknown")
        return Skip(where=f"post {uri}"[:300], reason="Bluesky shows nothing at all now; it is kept until it is known to be gone")

    async def _searched(self, target: Target, low: int, high: int) -> Listed:
        """Return all hits from `low` to `high`, or to an earlier end where they can be listed whole; a gap if even a second is too much."""
        while True:
            window = [("since", _written(low)), ("until", _written(high + LEAST_MILLIS))]
            arguments = [("q", target.of), ("sort", "latest"), ("limit", str(PAGE)), *window]
            views, whole = await self._pages("app.bsky.feed.searchPosts", "posts", arguments, low, MOST_SEARCHED, time_of)
            times = [millis(at) for view in views if (at := time_of(view)) is not None]
            if whole:
                return Listed(tuple(views), high)
            shorter = low + max((high - low) // 2, LEAST_MILLIS)
            if shorter >= high or max(times, default=low) > high + LEAST_MILLIS:  # nothing to halve, or `until` is not heeded here
                return Listed(tuple(views), high, gap=f"{target.place} has more new posts than the {len(views):,} that are listed")
            high = shorter

    async def _notified(self, target: Target, low: int, now: int) -> Listed:
        arguments = [("limit", str(PAGE)), *(("reasons", reason) for reason in REASONS)]
        views, whole = await self._pages(
            "app.bsky.notification.listNotifications", "notifications", arguments, low, MOST_NOTIFIED, indexed_at
        )
        named = tuple(view for view in views if word(view, "reason") in REASONS or not word(view, "uri"))
        return Listed(named, now, gap="" if whole else f"{target.place} is more than the {len(views):,} newest, which were read")

    async def _pages(
        self,
        name: str,
        field: str,
        arguments: Sequence[tuple[str, str]],
        low: int,
        most: int,
        when: Callable[[object], datetime | None],
    ) -> tuple[list[Mapping[str, Any]], bool]:
        """Page back until the time `low` or the end; return distinct views, newest last, and whether all of them were read."""
        found: dict[str, Mapping[str, Any]] = {}
        cursor = ""
        for _ in range(most):
            answer = await self._ask(name, [*arguments, *([("cursor", cursor)] if cursor else [])])
            if not isinstance(answer, dict) or not isinstance(answer.get(field), list):
                raise SourceUnavailable(f"Bluesky answered something else than a list of {field}.")
            views = each_row(answer, field)
            before, follows = cursor, word(answer, "cursor")
            fresh = [view for view in views if (at := when(view)) is None or millis(at) >= low]
            found = {**{word(view, "uri"): view for view in reversed(fresh)}, **found}
            cursor = follows
            if not cursor or cursor == before or (views and not fresh):
                return list(found.values()), True
        return list(found.values()), False

    async def _ask(self, name: str, arguments: Sequence[tuple[str, str]]) -> object:
        """Ask something, as the account if there is one; once more with a renewed session when the one we have is over."""
        url = f"{self._base}/xrpc/{name}?{urlencode(arguments, errors='replace')}"
        if self._session is None:
            try:
                return await self._get(url, {})
            except SourceRefused as error:
                if error.status not in (401, 403):
                    raise
                said = f"{self._host} does not answer this without an account: set account, {HOW_TO}."
                raise SourceRefused(said, cause="token_missing", status=error.status) from error
        token = await self._session.token()
        try:
            return await self._get(url, {"Authorization": f"Bearer {token}"})
        except SourceRefused as error:
            if error.status != 401 and not error.cause.startswith("token"):
                raise
        return await self._get(url, {"Authorization": f"Bearer {await self._session.token(refused=token)}"})

    async def _get(self, url: str, headers: Mapping[str, str]) -> object:
        answer = await self._http.get(url, headers={"Accept": "application/json", **headers}, **self._allow)
        try:
            return read_json(answer.body)
        except ValueError as error:
            raise SourceUnavailable(f"Bluesky answered something that is {error}.") from error

    def _order(self, target: Target, view: object) -> datetime | None:
        return time_of(view) if target.what == "search" else indexed_at(view)


def _is_alone(refusal: SourceRefused) -> bool:
    """Tell whether one listing is refused alone, a search that Bluesky does not understand (400) as well."""
    unreadable = refusal.status == UNREADABLE and not refusal.cause and word(read_object(refusal.said), "error")
    return is_alone(refusal) or bool(unreadable)


def _remember(known: Mapping[str, Any], times: Mapping[str, int], *, low: int, newest: int, high: int, now: int) -> dict[str, Any]:
    """Return what to keep of a listing: the time to read from next, never earlier than `low`, and the addresses since then.

    A stretch that ended before now is followed by the next one, which is tried at twice its length ("span"); else the hour before the
    newest post is read again, of several stretches that in the last one. No post's own time counts as later than now.
    """
    after: dict[str, Any] = {"low": low}
    if high < now:
        after = {"low": max(high, low + LEAST_MILLIS), "span": 2 * max(high - low, LEAST_MILLIS)}
    elif "span" in known:
        after = {"low": min(newest or low, now) - OVERLAP_MILLIS}
    elif newest:
        after = {"low": max(low, min(newest, now) - OVERLAP_MILLIS)}
    else:
        return {**known, "recent": dict(times)} if known else {}
    recent = sorted(((at, uri) for uri, at in times.items() if at >= after["low"]), reverse=True)[:MOST_REMEMBERED]
    return {**after, "recent": {uri: at for at, uri in recent}}


def _written(moment_millis: int) -> str:
    """Return a time as lexicons write it."""
    return datetime.fromtimestamp(moment_millis / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
