"""RSS, Atom, RDF and JSON feeds as a source. One pull is one conditional request; a feed has no pages."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx

from listener.errors import SourceRefused, SourceUnavailable
from listener.model.mention import Author, Mention
from listener.model.page import Cursor, Page, Skip
from listener.ports import Clock
from listener.sources.conditional import Validators
from listener.sources.feed_entries import Entry
from listener.sources.feed_finding import common_places, feeds_in, is_page
from listener.sources.feed_process import read_feed_in_time
from listener.sources.http import Answer, HttpClient

MOST_REMEMBERED = 5_000
MOST_NAMED = 10
MOVED = frozenset({404, 410})
BEFORE_FEEDS = datetime(1990, 1, 1, tzinfo=UTC)  # older dates are zeros of broken clocks
ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"


class FeedSource:
    """One feed, by its own address or by that of a page that names it: what was found there is remembered in the cursor.

    The cursor remembers ETag, Last-Modified and a fingerprint of each entry, so that only new and changed entries come out. A feed
    shows its newest entries only: when none of those seen last time is left, entries may have been missed and `Page.gap` says so.
    Identity: an entry id that is an address or tag is unique on its host; other ids are unique in this feed only.
    """

    def __init__(
        self,
        source_id: str,
        url: str,
        *,
        http: HttpClient,
        clock: Clock,
        look_back: timedelta = timedelta(days=7),
        allow_http: bool = False,
        allow_private: bool = False,
    ) -> None:
        self._source_id = source_id
        self._url = url
        self._http = http
        self._clock = clock
        self._look_back = look_back
        self._allow_http = allow_http
        self._allow_private = allow_private

    @property
    def source_id(self) -> str:
        return self._source_id

    async def pull(self, cursor: Cursor | None) -> Page:
        """Return new and changed entries since `cursor`, oldest first; see `Source.pull`."""
        before = _Memory.read(cursor, self._url)
        address = before.feed or self._url
        entries: list[Entry] | None = None
        try:
            answer, entries = await self._read(address, before)
        except SourceRefused as error:
            if not before.feed or error.status not in MOVED:
                raise
        if entries is None and before.feed:  # it moved: what its page names now is looked for
            before, address = _Memory(self._url, Validators(), {}, first=True), self._url
            answer, entries = await self._read(address, before)
        if entries is None:
            address, answer, entries = await self._found(answer)
        if answer.status == 304 and cursor is not None:
            return Page(mentions=(), next=cursor)
        feed = address if address != self._url else ""
        return self._page(entries, before, _Memory(self._url, Validators.of(answer.headers), {}, feed=feed))

    async def _read(self, address: str, before: _Memory) -> tuple[Answer, list[Entry] | None]:
        """Return the answer and its entries; None instead of entries when it is a web page, [] when nothing changed (304)."""
        # only the place that settings name may lie inside our own network: a page must not send us inward
        inward = self._allow_private and _place(address) == _place(self._url)
        answer = await self._http.get(address, headers=before.conditions(), allow_private=inward, allow_http=self._allow_http)
        if answer.status == 304 and not before.first:
            return answer, []
        if answer.status != 200:
            raise SourceUnavailable(f"The feed answered with status {answer.status} and nothing to read.")
        try:
            return answer, await read_feed_in_time(answer.body, url=answer.url, content_type=answer.headers.get("content-type", ""))
        except SourceRefused:
            if not is_page(answer.body):
                raise
            return answer, None

    async def _found(self, page: Answer) -> tuple[str, Answer, list[Entry]]:
        """Return the one feed that a page names, else the first that is where sites have one by habit. Raises for several."""
        named = feeds_in(page.body, page.url)
        if len(named) > 1:
            shown = ", ".join(named[:MOST_NAMED])
            raise SourceRefused(f"This is a web page, not a feed, and it names {len(named)} feeds; set url to one of them: {shown}.")
        nothing = _Memory(self._url, Validators(), {}, first=True)
        for address in named or common_places(page.url):
            try:
                answer, entries = await self._read(address, nothing)
            except (SourceRefused, SourceUnavailable):
                if named:
                    raise
                continue
            if entries is not None:
                return address, answer, entries
        why = f"the feed that it names, {named[0]}, is none" if named else "it names no feed, and none is where sites usually have it"
        raise SourceRefused(f"This is a web page, not a feed: {why}. Look for an RSS or Atom address on the site.")

    async def aclose(self) -> None:
        """Nothing to let go of: the HTTP client belongs to the bootstrap."""

    def _page(self, entries: list[Entry], before: _Memory, after: _Memory) -> Page:
        mentions, skipped = self._mentions(entries, after.feed or self._url)
        after.prints = {m.native_id: m.content_hash[:12] for m in mentions}
        fresh = [m for m in mentions if before.prints.get(_short(m.native_id)) != m.content_hash[:12]]
        if before.first:
            earliest = self._clock.now() - self._look_back
            fresh = [m for m in fresh if m.posted_at >= earliest]
        gap = ""
        if before.prints and mentions and not any(_short(m.native_id) in before.prints for m in mentions):
            gap = f"{self._source_id}: none of the entries seen last time is left in the feed, so entries in between may be missing."
        return Page(mentions=tuple(sorted(fresh, key=lambda m: m.posted_at)), next=after.written(), skipped=tuple(skipped), gap=gap)

    def _mentions(self, entries: Sequence[Entry], address: str) -> tuple[list[Mention], list[Skip]]:
        """Turn entries into mentions with distinct ids; of entries that share id *and* link, the latest change stays."""
        sharing = Counter(guid for guid, _ in {(e.guid, e.link or e.title) for e in entries if e.guid})
        skipped: list[Skip] = []
        found: dict[str, Mention] = {}
        for position, entry in enumerate(entries, start=1):
            if not entry.title and not entry.text:
                skipped.append(Skip(where=f"entry {position}", reason="it has neither a title nor a text"))
                continue
            mention = self._mention(entry, address, shared=sharing[entry.guid] > 1)
            earlier = found.get(mention.native_id)
            if earlier is None or _changed_at(mention) > _changed_at(earlier):
                found[mention.native_id] = mention
            if earlier is not None and earlier.content_hash != mention.content_hash:
                skipped.append(Skip(where=f"entry {position}", reason=f"id {entry.guid[:200]!r} occurs twice; the latest change was kept"))
        return list(found.values()), skipped

    def _mention(self, entry: Entry, address: str, *, shared: bool) -> Mention:
        host = httpx.URL(address).host
        own_realm = f"{host}/{_short(address)}"
        if not entry.guid or shared:
            native_id = hashlib.sha256(f"{entry.guid}\x1f{entry.link}\x1f{entry.title}".encode("utf-8", "replace")).hexdigest()[:32]
        else:
            native_id = entry.guid
        realm = host if native_id == entry.guid and ":" in entry.guid else own_realm
        times = sorted(t for t in (entry.published, entry.updated) if t is not None and t >= BEFORE_FEEDS)
        author = entry.author_link or entry.author
        return Mention(
            platform="feed",
            realm=realm,
            native_id=native_id,
            text=entry.text,
            title=entry.title,
            posted_at=times[0] if times else self._clock.now(),
            edited_at=times[1] if len(times) == 2 and times[1] > times[0] else None,
            author=Author(platform="feed", realm=host, native_id=author.casefold(), name=entry.author) if author else None,
            url=entry.link,
            parent_id=entry.reply_to,
            flags=frozenset() if times else frozenset({"no_time"}),
        )


class _Memory:
    """What the cursor holds: a hash of the settings' address, the feed's own address when that is a page (`feed`), ETag, Last-Modified,
    and per entry a short hash of its id → a short hash of its words."""

    def __init__(self, url: str, validators: Validators, prints: dict[str, str], *, first: bool = False, feed: str = "") -> None:
        self.url = url
        self.feed = feed
        self.validators = validators
        self.first = first
        self.prints = prints

    @classmethod
    def read(cls, cursor: Cursor | None, url: str) -> _Memory:
        """Return what `cursor` remembers; nothing when there is none or it was made for another address."""
        found = json.loads(cursor) if cursor else {}
        if found.get("url") != _short(url):
            return cls(url, Validators(), {}, first=True)
        return cls(url, Validators.read(found), found["prints"], feed=str(found.get("feed", "")))

    def conditions(self) -> dict[str, str]:
        """Return the headers of a polite request (RULES P37)."""
        return {"Accept": ACCEPT, **self.validators.headers()}

    def written(self) -> Cursor:
        prints = {_short(native_id): words for native_id, words in list(self.prints.items())[:MOST_REMEMBERED]}
        kept = {"url": _short(self.url), **self.validators.written(), "prints": prints, **({"feed": self.feed} if self.feed else {})}
        return Cursor(json.dumps(kept, sort_keys=True))


def _place(address: str) -> str:
    """Return the host and port of an address; "" when it cannot be read."""
    try:
        return urlsplit(address).netloc.casefold()
    except ValueError:
        return ""


def _changed_at(mention: Mention) -> datetime:
    return mention.edited_at or mention.posted_at


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]
