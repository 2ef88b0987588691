"""Take a removed mention's words out of the ledger for good, and keep the bare row that blocks its return."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, func, select, update

from listener.ledger import tables
from listener.ledger.changes import batches, note_changes
from listener.ledger.said import NO_TITLE, forget_in_digests, forget_titles, said_by

__all__ = ["NOBODY", "NO_TITLE", "drop_unused_embeddings", "remove_mentions"]

_EMPTIED = (tables.revision, tables.label, tables.analysis, tables.mention_brand, tables.mention_source, tables.quarantine)


def remove_mentions(tx: Connection, reasons: Mapping[int, str], at: datetime) -> None:
    """Empty the mentions named by id, each with its reason: every revision, address, author, label, analysis, brand and trace goes.

    Embeddings go when no other mention has the same text. The title of an issue goes that is the beginning of what they said, or in which
    nobody is left: it was made of their words. A title that a person wrote stays. Kept digests lose their quotes and those titles.
    Membership lines and signals stay: they hold ids and figures only.
    """
    issue_ids: set[int] = set()
    said = said_by(tx, list(reasons))
    for some in batches(reasons):
        placed = select(tables.mention.c.issue_id).where(tables.mention.c.mention_id.in_(some), tables.mention.c.issue_id.is_not(None))
        issue_ids.update(tx.execute(placed).scalars())
        hashes = list(tx.execute(select(tables.analysis.c.text_hash).where(tables.analysis.c.mention_id.in_(some))).scalars())
        for table in _EMPTIED:
            tx.execute(delete(table).where(table.c.mention_id.in_(some)))
        drop_unused_embeddings(tx, hashes)
    if reasons:
        emptied = update(tables.mention).where(tables.mention.c.mention_id == bindparam("b_mention_id")).values(**_BARE, removed_at=at)
        tx.execute(
            emptied.values(removed_reason=bindparam("b_reason")),
            [{"b_mention_id": mention_id, "b_reason": reason} for mention_id, reason in reasons.items()],
        )
    bare = _forget_titles(tx, issue_ids)
    forget_in_digests(tx, said, quoting=forget_titles(tx, issue_ids, said.texts), bare=bare)
    note_changes(tx, reasons)


def _forget_titles(tx: Connection, issue_ids: Collection[int]) -> list[str]:
    """Take the analyser's title from each of these issues, and what was merged into it, that has no mention any more; return them."""
    issue = tables.issue.c
    left = exists().where(tables.mention.c.issue_id == func.coalesce(issue.merged_into, issue.issue_id))
    gone: list[str] = []
    for some in batches(sorted(issue_ids)):
        here = (issue.issue_id.in_(some) | issue.merged_into.in_(some)) & (issue.title_by == tables.MODEL) & ~left
        gone += [title for title in tx.execute(select(issue.title).where(here)).scalars() if title != NO_TITLE]
        tx.execute(update(tables.issue).where(here).values(title=NO_TITLE))
    return gone


NOBODY: dict[str, Any] = {"author_key": "", "author_platform": None, "author_realm": None, "author_native_id": None, "author_name": ""}
"""The columns of a mention whose author is not known any more."""
_BARE: dict[str, Any] = {
    **NOBODY,
    "url": "",
    "parent_id": "",
    "root_id": "",
    "channel": "",
    "flags": [],
    "posted_at": None,
    "latest_revision": -1,
    "analysed_revision": -1,
    "tries": 0,
    "issue_id": None,
    "placed_by_person": False,
}


def drop_unused_embeddings(tx: Connection, text_hashes: Sequence[str]) -> None:
    """Delete the vectors of texts that no analysis refers to any more."""
    for some in batches(text_hashes):
        used = exists().where(tables.analysis.c.text_hash == tables.embedding.c.text_hash)
        tx.execute(delete(tables.embedding).where(tables.embedding.c.text_hash.in_(some), ~used))
