"""What a feed's cursor remembers between two pulls."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from listener.model.page import Cursor
from listener.sources.conditional import Validators
from listener.sources.fields import number, rows, word

ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
MOST_REMEMBERED = 5_000
MOST_SHOWN = 1_000
MOST_SHOWN_CHARACTERS = 200_000
MOST_MISSING = 200
MOST_PAST = 1_000
LONGEST = 500
SHORT = 12
WHOLE_EVERY_SECONDS = 3_600
GRACE_SECONDS = 1_800
"""Between the first pull that misses an entry and the one that may take it as removed: a page is also taken down to be put right."""
AGAIN_SECONDS = 3_600
NOTHING_SAID = Validators()
Order = Literal["time", "count", "threads", ""]
ORDERS: tuple[Order, ...] = get_args(Order)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An entry as the feed last showed it.

    `at`: seconds since 1970 of its publication, or of the first change that was told where a feed tells of changes only; 0 without any
    time. `link` is "" when it has none, `root` the beginning of the thread that it answers in.
    """

    native_id: str
    at: int
    link: str = ""
    root: str = ""

    @property
    def row(self) -> list[Any]:
        """Return it as the cursor keeps it; an id that is its own address is kept once."""
        return [self.native_id, self.at, "=" if self.link == self.native_id else self.link, self.root]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """An entry that the feed should still show. `since`, `asked`: seconds since 1970; `tries`: how often its page was asked for."""

    shown: Shown
    since: int
    tries: int = 0
    asked: int = 0

    def is_due(self, now: datetime) -> bool:
        """Tell whether it has been missing for long enough, and was not asked for within the hour.

        So it has when its times lie ahead: a clock noted them that was set wrong, and nobody would ask for years (RULES F13).
        """
        return not 0 < max(self.since + GRACE_SECONDS, self.asked + AGAIN_SECONDS) - now.timestamp() <= AGAIN_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """The cursor's content: the settings' address as a hash, the feed's own address when that is a page (`feed`), ETag and Last-Modified.

    `prints`: a short hash of each entry's id → one of its words. `order`: by what the last document was in order, "" when by nothing.
    `whole_at`: seconds since 1970 of the last answer with a body. `past`, `gone`: short hashes of ids that left the document, and of
    those that were removed, latest first.
    """

    url: str
    validators: Validators = NOTHING_SAID
    prints: Mapping[str, str]
    first: bool = False
    feed: str = ""
    order: Order = ""
    whole_at: int = 0
    shown: tuple[Shown, ...] = ()
    missing: tuple[Missing, ...] = ()
    past: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    @classmethod
    def anew(cls, url: str) -> Memory:
        """Return one that remembers nothing."""
        return cls(url=url, prints={}, first=True)

    @classmethod
    def read(cls, cursor: Cursor | None, url: str) -> Memory:
        """Return what `cursor` remembers; nothing when there is none or it was made for another address. Older cursors hold less."""
        found = json.loads(cursor) if cursor else {}
        if found.get("url") != short(url):
            return cls.anew(url)
        return cls(
            url=url,
            validators=Validators.read(found),
            prints=found["prints"],
            feed=word(found, "feed"),
            order=next((one for one in ORDERS if one == found.get("order")), ""),
            whole_at=number(found.get("whole_at")),
            shown=tuple(one for row in rows(found, "shown") if (one := _shown(row)) is not None),
            missing=tuple(
                Missing(shown=one, since=number(row[4]), tries=number(row[5]), asked=number(row[6]))
                for row in rows(found, "missing")
                if (one := _shown(row[:4])) is not None and len(row) == 7
            ),
            past=_hashes(word(found, "past")),
            gone=_hashes(word(found, "gone")),
        )

    def conditions(self, now: datetime) -> dict[str, str]:
        """Return the headers of a polite request (RULES P37).

        Once an hour, and when a missing entry's fate is to be settled, without conditions: what some sites call unchanged (while its newest
        entry is the same one) holds edits and deletions of older entries.
        """
        settle = any(one.is_due(now) for one in self.missing)
        stale = not 0 <= now.timestamp() - self.whole_at < WHOLE_EVERY_SECONDS
        return {"Accept": ACCEPT, **({} if settle or stale else self.validators.headers())}

    def knows(self, native_id: str) -> bool:
        """Tell whether this feed has shown an entry, now or earlier."""
        return short(native_id) in self.prints or short(native_id) in self.past

    def written(self) -> Cursor:
        """Return the cursor; of a long feed the newest entries are remembered."""
        prints = {short(native_id): words for native_id, words in list(self.prints.items())[:MOST_REMEMBERED]}
        kept: dict[str, Any] = {"url": short(self.url), **self.validators.written(), "prints": prints}
        if self.validators != NOTHING_SAID:  # without them every answer has a body, and the same feed gives the same cursor
            kept["whole_at"] = self.whole_at
        more = {
            "feed": self.feed,
            "order": self.order,
            "shown": [one.row for one in _newest(self.shown)],
            "missing": [[*one.shown.row, one.since, one.tries, one.asked] for one in self.missing[:MOST_MISSING]],
            "past": "".join(self.past[:MOST_PAST]),
            "gone": "".join(self.gone[:MOST_PAST]),
        }
        return Cursor(json.dumps({**kept, **{name: value for name, value in more.items() if value}}, sort_keys=True))


def short(text: str) -> str:
    """Return the hash under which the cursor remembers an id."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:SHORT]


def _hashes(joined: str) -> tuple[str, ...]:
    return tuple(joined[at : at + SHORT] for at in range(0, len(joined), SHORT))


def _newest(shown: Iterable[Shown]) -> list[Shown]:
    """Return as many of the newest entries as a cursor may hold, newest first; ids and addresses of absurd length are left out."""
    kept, characters = [], 0
    for one in sorted(shown, key=lambda each: -each.at)[:MOST_SHOWN]:
        if max(len(one.native_id), len(one.link), len(one.root)) > LONGEST:
            continue
        characters += sum(map(len, (one.native_id, one.link, one.root)))
        if characters > MOST_SHOWN_CHARACTERS:
            break
        kept.append(one)
    return kept


def _shown(row: Any) -> Shown | None:
    """Return an entry from a row of a cursor; None for anything else."""
    if not isinstance(row, list) or len(row) != 4 or not all(isinstance(row[at], str) for at in (0, 2, 3)):
        return None
    return Shown(native_id=row[0], at=number(row[1]), link=row[0] if row[2] == "=" else row[2], root=row[3])
