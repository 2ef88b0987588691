"""Hacker News: searches by Algolia's public API, looks at single items by the official Firebase API. Neither needs a key.

hn.algolia.com/api (search_by_date, newest first, at most 1,000 hits a query) and github.com/HackerNews/API (v0), as of 2026-11.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from listener.errors import SettingsError, SourceUnavailable
from listener.model.mention import Author, Mention, Removal
from listener.model.page import Cursor, Page, Skip
from listener.ports import Clock
from listener.sources.fields import each_row, moment_of_seconds, word
from listener.sources.http import HttpClient
from listener.sources.json_text import read_json
from listener.sources.markup import plain_text, unescaped_line
from listener.sources.patience import or_unsure

PLATFORM = "hackernews"
REALM = "news.ycombinator.com"
SEARCH_BASE = "https://hn.algolia.com"
ITEM_BASE = "https://hacker-news.firebaseio.com"
HITS_PER_PAGE = 200
MOST_HITS = 1_000  # Algolia shows no more for one query, however many match
OVERLAP_SECONDS = 7_200  # authors may edit and delete for two hours; each round reads those hours again
MOST_EQUAL_PAGES = 3
MOST_REMEMBERED = 200
MOST_LOOKED_UP = 20


class HackerNewsSource:
    """Stories and comments that hold any of `queries`, one query a pull.

    The cursor keeps, per query, the time of the newest hit and the ids of the last two hours: one that search no longer shows is
    looked up, and a deleted or dead one becomes a `Removal`. A window with more hits than Algolia lists is halved until it fits.
    `base` replaces both addresses (tests on loopback).
    """

    def __init__(
        self,
        source_id: str,
        queries: Sequence[str],
        *,
        http: HttpClient,
        clock: Clock,
        look_back: timedelta = timedelta(days=7),
        base: str = "",
        allow_http: bool = False,
        allow_private: bool = False,
    ) -> None:
        if not queries:
            raise SettingsError(f"klankbord.yaml: sources: {source_id} has nothing to search for: set query, or name a brand.")
        self._source_id = source_id
        self._queries = tuple(dict.fromkeys(queries))
        self._http = http
        self._clock = clock
        self._look_back = look_back
        self._search_base = (base or SEARCH_BASE).rstrip("/")
        self._item_base = (base or ITEM_BASE).rstrip("/")
        self._allow_http = allow_http
        self._allow_private = allow_private

    @property
    def source_id(self) -> str:
        return self._source_id

    async def pull(self, cursor: Cursor | None) -> Page:
        """Return what one query found since `cursor`, oldest first; `more` until every query had its turn. See `Source.pull`."""
        memory: dict[str, Any] = json.loads(cursor) if cursor else {"turn": 0, "queries": {}}
        turn = memory["turn"] if memory["turn"] < len(self._queries) else 0
        query = self._queries[turn]
        known: dict[str, Any] = memory["queries"].get(query, {})
        now = int(self._clock.now().timestamp())
        earliest = now - int(self._look_back.total_seconds())
        low = int(known.get("low", earliest))
        hits, high, missed = await self._window(query, low, now)
        mentions, skipped = _mentions(hits)
        shown = {m.native_id for m in mentions}
        lost = [item for item, at in known.get("recent", {}).items() if low <= at <= high and item not in shown]
        looked_up = [await or_unsure(self.look_up(item), f"item {item}") for item in lost[:MOST_LOOKED_UP]]
        removals = tuple(found for found in looked_up if isinstance(found, Removal))
        mentions = sorted(mentions + [found for found in looked_up if isinstance(found, Mention)], key=_in_time)
        finished = high >= now
        unsure = {item for item, answer in zip(lost, looked_up, strict=False) if isinstance(answer, Skip)} | set(lost[MOST_LOOKED_UP:])
        after = _remember(known, mentions, low=low, high=None if finished else high, ask_again=unsure)
        queries = {q: m for q, m in memory["queries"].items() if q in self._queries} | ({query: after} if after else {})
        next_turn = (turn + 1) % len(self._queries) if finished else turn
        unchanged = not mentions and not removals and queries == memory["queries"] and next_turn == memory["turn"]
        after_page = cursor if unchanged else Cursor(json.dumps({"turn": next_turn, "queries": queries}, sort_keys=True))
        return Page(
            mentions=tuple(mentions),
            next=after_page,
            removals=removals,
            skipped=tuple(skipped),
            more=not finished or next_turn != 0,
            gap=f"{self._source_id}: Hacker News counts {missed + len(hits)} posts for {query!r} and listed {len(hits)}." if missed else "",
            missed=missed,
        )

    async def look_up(self, native_id: str) -> Mention | Removal | Skip:
        """Return one item as it stands now: a mention, a removal (deleted or dead), or why it is neither."""
        found = await self._json(f"{self._item_base}/v0/item/{quote(native_id, safe='', errors='replace')}.json")
        return item_of(found, native_id)

    async def aclose(self) -> None:
        """Nothing to let go of: the HTTP client belongs to the bootstrap."""

    async def _window(self, query: str, low: int, now: int) -> tuple[list[Mapping[str, Any]], int, int]:
        """Return hits from `low` to the largest end that Algolia can list whole, that end, and how many are missing if that is too much."""
        high = now
        while True:
            first = await self._search(query, low, high, page=0)
            total = _number(first.get("nbHits"))
            if total <= MOST_HITS or high <= low:
                break
            high = low + (high - low) // 2
        hits, equal = _hits(first), 0
        seen = {str(hit.get("objectID")) for hit in hits}
        for page in range(1, min(_number(first.get("nbPages")), MOST_HITS // HITS_PER_PAGE)):
            more = _hits(await self._search(query, low, high, page=page))
            fresh = [hit for hit in more if str(hit.get("objectID")) not in seen]
            equal = 0 if fresh else equal + 1
            if equal >= MOST_EQUAL_PAGES:
                break
            hits += fresh
            seen |= {str(hit.get("objectID")) for hit in fresh}
        return hits, high, max(0, total - len(seen))

    async def _search(self, query: str, low: int, high: int, *, page: int) -> dict[str, Any]:
        arguments = {
            "query": f'"{query}"' if " " in query and '"' not in query else query,
            "tags": "(story,comment)",
            "numericFilters": f"created_at_i>={low},created_at_i<={high}",
            "hitsPerPage": HITS_PER_PAGE,
            "page": page,
            "typoTolerance": "false",
            "advancedSyntax": "true",  # quotes mean a phrase
        }
        found = await self._json(f"{self._search_base}/api/v1/search_by_date?{urlencode(arguments)}")
        if not isinstance(found, dict) or not isinstance(found.get("hits"), list):
            raise SourceUnavailable("Hacker News search answered something else than a list of hits.")
        return found

    async def _json(self, url: str) -> object:
        answer = await self._http.get(url, allow_private=self._allow_private, allow_http=self._allow_http)
        if answer.status != 200 or not answer.body:
            raise SourceUnavailable(f"Hacker News answered with status {answer.status} and nothing to read.")
        try:
            return read_json(answer.body)
        except ValueError as error:
            raise SourceUnavailable(f"Hacker News answered something that is {error}.") from error


def item_of(found: object, native_id: str) -> Mention | Removal | Skip:
    """Return a Firebase v0 item as a mention; deleted and dead ones are removals.

    `null` is no proof: it is said of items that never were, and of everything when their store has a bad day, while a removal is for ever.
    """
    if found is None:
        return Skip(where=f"item {native_id}", reason="Hacker News does not know it now; it is kept until it is known to be gone")
    if not isinstance(found, dict):
        return Skip(where=f"item {native_id}", reason="it is not an object")
    if found.get("deleted") is True or found.get("dead") is True:
        return Removal(platform=PLATFORM, realm=REALM, native_id=native_id, reason="deleted" if found.get("deleted") is True else "removed")
    as_hit = {
        "objectID": found.get("id"),
        "author": found.get("by"),
        "title": found.get("title"),
        "story_text": found.get("text"),
        "created_at_i": found.get("time"),
        "parent_id": found.get("parent"),
    }
    return _mention(as_hit)


def _mentions(hits: Sequence[Mapping[str, Any]]) -> tuple[list[Mention], list[Skip]]:
    read = [_mention(hit) for hit in hits]
    mentions = sorted((m for m in read if isinstance(m, Mention)), key=_in_time)
    return mentions, [skip for skip in read if isinstance(skip, Skip)]


def _mention(hit: Mapping[str, Any]) -> Mention | Skip:
    native_id = word(hit, "objectID")
    posted_at = moment_of_seconds(hit.get("created_at_i"))
    if posted_at is None:
        return Skip(
            where=f"item {native_id or '?'}", reason=f"created_at_i is {str(hit.get('created_at_i'))[:40]!r}, not a time in seconds"
        )
    title = unescaped_line(word(hit, "title"))
    text = plain_text(word(hit, "comment_text") or word(hit, "story_text"))
    if not native_id or not (title or text):
        return Skip(where=f"item {native_id or '?'}", reason="it has no id" if not native_id else "it has neither a title nor a text")
    author = word(hit, "author")
    return Mention(
        platform=PLATFORM,
        realm=REALM,
        native_id=native_id,
        title=title,
        text=text,
        posted_at=posted_at,
        author=Author(platform=PLATFORM, realm=REALM, native_id=author, name=author) if author else None,
        url=f"https://{REALM}/item?id={quote(native_id, safe='', errors='replace')}",
        parent_id=word(hit, "parent_id"),
        root_id=word(hit, "story_id") if word(hit, "story_id") != native_id else "",
    )


def _remember(
    known: Mapping[str, Any], mentions: Sequence[Mention], *, low: int, high: int | None, ask_again: Collection[str]
) -> dict[str, Any]:
    """Return what to keep of a query: the moment to read from next (never earlier than `low`) and the ids after it.

    high: where a halved window ended, None when everything up to now was read. Then the overlap before the newest hit is read again.
    ask_again: ids that were missing from search and of which nothing is known yet.
    """
    times = {item: at for item, at in known.get("recent", {}).items() if item in ask_again}
    times |= {m.native_id: int(m.posted_at.timestamp()) for m in mentions}
    if high is not None:
        after = max(high, low + 1)  # a single second too full to list must not hold us up for ever
    elif times:
        after = max(low, max(times.values()) - OVERLAP_SECONDS)
    else:
        return dict(known)
    recent = sorted(((at, item) for item, at in times.items() if at >= after), reverse=True)[:MOST_REMEMBERED]
    return {"low": after, "recent": {item: at for at, item in recent}}


def _in_time(mention: Mention) -> tuple[datetime, str]:
    return mention.posted_at, mention.native_id


def _hits(found: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return each_row(found, "hits")


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
