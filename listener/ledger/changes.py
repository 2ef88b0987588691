"""The record of which mentions' facts changed, in order, so that insight can follow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, delete, insert

from listener.ledger import tables
from listener.ledger.dialect import MOST_BOUND

T = TypeVar("T")


def note_changes(tx: Connection, mention_ids: Iterable[int]) -> None:
    """Give each mention the newest places in the record, in ascending id order; its earlier place is dropped.

    To be called in the transaction that changes the facts. One writer at a time keeps the order that readers rely on.
    """
    ordered = sorted(set(mention_ids))
    for some in batches(ordered):
        tx.execute(delete(tables.change).where(tables.change.c.mention_id.in_(some)))
    if ordered:
        tx.execute(insert(tables.change), [{"mention_id": one} for one in ordered])


def batches(values: Iterable[T], size: int = MOST_BOUND) -> Iterator[list[T]]:
    """Yield `values` in lists of at most `size`: what one IN list may hold."""
    rest = iter(values)
    while some := list(islice(rest, size)):
        yield some
