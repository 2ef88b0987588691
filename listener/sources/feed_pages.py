"""What the pages of entries say that left their feed: the last word on whether they are gone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal, Protocol
from urllib.parse import unquote, urldefrag, urlsplit

from listener.errors import SourceError, SourceRefused
from listener.sources import feed_isso
from listener.sources.feed_memory import Missing, Shown
from listener.sources.http import Answer

GONE = frozenset({404, 410})
MOST_ASKED = 3
MOST_TRIES = 3
MOST_BESIDE = 20
Fate = Literal["gone", "stands", "unsure"]


class Ask(Protocol):
    """Asks for a page in the feed's own pace."""

    async def __call__(self, url: str, /) -> Answer:
        """Return the page, of status 200; raises `SourceError`."""
        ...


class Pages:
    """The pages behind a feed's entries during one pull; each is asked for once.

    shown: the entries that the feed at `feed` shows now. A site that has nothing at the addresses of these either is asked in vain.
    """

    def __init__(self, ask: Ask, feed: str, shown: Sequence[Shown]) -> None:
        self._ask = ask
        self._feed = feed
        self._shown = shown
        self._known: dict[str, Answer | SourceError] = {}

    async def settle(self, ready: Sequence[Missing], now: datetime) -> tuple[list[str], dict[str, Missing | None]]:
        """Return the ids that are gone, and what to remember of each other one that was asked for: None when it is kept for good."""
        gone: list[str] = []
        other: dict[str, Missing | None] = {}
        for one in ready[:MOST_ASKED]:
            fate = await self._fate_of(one.shown)
            if fate == "gone":
                gone.append(one.shown.native_id)
            else:
                tried = replace(one, tries=one.tries + 1, asked=int(now.timestamp()))
                other[one.shown.native_id] = tried if tried.tries < MOST_TRIES and one.shown.link else None
        return gone, other

    async def _fate_of(self, entry: Shown) -> Fate:
        if comment := feed_isso.page_of(entry.native_id, self._feed):
            return await self._fate_of_comment(comment)
        address, fragment = urldefrag(entry.link)
        if not address:
            return "unsure"
        beside = [place[1] for one in self._shown if (place := urldefrag(one.link))[0] == address and place[1]]
        page = await self._page(address)
        if fragment and beside:  # it has no page of its own: a place on one that others share
            if not isinstance(page, Answer) or not _is_at(page, address):
                return "unsure"
            if _has(page.body, fragment):
                return "stands"
            # a wall of consent, or a page whose own scripts fill it in, lacks the others as well
            return "gone" if any(_has(page.body, other) for other in beside[:MOST_BESIDE]) else "unsure"
        if isinstance(page, Answer):
            return "stands"
        return "gone" if _says_gone(page) and await self._shows_another(entry) else "unsure"

    async def _fate_of_comment(self, comment: str) -> Fate:
        """Return what Isso says of a comment, and of another one, which it has to know."""
        if (at := await self._comment_at(comment)) != "gone":
            return at
        another = next((there for one in self._shown if (there := feed_isso.page_of(one.native_id, self._feed))), "")
        return "gone" if another and await self._comment_at(another) == "stands" else "unsure"

    async def _comment_at(self, place: str) -> Fate:
        page = await self._page(place)
        if isinstance(page, Answer) or (isinstance(page, SourceRefused) and page.status in feed_isso.STANDS):
            return "stands"
        return "gone" if _says_gone(page) else "unsure"

    async def _shows_another(self, entry: Shown) -> bool:
        """Tell whether the site has the page of an entry that its feed shows now, an older one by preference: else 404 says nothing."""
        others = [one for one in self._shown if one.link and urldefrag(one.link)[0] != urldefrag(entry.link)[0]]
        older = [one for one in others if one.at <= entry.at]
        another = max(older, key=lambda one: one.at) if older else min(others, key=lambda one: one.at, default=None)
        return another is not None and isinstance(await self._page(urldefrag(another.link)[0]), Answer)

    async def _page(self, address: str) -> Answer | SourceError:
        if address not in self._known:
            try:
                self._known[address] = await self._ask(address)
            except SourceError as error:
                self._known[address] = error
        return self._known[address]


def _is_at(page: Answer, address: str) -> bool:
    """Tell whether a page is the one asked for, not where its site sends those whom it shows something else."""
    found, asked = (urlsplit(one) for one in (page.url, address))
    return (found.path.rstrip("/"), found.query) == (asked.path.rstrip("/"), asked.query)


def _says_gone(error: SourceError) -> bool:
    return isinstance(error, SourceRefused) and error.status in GONE


def _has(page: bytes, fragment: str) -> bool:
    """Tell whether a page has the place that a fragment names."""
    names = b"|".join(re.escape(one.encode("utf-8", "replace")) for one in (fragment, unquote(fragment)))
    return re.search(rb"""\b(?:id|name)\s*=\s*["']?(?:""" + names + rb""")["'\s>]""", page, re.IGNORECASE) is not None
