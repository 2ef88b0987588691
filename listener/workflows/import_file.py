"""Bring a file of history into the ledger: a file is a source whose cursor is a row, so an interrupted import goes on where it stopped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from listener.ledger.ledger import Ledger
from listener.model.mention import Kept, Mention
from listener.model.page import Skip
from listener.ports import Clock, Progress
from listener.sources.imports import FileSource
from listener.text.query import BrandQuery
from listener.workflows.keep_mentions import Keep, add_all, read_each, repaired

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
    source: FileSource, ledger: Ledger, queries: Sequence[BrandQuery], *, keep: Keep, clock: Clock, progress: Progress
) -> Imported:
    """Import all rows that are not in yet. Raises `InputError` for a file that cannot be read at all; bad rows are skipped and listed."""
    progress.start(f"Importing {source.name}", source.rows_estimate)
    counts = Counter(new=0, edited=0, unchanged=0, unmatched=0, skipped=0)
    first_skips: list[Skip] = []
    more = True
    while more:
        before = ledger.mentions.cursor(source.source_id)
        page = await source.pull(before)
        read, unread = read_each(page.mentions, partial(_read, queries=queries, now=clock.now()))
        fitting = [one for one in read if keep == "all" or one.hits]
        save = partial(ledger.mentions.add_page, source=source.source_id, at=clock.now())
        whole, alone = partial(save, next_cursor=page.next), partial(save, next_cursor=before)
        added, skips = add_all(fitting, (*page.skipped, *unread), whole=whole, alone=alone)
        counts.update(new=added.new, edited=added.edited, unchanged=added.unchanged)
        counts.update(unmatched=len(read) - len(fitting), skipped=len(skips))
        first_skips += skips[: MOST_LISTED_SKIPS - len(first_skips)]
        progress.advance(len(page.mentions) + len(page.skipped))
        more = page.more
    progress.finish()
    ledger.sources.note_ok(source.source_id, at=clock.now(), new=counts["new"], seen=counts.total())
    return Imported(source=source.source_id, rows=counts.total(), first_skips=tuple(first_skips), **counts)


def _read(mentions: Sequence[Mention], *, queries: Sequence[BrandQuery], now: datetime) -> list[Kept]:
    """Return what rows say, in a form that every store can hold, with the brands that each fits."""
    repaired_ones = [repaired(one, now) for one in mentions]
    return [Kept(mention=one, hits=tuple(hit for query in queries if (hit := query.match(one)))) for one in repaired_ones]
