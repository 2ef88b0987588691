"""Stack Exchange sites through their public API: questions that a search or a tag finds, and all answers and comments of a site.

api.stackexchange.com/docs (paging, throttle, error handling, search/advanced, questions, answers, comments), version 2.3, as of 2026-11.
Reading needs no key; with one (no secret: it only counts) there are 10,000 requests a day instead of 300.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlencode

from listener.errors import RateLimited, SettingsError, SourceRefused, SourceUnavailable
from listener.model.mention import Mention, Removal
from listener.model.page import Cursor, Found, Page, Skip
from listener.ports import Clock
from listener.sources.fields import each_row, moment, number, objects, word
from listener.sources.http import HttpClient
from listener.sources.json_text import read_json, read_object
from listener.sources.stackexchange_items import COMMENT, PLATFORM, active_at, changed_at, native_id_of, read_item
from listener.sources.turns import Turn, take_turn

BASE = "https://api.stackexchange.com/2.3"
PAGE_SIZE = 100
OVERLAP_SECONDS = 600
"""Read again each round: answers of the API may be a minute old."""
MOST_LOOKED_UP = 100
MOST_SAME_SECOND = 20
FIELDS = "comment.link;comment.post_type"
"""What we want beside the usual fields and the text: of which question a comment is."""
KEPT_FREE = 0.2
"""The part of a day's requests that is left to others who use the same key or address."""
MOST_CLOSED_SECONDS = 3_600
UNREADABLE = 400
THROTTLED = 502
THEIR_TROUBLE = frozenset({500, 503})
_SITE = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*$")
_OWN_DOMAIN = frozenset({"stackoverflow", "superuser", "serverfault", "askubuntu", "stackapps"})
_AVAILABLE_IN = re.compile(r"available in (\d{1,7}) seconds")


@dataclass(frozen=True, slots=True)
class Listing:
    """One list to read: questions that a search finds, questions with a tag ("" is every question), or all answers or comments."""

    what: Literal["search", "questions", "answers", "comments"]
    of: str = ""

    @property
    def name(self) -> str:
        """The name under which a cursor remembers this list."""
        return f"{self.what} {self.of}".strip()

    @property
    def place(self) -> str:
        """What it is called in messages."""
        named = {"search": f"the search for {self.of!r}", "questions": f"the tag {self.of}" if self.of else "all questions"}
        return named.get(self.what, f"all {self.what}")

    @property
    def path(self) -> str:
        return "/search/advanced" if self.what == "search" else f"/{self.what}"

    def arguments(self, low: int) -> dict[str, str]:
        """Return what to ask for: what happened at `low` (seconds since 1970) or later, oldest first."""
        if self.what == "comments":
            return {"sort": "creation", "fromdate": str(low)}
        about = {"search": "q", "questions": "tagged"}.get(self.what, "")
        return {"sort": "activity", "min": str(low), **({about: self.of} if about and self.of else {})}


