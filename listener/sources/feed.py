"""RSS, Atom, RDF and JSON feeds as a source. One pull is one conditional request; a feed has no pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from listener.errors import SourceRefused, SourceUnavailable
from listener.model.mention import Mention
from listener.model.page import Cursor, Page, Skip
from listener.ports import Clock
from listener.sources.conditional import Validators
from listener.sources.feed_entries import FeedBody
from listener.sources.feed_finding import common_places, feeds_in, is_page
from listener.sources.feed_gone import due, missing_from, order_of
from listener.sources.feed_isso import guid_of, is_isso, told_apart
from listener.sources.feed_memory import SHORT, Memory, Missing, Order, short
from listener.sources.feed_mentions import Listing, listing_of, removal
from listener.sources.feed_pages import Pages
from listener.sources.feed_process import read_feed_in_time
from listener.sources.http import Answer, HttpClient

MOST_NAMED = 10
MOVED = frozenset({404, 410})
EMPTIED = "emptied"
KEPT = "it left the feed, and nothing proves that it is gone; it is kept"


class FeedSource:
    """One feed, by its own address or by that of a page that names it: what was found there is remembered in the cursor.

    The cursor remembers ETag, Last-Modified and a fingerprint of each entry, so that only new and changed entries come out. A feed
    shows its newest entries only: when none of those seen last time is left, entries may have been missed and `Page.gap` says so.
    Identity: an entry id that is an address or tag is unique on its host; other ids are unique in this feed only.
    Removals: what the feed says is deleted (RFC 6721; Isso's emptied comments) and, with `follow_removals`, what it should still show, does
    not, and is certainly gone (see `feed_gone` and `feed_pages`).
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
        follow_removals: bool = True,
    ) -> None:
        self._source_id = source_id
        self._url = url
        self._http = http
        self._clock = clock
        self._look_back = look_back
        self._allow_http = allow_http
        self._allow_private = allow_private
        self._follow_removals = follow_removals

    @property
    def source_id(self) -> str:
        return self._source_id

    async def pull(self, cursor: Cursor | None) -> Page:
        """Return new and changed entries since `cursor`, oldest first; see `Source.pull`."""
        before = Memory.read(cursor, self._url)
        address = before.feed or self._url
        body: FeedBody | None = None
        try:
            answer, body = await self._read(address, before)
        except SourceRefused as error:
            if not before.feed or error.status not in MOVED:
                raise
        if body is None and before.feed:  # it moved: what its page names now is looked for
            before, address = Memory.anew(self._url), self._url
            answer, body = await self._read(address, before)
        if body is None:
            address, answer, body = await self._found(answer)
        if answer.status == 304 and cursor is not None:
            return Page(mentions=(), next=cursor)
        return await self._page(body, before, answer, address)

    async def _read(self, address: str, before: Memory) -> tuple[Answer, FeedBody | None]:
        """Return the answer and what it holds: None when it is a web page, nothing when nothing changed (304)."""
        answer = await self._http.get(
            address, headers=before.conditions(self._clock.now()), allow_private=self._inward(address), allow_http=self._allow_http
        )
        if answer.status == 304 and not before.first:
            return answer, FeedBody(entries=())
        if answer.status != 200:
            raise SourceUnavailable(f"The feed answered with status {answer.status} and nothing to read.")
        try:
            return answer, await read_feed_in_time(answer.body, url=answer.url, content_type=answer.headers.get("content-type", ""))
        except SourceRefused:
            if not is_page(answer.body):
                raise
            return answer, None

    async def _found(self, page: Answer) -> tuple[str, Answer, FeedBody]:
        """Return the one feed that a page names, else the first that is where sites have one by habit. Raises for several."""
        named = feeds_in(page.body, page.url)
        if len(named) > 1:
            shown = ", ".join(named[:MOST_NAMED])
            raise SourceRefused(f"This is a web page, not a feed, and it names {len(named)} feeds; set url to one of them: {shown}.")
        nothing = Memory.anew(self._url)
        for address in named or common_places(page.url):
            try:
                answer, body = await self._read(address, nothing)
            except (SourceRefused, SourceUnavailable):
                if named:
                    raise
                continue
            if body is not None:
                return address, answer, body
        why = f"the feed that it names, {named[0]}, is none" if named else "it names no feed, and none is where sites usually have it"
        raise SourceRefused(f"This is a web page, not a feed: {why}. Look for an RSS or Atom address on the site.")

    async def aclose(self) -> None:
        """Nothing to let go of: the HTTP client belongs to the bootstrap."""

    async def _page(self, body: FeedBody, before: Memory, answer: Answer, address: str) -> Page:
        now = self._clock.now()
        entries, replaced = told_apart(body.entries, before)
        known = {one.native_id: one for one in (*(each.shown for each in before.missing), *before.shown)}
        listing = listing_of(entries, address, now=now, known=known, gone=frozenset(before.gone))
        order = order_of(entries)
        fresh = [m for m in listing.mentions if before.prints.get(short(m.native_id)) != _print_of(m)]
        if before.first:
            fresh = [m for m in fresh if m.posted_at >= now - self._look_back]
        told = (*(one for one in body.deleted if before.knows(one) and one not in listing.present), *listing.emptied)
        gone, missing, kept = await self._left(body, order, listing, before, now, address) if self._follow_removals else ([], (), [])
        here = {short(one) for one in (*listing.present, *told)}
        gone += replaced + [one for one in told if before.prints.get(short(one)) != EMPTIED]
        after = Memory(
            url=self._url,
            validators=Validators() if is_isso(entries) else Validators.of(answer.headers),
            prints={m.native_id: _print_of(m) for m in listing.mentions} | dict.fromkeys(told, EMPTIED),
            feed=address if address != self._url else "",
            order=order,
            whole_at=int(now.timestamp()),
            shown=listing.shown,
            missing=tuple(one for one in missing if one.shown.native_id not in told),
            past=tuple(one for one in dict.fromkeys((*before.prints, *before.past)) if one not in here),
            gone=tuple(dict.fromkeys((*(short(guid_of(one)) for one in gone), *before.gone))),
        )
        return Page(
            mentions=tuple(sorted(fresh, key=lambda m: m.posted_at)),
            next=after.written(),
            removals=tuple(removal(one, address) for one in dict.fromkeys(gone)),
            skipped=(*listing.skipped, *kept),
            gap=self._gap(listing.mentions, before),
        )

    def _gap(self, mentions: Sequence[Mention], before: Memory) -> str:
        """Return what to say when nothing that was seen last time is left; "" else."""
        if not before.prints or not mentions or any(short(m.native_id) in before.prints for m in mentions):
            return ""
        return f"{self._source_id}: none of the entries seen last time is left in the feed, so entries in between may be missing."

    async def _left(
        self, body: FeedBody, order: Order, listing: Listing, before: Memory, now: datetime, address: str
    ) -> tuple[list[str], tuple[Missing, ...], list[Skip]]:
        """Return the ids of entries that are gone, those that are missing still, and what is kept for good although the feed dropped it."""
        ready, missing = due(missing_from(body, order, listing, before, now), listing, now)
        gone, other = await Pages(self._asked_page, address, listing.shown).settle(ready, now)
        settled = {one.shown.native_id: one for one in missing} | other | dict.fromkeys(gone)
        kept = [Skip(where=f"entry {one}"[:200], reason=KEPT) for one, is_what in other.items() if is_what is None]
        return gone, tuple(one for one in settled.values() if one is not None), kept

    async def _asked_page(self, url: str) -> Answer:
        answer = await self._http.get(url, allow_private=self._inward(url), allow_http=self._allow_http)
        if answer.status != 200:
            raise SourceUnavailable(f"The page answered with status {answer.status}.")
        return answer

    def _inward(self, address: str) -> bool:
        """Tell whether an address may lie inside our own network: only the place that settings name, or a page would send us inward."""
        return self._allow_private and _place(address) == _place(self._url)


def _place(address: str) -> str:
    """Return the host and port of an address; "" when it cannot be read."""
    try:
        return urlsplit(address).netloc.casefold()
    except ValueError:
        return ""


def _print_of(mention: Mention) -> str:
    return mention.content_hash[:SHORT]
