"""Bring a file of history into the ledger: a file is a source whose cursor is a row, so an interrupted import goes on where it stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from listener.ledger.ledger import Ledger
from listener.model.mention import Kept, Mention
from listener.model.page import Skip
from listener.ports import Clock, Progress
from listener.sources.imports import FileSource
from listener.text.query import BrandQuery
from listener.workflows.keep_mentions import read_each, repaired

MOST_LISTED_SKIPS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did: `rows` read now, of which `new`, `edited`, `unchanged`, `unmatched` (fit no brand query) and `skipped`.

    `first_skips` lists the first skipped rows with their reasons; `rows == new + edited + unchanged + unmatched + skipped`.
    """

    source: str
    rows: int
    new: int
    edited: int
    unchanged: int
    unmatched: int
    skipped: int
    first_skips: tuple[Skip, ...]


async def import_file(
    source: FileSource,
    ledger: Ledger,
    queries: tuple[BrandQuery, ...],
    *,
    keep: Literal["matching", "all"],
    clock: Clock,
    progress: Progress,
) -> Imported:
    """Import all rows that are not in yet. Raises `InputError` for a file that cannot be read at all; bad rows are skipped and listed."""
    progress.start(f"Importing {source.name}", source.rows_estimate)
    new = edited = unchanged = unmatched = skipped = 0
    first_skips: list[Skip] = []
    more = True
    while more:
        page = await source.pull(ledger.mentions.cursor(source.source_id))
        now = clock.now()

        def choose(mentions: Sequence[Mention], now: datetime = now) -> list[Kept]:
            read = [repaired(one, now) for one in mentions]
            return [Kept(mention=one, hits=tuple(hit for query in queries if (hit := query.match(one)))) for one in read]

        kept, unread = read_each(page.mentions, choose)
        skips = (*page.skipped, *unread)
        fitting = [one for one in kept if keep == "all" or one.hits]
        added = ledger.mentions.add_page(fitting, source=source.source_id, next_cursor=page.next, at=now, skipped=skips)
        new, edited = new + added.new, edited + added.edited
        unchanged += len(fitting) - added.new - added.edited
        unmatched += len(kept) - len(fitting)
        skipped += len(skips)
        first_skips += skips[: MOST_LISTED_SKIPS - len(first_skips)]
        progress.advance(len(kept) + len(skips))
        more = page.more
    progress.finish()
    rows = new + edited + unchanged + unmatched + skipped
    ledger.sources.note_ok(source.source_id, at=clock.now(), new=new, seen=rows)
    return Imported(
        source=source.source_id,
        rows=rows,
        new=new,
        edited=edited,
        unchanged=unchanged,
        unmatched=unmatched,
        skipped=skipped,
        first_skips=tuple(first_skips),
    )