class StackExchangeSource:
    """Posts of one site, a hundred of one list a pull.

    The cursor keeps, per list, from when to read on. Lists are read from old to new in the order of their last activity, so that an edited
    post comes again at the end and nothing moves past the reader. Old questions that only got an answer are not new and are left out.
    """

    def __init__(
        self,
        source_id: str,
        site: str,
        *,
        queries: Sequence[str] = (),
        tags: Sequence[str] = (),
        everything: bool = False,
        comments: bool = True,
        key: Callable[[], str] = str,
        http: HttpClient,
        clock: Clock,
        look_back: timedelta = timedelta(days=7),
        base: str = "",
        allow_http: bool = False,
        allow_private: bool = False,
    ) -> None:
        self._site = site.strip().lower().removeprefix("https://").strip("/")
        if not _SITE.match(self._site):
            raise SettingsError(
                f"klankbord.yaml: sources: {source_id}: site: {site[:40]!r} is no site; "
                "write one like 'stackoverflow' or 'iot.stackexchange.com'."
            )
        asked = [Listing("search", query) for query in queries] + [Listing("questions", tag.strip().lower()) for tag in tags]
        asked = [Listing("questions")] if everything else asked
        if not asked:
            raise SettingsError(f"klankbord.yaml: sources: {source_id} has nothing to read: set query or tags, name a brand, or keep all.")
        self._listings = (*asked, *((Listing("answers"), Listing("comments")) if comments else ()))
        self._source_id = source_id
        self._realm = _host_of(self._site)
        self._key = key
        self._http = http
        self._clock = clock
        self._look_back = look_back
        self._base = (base or BASE).rstrip("/")
        self._allow_http = allow_http
        self._allow_private = allow_private
        self._filter = ""

    @property
    def source_id(self) -> str:
        return self._source_id

    @property
    def realm(self) -> str:
        """The site's host: the realm of its posts."""
        return self._realm

    async def pull(self, cursor: Cursor | None) -> Page:
        """Return the next hundred of one list, oldest first; `more` until every list was read to its end. See `Source.pull`."""
        places = {one.name: one.place for one in self._listings}
        return await take_turn(cursor, places, self._pull, now=self._clock.now(), keep=self._kept, alone=_is_alone)

    def _kept(self, known: Mapping[str, Any]) -> dict[str, Any]:
        return {"low": int((self._clock.now() - self._look_back).timestamp()), **known}

    async def _pull(self, turn: Turn) -> Page:
        listing, known = self._listings[turn.at], turn.known
        low = number(known.get("low")) or int((self._clock.now() - self._look_back).timestamp())
        since = moment(known.get("since")) or datetime.fromtimestamp(low, UTC)
        page_number = min(max(1, number(known.get("page"))), MOST_SAME_SECOND)
        answer = await self._ask(listing.path, {**listing.arguments(low), "order": "asc", "page": str(page_number)})
        items = each_row(answer, "items")
        newest = min(max((active_at(item) for item in items), default=low), max(low, int(self._clock.now().timestamp())))
        gap = ""
        if answer.get("has_more") is True and items:
            same = newest <= low  # a hundred in one second: the next page of that second
            if same and page_number == MOST_SAME_SECOND:
                gap, newest, same = f"{self._source_id}: more {listing.what} at one moment than can be listed.", low + 1, False
            after = {"low": max(newest, low), "since": since.isoformat(), **({"page": page_number + 1} if same else {})}
        else:
            began = int(since.timestamp())
            after = {"low": max(newest - OVERLAP_SECONDS, began)} if items or known else {}
        found = [read_item(item, self._realm) for item in items if (changed_at(item) or since) >= since]
        page = Page(
            mentions=tuple(sorted((m for m in found if isinstance(m, Mention)), key=lambda m: (m.posted_at, m.native_id))),
            next=None,
            skipped=tuple(one for one in found if isinstance(one, Skip)),
            gap=gap,
        )
        return turn.then(page, after, finished=answer.get("has_more") is not True or not items)

    async def look_up(self, native_ids: Sequence[str]) -> tuple[Found, ...]:
        """Return up to 100 posts as they stand now, in the order asked for; one that the site does not show is a removal.

        Unless it shows nothing at all: then a removal, which is for ever, would rest on a bad day.
        """
        asked = list(dict.fromkeys(native_ids))[:MOST_LOOKED_UP]
        numbers = [one for one in asked if number(one.removeprefix(COMMENT))]
        shown = await self._shown("questions", [one for one in numbers if not one.startswith(COMMENT)])
        shown |= await self._shown("answers", [one for one in numbers if not one.startswith(COMMENT) and one not in shown])
        shown |= await self._shown("comments", [one for one in numbers if one.startswith(COMMENT)])
        sure = bool(shown) or (bool(numbers) and bool(objects(await self._ask("/questions", {"pagesize": "1"}), "items")))
        return tuple(self._as_found(one, shown, sure=sure and one in numbers) for one in asked)

    async def aclose(self) -> None:
        """Nothing to let go of: the HTTP client belongs to the bootstrap."""

    def _as_found(self, native_id: str, shown: Mapping[str, Mapping[str, Any]], *, sure: bool) -> Found:
        if native_id in shown:
            return read_item(shown[native_id], self._realm)
        if sure:
            return Removal(platform=PLATFORM, realm=self._realm, native_id=native_id, reason="unknown")
        return Skip(where=f"item {native_id}", reason=f"{self._realm} shows nothing at all now; it is kept until it is known to be gone")

    async def _shown(self, what: str, native_ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        if not native_ids:
            return {}
        ids = ";".join(one.removeprefix(COMMENT) for one in native_ids)
        return {native_id_of(item): item for item in objects(await self._ask(f"/{what}/{ids}", {}), "items")}

    async def _ask(self, path: str, arguments: Mapping[str, str]) -> Mapping[str, Any]:
        """Return an answer of the site, with the fields we want."""
        self._filter = self._filter or await self._made_filter()
        return await self._got(path, {"site": self._site, "pagesize": str(PAGE_SIZE), "filter": self._filter, **arguments})

    async def _made_filter(self) -> str:
        """Return the name of the set of fields we want: made by asking for it, the same one each time, and valid for ever."""
        items = objects(await self._got("/filters/create", {"base": "withbody", "include": FIELDS, "unsafe": "false"}), "items")
        return next((name for item in items if (name := word(item, "filter"))), "withbody")

    async def _got(self, path: str, arguments: Mapping[str, str]) -> Mapping[str, Any]:
        """Return an answer's wrapper, and wait before the next request when it says so (`backoff`, or a day's requests that run out)."""
        key = self._key()
        url = f"{self._base}{path}?{urlencode({**arguments, **({'key': key} if key else {})}, errors='replace')}"
        try:
            answer = await self._http.get(url, allow_http=self._allow_http, allow_private=self._allow_private)
            found = read_json(answer.body)
        except SourceRefused as refusal:
            raise self._translated(refusal) from refusal
        except ValueError as error:
            raise SourceUnavailable(f"Stack Exchange answered something that is {error}.") from error
        if not isinstance(found, dict) or not isinstance(found.get("items"), list):
            raise SourceUnavailable("Stack Exchange answered something else than a list.")
        if backoff := number(found.get("backoff")):
            self._http.close_for(backoff)
        left, most = found.get("quota_remaining"), number(found.get("quota_max"))
        if most and isinstance(left, int) and left <= most * KEPT_FREE:
            self._http.close_for(min(_until_midnight(self._clock.now()), MOST_CLOSED_SECONDS))
        return found

    def _translated(self, refusal: SourceRefused) -> Exception:
        """Return our error for one of theirs: each comes with status 400, and only its number tells what it is."""
        try:
            said = read_json(refusal.said)
        except ValueError:
            return refusal
        words = word(said, "error_message")
        error_id = number(said.get("error_id")) if isinstance(said, dict) else 0
        if error_id == THROTTLED:
            told = _AVAILABLE_IN.search(words)
            wait = float(told[1]) if told else 60.0
            self._http.close_for(min(wait, MOST_CLOSED_SECONDS))
            return RateLimited(f"Stack Exchange asks us to wait {wait:.0f} seconds.", wait_seconds=wait)
        if error_id in THEIR_TROUBLE:
            return SourceUnavailable(f"Stack Exchange has trouble of its own (error {error_id}).")
        if "site" in words.lower() and error_id == 400:
            return SourceRefused(f"Stack Exchange knows no site {self._site!r}; check site of this source.", cause="not_found", status=400)
        return refusal


def _is_alone(refusal: SourceRefused) -> bool:
    """Tell whether the API itself does not understand one list; what a site or a key is refused for has a cause."""
    return not refusal.cause and read_object(refusal.said).get("error_id") == UNREADABLE


def _host_of(site: str) -> str:
    """Return a site's host from the name its API uses: "stackoverflow", "iot", or the host itself."""
    if "." in site:
        return site
    return f"{site}.com" if site in _OWN_DOMAIN else f"{site}.stackexchange.com"


def _until_midnight(now: datetime) -> float:
    tomorrow = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return (tomorrow - now).total_seconds()
