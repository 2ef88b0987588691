"""Reading one of Reddit's listings through praw, newest first, and asking what became of single posts. Blocks: runs in a thread."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from listener.model.mention import Removal
from listener.model.page import Found, Skip
from listener.sources.reddit_access import ask
from listener.sources.reddit_items import PLATFORM, REALM, created_of, fullname_of, read_item

PAGE_SIZE = 100
MOST_LISTED = 1_000  # Reddit lists about that many items, however many there are (RULES F25)
NEARLY_ALL = 900  # a listing that ends with fewer showed everything there is; with more it may have been cut
MOST_LOOKED_UP = 100  # as many as one question about single items may name
MOST_REPEATS = 3 * PAGE_SIZE  # three pages that bring nothing new: the listing goes round (RULES F26)
_SPANS = (("hour", 3_600), ("day", 86_400), ("week", 604_800), ("month", 2_592_000), ("year", 31_536_000))


@dataclass(frozen=True, slots=True)
class Target:
    """One listing to read: new submissions or comments of a subreddit, a search in all of Reddit, what came to the account that signed
    in ("inbox"), or what waits for the moderators of a subreddit ("modqueue")."""

    what: Literal["submissions", "comments", "search", "inbox", "modqueue"]
    of: str

    @property
    def keeps_all(self) -> bool:
        """Whether what is no longer listed may still stand: it was read there, handled, or is no hit any more."""
        return self.what in ("search", "inbox", "modqueue")

    @property
    def name(self) -> str:
        """The name under which a cursor remembers this listing."""
        return f"{self.what} {self.of}"

    @property
    def place(self) -> str:
        """What it is called in messages."""
        named = {"search": f"search for {self.of!r}", "inbox": "our inbox", "modqueue": f"the queue of r/{self.of}'s moderators"}
        return named.get(self.what, f"r/{self.of}")


@dataclass(frozen=True, slots=True)
class Listed:
    """Distinct items of a listing, newest first, and why reading ended.

    "reached" an item older than asked for; "exhausted" the listing; it went "round"; or nobody waits for it any more ("stopped").
    """

    items: tuple[Any, ...]
    end: Literal["reached", "exhausted", "round", "stopped"]

    @property
    def is_whole(self) -> bool:
        """Tell whether everything since the asked-for time was shown."""
        return self.end == "reached" or (self.end == "exhausted" and len(self.items) < NEARLY_ALL)


def read_listing(reddit: Any, target: Target, *, low: float, now: float, stop: threading.Event) -> Listed:
    """Return the items of a listing that are not older than `low` (seconds since 1970). Raises our errors (`ask`)."""
    return ask(reddit, lambda r: _down_to(low, _listing(r, target, age=now - low), stop), place=target.place)


def look_up(reddit: Any, names: Sequence[str], *, control: Sequence[str] = ()) -> tuple[Found, ...]:
    """Return items by fullname (at most 99) as they stand now, in the order asked for; one that Reddit does not show is a removal.

    Unless it shows none at all: an empty answer may be a bad day, and a removal is for ever. `control` names an item known to stand,
    so that a single one can be told to be gone.
    """
    asked = list(names[: MOST_LOOKED_UP - 1])
    everything = [*asked, *control[:1]]
    found = ask(reddit, lambda r: {fullname_of(item): item for item in r.info(fullnames=everything)}, place="single posts")
    believed = bool(found) and found.keys() <= set(everything)  # one that shows what nobody asked for may show the others badly as well
    # private messages (t4_) cannot be asked for: that one is not shown proves nothing
    return tuple(
        read_item(found[name]) if name in found else _missing(name, sure=believed and not name.startswith("t4_")) for name in asked
    )


def _missing(name: str, *, sure: bool) -> Found:
    if sure:
        return Removal(platform=PLATFORM, realm=REALM, native_id=name, reason="unknown")
    return Skip(where=f"item {name}", reason="Reddit shows nothing at all now; it is kept until it is known to be gone")


def _down_to(low: float, listing: Iterable[Any], stop: threading.Event) -> Listed:
    items: dict[str, Any] = {}
    repeats = 0
    for item in listing:
        if stop.is_set():
            return Listed(tuple(items.values()), "stopped")
        at = created_of(item)
        if at and at < low:  # one without a time ends nothing: what stands behind it may be new
            return Listed(tuple(items.values()), "reached")
        before = len(items)
        items.setdefault(fullname_of(item) or f"?{before}", item)
        repeats = repeats + 1 if len(items) == before else 0
        if repeats >= MOST_REPEATS:
            return Listed(tuple(items.values()), "round")
    return Listed(tuple(items.values()), "exhausted")


def _listing(reddit: Any, target: Target, *, age: float) -> Iterable[Any]:
    """Return praw's listing of a target; each hundred items are one request, sent when they are needed."""
    limits = {"limit": MOST_LISTED, "request_limit": PAGE_SIZE}
    found: Iterable[Any]
    if target.what == "search":
        span = next((name for name, seconds in _SPANS if age <= seconds), "all")
        found = reddit.subreddit("all").search(target.of, sort="new", time_filter=span, **limits)
    elif target.what == "inbox":
        found = reddit.inbox.all(**limits)
    elif target.what == "modqueue":
        found = reddit.subreddit(target.of).mod.modqueue(**limits)
    elif target.what == "submissions":
        found = reddit.subreddit(target.of).new(**limits)
    else:
        found = reddit.subreddit(target.of).comments(**limits)
    return found
