"""How far one list of X's was read: after which post everything is new, and, while it is longer than a page, where to go on. Pure.

docs.x.com/x-api/posts/search/integrate/paginate, read 2026-11-26: lists come newest first; `since_id` and `until_id` leave out what they
name; `next_token` leads to the next page. A search takes no `since_id` that is more than seven days old.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from listener.sources.fields import moment, number, part, word
from listener.sources.x_items import id_at, made_at, newest_id, oldest_id, posts_of

SEEN = timedelta(days=7) - timedelta(minutes=5)
BEGIN = timedelta(days=7) - timedelta(hours=1)
"""Where a list begins at the earliest, so that there is time to read it to its end before X forgets its beginning."""
OVERLAP = timedelta(minutes=2)
"""Read again each time: search takes half a minute to know a post, and ids of one moment come in no order."""
MOST_IDLE = 3
"""Pages in a row that bring nothing older and still name a next one: of a page whose posts are all gone X says that there is more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Posts after id `since` are wanted. While under way, those from `until` on were read, and `token` is X's mark for the next page.

    `newest` is the newest post there was when the list was begun, `listed` how many came since, `idle` how many pages in a row brought
    nothing older; `read_at` is the hour in which it was last read to its end. `is_cut`: it ended although X named a next page.
    """

    since: str
    until: str = ""
    token: str = ""
    newest: str = ""
    listed: int = 0
    idle: int = 0
    read_at: datetime | None = None
    is_cut: bool = False

    @classmethod
    def of(cls, known: Mapping[str, Any], *, now: datetime, look_back: timedelta) -> Reading:
        """Return what a cursor remembers; nothing begins at the look-back, as far as X shows."""
        if not number(known.get("since")):
            return cls(since=id_at(now - min(look_back, BEGIN)))
        return cls(
            since=word(known, "since"),
            until=word(known, "until"),
            token=word(known, "token"),
            newest=word(known, "newest"),
            listed=number(known.get("listed")),
            idle=number(known.get("idle")),
            read_at=moment(known.get("read_at")),
        )

    @property
    def is_under_way(self) -> bool:
        return bool(self.until or self.token)

    @property
    def is_empty(self) -> bool:
        """Tell whether all that is left was forgotten by X meanwhile."""
        return bool(self.until) and number(self.until) <= number(self.since)

    def within_reach(self, now: datetime) -> tuple[Reading, bool]:
        """Return the same reading no further back than a search shows, and whether posts are lost that nobody read.

        It goes on below what was read already: beginning again would be paid for again, and might never come to the end.
        """
        since = made_at(self.since)
        if since is None or since >= now - SEEN:
            return self, False
        lost = self.is_under_way or (self.read_at is not None and self.read_at < now - SEEN)
        return replace(self, since=id_at(now - BEGIN), token=""), lost

    def asked(self, mark: str) -> dict[str, str]:
        """Return the parameters that ask for the next page; `mark` is what this list calls the one that carries `token`."""
        going_on = {mark: self.token} if self.token else {"until_id": self.until} if self.until else {}
        return {"since_id": self.since, **going_on}

    def then(self, answer: Mapping[str, Any], *, now: datetime) -> Reading:
        """Return how far it was read with a page of it."""
        posts, token = posts_of(answer), word(part(answer, "meta"), "next_token")
        until, newest, listed = oldest_id(posts) or self.until, self.newest or newest_id(posts), self.listed + len(posts)
        goes_on = replace(self, until=until, token=token, newest=newest, listed=listed)
        if token and until and (not self.until or number(until) < number(self.until)):
            return replace(goes_on, idle=0)
        if token and self.idle + 1 < MOST_IDLE:
            return replace(goes_on, idle=self.idle + 1)
        return replace(self.ended(newest, now=now), is_cut=bool(token))

    def ended(self, newest: str, *, now: datetime) -> Reading:
        """Return where the next reading begins: two minutes before the newest post of this one."""
        made = made_at(newest)
        since = id_at(made - OVERLAP) if made is not None else newest or self.since
        return Reading(since=since, read_at=now.astimezone(UTC).replace(minute=0, second=0, microsecond=0))

    def written(self) -> dict[str, Any]:
        """Return what to keep in a cursor."""
        kept: dict[str, Any] = {
            name: getattr(self, name) for name in ("since", "until", "token", "newest", "listed", "idle") if getattr(self, name)
        }
        return {**kept, **({"read_at": self.read_at.isoformat()} if self.read_at else {})}
