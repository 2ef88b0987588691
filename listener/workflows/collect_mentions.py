"""Pull one source until it is caught up, and keep what fits: each page and its cursor land in the ledger together or not at all."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from listener.errors import RateLimited, SourceError, SourceRefused
from listener.ledger.ledger import Ledger
from listener.model.mention import Kept, Mention
from listener.model.page import Page
from listener.ports import Clock, Source
from listener.text.query import BrandQuery
from listener.text.storable import sane_time, storable

logger = logging.getLogger(__name__)

MOST_EQUAL_PAGES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What one round on one source brought. `error` is None when it ended well; `wait_seconds` is what the platform asked for."""

    source: str
    pages: int = 0
    seen: int = 0
    new: int = 0
    edited: int = 0
    removed: int = 0
    skipped: int = 0
    gap: str = ""
    error: SourceError | None = None
    wait_seconds: float = 0.0


class CollectMentions:
    """Reads sources into the ledger. One object serves all sources; it holds no state of its own."""

    def __init__(self, ledger: Ledger, queries: Sequence[BrandQuery], *, clock: Clock) -> None:
        self._ledger = ledger
        self._queries = tuple(queries)
        self._clock = clock

    async def round(self, source: Source, *, keep: Literal["matching", "all"] = "matching", most_pages: int = 50) -> Collected:
        """Pull until caught up, at most `most_pages` pages, and note in the ledger how it went. Never raises `SourceError`."""
        result = Collected(source=source.source_id)
        equal = 0
        try:
            while result.pages < most_pages:
                cursor = self._ledger.mentions.cursor(source.source_id)
                page = await source.pull(cursor)
                result = self._store(page, source.source_id, keep, result)
                equal = equal + 1 if page.next == cursor else 0
                if not page.more:
                    break
                if equal >= MOST_EQUAL_PAGES:
                    result = replace(result, gap=f"{source.source_id} returned the same page {equal} times; reading stopped there")
                    break
        except SourceError as error:
            return self._failed(result, error)
        self._ledger.sources.note_ok(source.source_id, at=self._clock.now(), new=result.new, seen=result.seen)
        return result

    def _store(self, page: Page, source_id: str, keep: Literal["matching", "all"], so_far: Collected) -> Collected:
        now = self._clock.now()
        kept = select_kept([repaired(mention, now) for mention in page.mentions], self._queries, self._ledger, keep)
        added = self._ledger.mentions.add_page(
            kept, source=source_id, next_cursor=page.next, at=now, removals=page.removals, skipped=page.skipped, gap=page.gap
        )
        logger.info("page stored", extra={"source": source_id, "seen": len(page.mentions), "new": added.new, "edited": added.edited})
        return replace(
            so_far,
            pages=so_far.pages + 1,
            seen=so_far.seen + len(page.mentions),
            new=so_far.new + added.new,
            edited=so_far.edited + added.edited,
            removed=so_far.removed + added.removed,
            skipped=so_far.skipped + len(page.skipped),
            gap=page.gap or so_far.gap,
        )

    def _failed(self, result: Collected, error: SourceError) -> Collected:
        wait = error.wait_seconds if isinstance(error, RateLimited) else 0.0
        kind = "waiting" if isinstance(error, RateLimited) else "refused" if isinstance(error, SourceRefused) else "blind"
        self._ledger.sources.note_failure(result.source, at=self._clock.now(), error=str(error), kind=kind, wait_seconds=wait)
        logger.warning("source failed", extra={"source": result.source, "kind": kind, "wait_seconds": wait})
        return replace(result, error=error, wait_seconds=wait)


def select_kept(mentions: Sequence[Mention], queries: Sequence[BrandQuery], ledger: Ledger, keep: Literal["matching", "all"]) -> list[Kept]:
    """Keep what a brand query catches; also edits of mentions we already have, so that no stale text stays."""
    matched = [Kept(mention=m, hits=tuple(hit for query in queries if (hit := query.match(m)))) for m in mentions]
    if keep == "all":
        return matched
    known = ledger.mentions.known([kept.mention.key for kept in matched if not kept.hits])
    return [kept for kept in matched if kept.hits or kept.mention.key in known]


def repaired(mention: Mention, received_at: datetime) -> Mention:
    """Return the mention in a form every store can hold, with flags for what was repaired (RULES I2, I3, I22)."""
    text, text_flags = storable(mention.text)
    title, title_flags = storable(mention.title)
    posted_at, time_flags = sane_time(mention.posted_at, received_at)
    author = mention.author and replace(mention.author, name=storable(mention.author.name)[0][:500])
    return replace(
        mention, text=text, title=title, posted_at=posted_at, author=author, flags=mention.flags | text_flags | title_flags | time_flags
    )
