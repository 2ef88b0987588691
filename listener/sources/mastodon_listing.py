"""Mastodon's listings, page by page: what came after an id, oldest first. Requests only; nothing is remembered here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote

from listener.errors import SourceUnavailable
from listener.sources.fields import millis, moment, part, word

PAGE = 40
MOST_FORWARD = 5
"""Pages read forwards in one pull; the next pull goes on behind them."""
MOST_BACK = 25
"""Pages read backwards, where only that way leads to the beginning: a thousand entries."""

Ask = Callable[[str, Mapping[str, str]], Awaitable[object]]
Order = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Target:
    """One listing: posts with a hashtag, a search, or the notifications that mention the account."""

    what: Literal["tag", "search", "mentions"]
    of: str = ""

    @property
    def place(self) -> str:
        """What it is called in messages."""
        return {"tag": f"#{self.of}", "search": f"the search for {self.of!r}", "mentions": "the account's mentions"}[self.what]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a listing: its own id, by which it is ordered, and the status it holds; without an id for rows that are none."""

    entry_id: str
    status: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Listed:
    """Distinct entries in order. `whole`: everything up to now was read. `gap` says what the server does not show."""

    entries: tuple[Entry, ...]
    whole: bool
    gap: str = ""


def order(entry_id: str) -> Order:
    """Return what ids are compared by: numbers of any length by size. Mastodon's own are numbers that grow with time."""
    return len(entry_id), entry_id


def id_at(moment_millis: int) -> str:
    """Return the id that a status of this moment would have: milliseconds, then 16 bits (mastodon lib/mastodon/snowflake.rb)."""
    return str(max(0, moment_millis) << 16)


async def read_target(ask: Ask, target: Target, since: str, *, earliest: datetime) -> Listed:
    """Return what a listing holds behind the entry `since`; "" begins at `earliest`."""
    if target.what == "search":
        return await _backwards(ask, target, order(since or id_at(millis(earliest))), earliest=None)
    if target.what == "mentions" and not since:  # notifications are numbered by count, so that no time leads to an id
        return await _backwards(ask, target, order(""), earliest=earliest)
    return await _forwards(ask, target, since or id_at(millis(earliest)))


async def _forwards(ask: Ask, target: Target, since: str) -> Listed:
    """Page on with min_id: each page is the one right behind an id, so that nothing between two pages is left out."""
    found: dict[str, Entry] = {}
    path, arguments = _where(target)
    for _ in range(MOST_FORWARD):
        page = _entries(target, await ask(path, {**arguments, "min_id": since}))
        newest = max((order(one.entry_id) for one in page), default=order(since))
        if not page:
            return Listed(_in_order(found), whole=True)
        found |= {one.entry_id: one for one in page}
        if newest <= order(since):
            return Listed(_in_order(found), whole=True, gap=f"{target.place} does not page by min_id here; posts in between may be missing")
        since = newest[1]
    return Listed(_in_order(found), whole=False)


async def _backwards(ask: Ask, target: Target, since: Order, *, earliest: datetime | None) -> Listed:
    """Read newest first until entries are not behind `since` any more, or older than `earliest`."""
    found: dict[str, Entry] = {}
    path, arguments = _where(target)
    seen = 0
    for _ in range(MOST_BACK):
        page = _entries(target, await ask(path, arguments))
        seen += len(page)
        fresh = [one for one in page if one.entry_id not in found and order(one.entry_id) > since and not _is_older(one, earliest)]
        found |= {one.entry_id: one for one in page if not one.entry_id}
        found |= {one.entry_id: one for one in fresh}
        if not fresh:
            return Listed(_in_order(found), whole=True)
        if target.what == "search":
            arguments = {**arguments, "offset": str(seen)}
        else:
            arguments = {**arguments, "max_id": min(order(one.entry_id) for one in page if one.entry_id)[1]}
    return Listed(_in_order(found), whole=True, gap=f"{target.place} has more new posts than the newest {len(found):,}, which were read")


def _where(target: Target) -> tuple[str, dict[str, str]]:
    if target.what == "tag":
        return f"/api/v1/timelines/tag/{quote(target.of, safe='')}", {"limit": str(PAGE)}
    if target.what == "search":
        return "/api/v2/search", {"q": target.of, "type": "statuses", "limit": str(PAGE)}
    return "/api/v1/notifications", {"types[]": "mention", "limit": str(PAGE)}


def _entries(target: Target, answer: object) -> list[Entry]:
    """Return what a page lists. Raises `SourceUnavailable` when it is no list of statuses: "nothing new" has to be said (RULES F18)."""
    listed = answer.get("statuses") if target.what == "search" and isinstance(answer, Mapping) else answer
    if not isinstance(listed, list):
        raise SourceUnavailable(f"{target.place} answered something else than a list of posts.")
    named = [one for one in listed if word(one, "id")]
    if listed and not named:
        raise SourceUnavailable(f"{target.place} answered a list of something else than posts.")
    strange = [Entry("", {})] if len(named) < len(listed) else []
    return [*strange, *(Entry(word(one, "id"), part(one, "status") if target.what == "mentions" else one) for one in named)]


def _is_older(entry: Entry, earliest: datetime | None) -> bool:
    posted_at = moment(entry.status.get("created_at"))
    return earliest is not None and posted_at is not None and posted_at < earliest


def _in_order(found: Mapping[str, Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(found.values(), key=lambda one: order(one.entry_id)))


def moments_of(entries: Sequence[Entry]) -> dict[str, int]:
    """Return when each entry's status was posted, in milliseconds, by the entry's id; those without a time are left out."""
    read = {one.entry_id: moment(one.status.get("created_at")) for one in entries}
    return {entry_id: millis(when) for entry_id, when in read.items() if when is not None}
