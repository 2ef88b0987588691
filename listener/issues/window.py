"""The recent mentions that issues and bursts are computed from, always in order of time."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from listener.issues.window_rows import Rows
from listener.text.clean import CleanText

NEGATIVE = "negative"


NAMELESS = "mention/"
"""Begins the author of a mention whose platform named nobody; no platform's name holds a stroke."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Entry:
    """One mention in the window. `author` is never empty: a mention without author is its own. `grams` come from `gram_buckets`.

    `place` is where it was posted, platform and realm; `sentiment` its label ("" when there is none). `private`: its words name no issue.
    """

    mention_id: int
    card_id: int
    author: str
    language: str
    posted_at: datetime
    clean: CleanText
    grams: NDArray[np.int32]
    vector: NDArray[np.float32]
    place: str = ""
    sentiment: str = ""
    private: bool = False


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Snapshot:
    """The window at one moment as arrays of equal length, oldest first, ties by mention id.

    `hours` are hours since the epoch (float64), `authors` and `cards` small integers per different one, `vectors` float32
    `(n, n_dims)`, `rows` the row of each mention id, `places` small integers per place, `negative` who says something negative.
    """

    entries: tuple[Entry, ...]
    ids: NDArray[np.int64]
    hours: NDArray[np.float64]
    authors: NDArray[np.int64]
    cards: NDArray[np.int64]
    vectors: NDArray[np.float32]
    rows: dict[int, int]
    places: NDArray[np.int64]
    negative: NDArray[np.bool_]


class Window:
    """Holds entries by mention id; order and numbering never depend on the order in which they came."""

    def __init__(self) -> None:
        self._entries: dict[int, Entry] = {}
        self._rows: Rows | None = None
        self._fresh: dict[int, Entry] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, mention_id: int) -> bool:
        return mention_id in self._entries

    def add(self, batch: Sequence[Entry]) -> None:
        """Add entries; one with a known mention id replaces the earlier one (an edit)."""
        for entry in batch:
            if entry.mention_id in self._entries:
                self._rows = None
            self._entries[entry.mention_id] = self._fresh[entry.mention_id] = entry

    def remove(self, mention_ids: Iterable[int]) -> None:
        for mention_id in mention_ids:
            if self._entries.pop(mention_id, None) is not None:
                self._rows = None
                self._fresh.pop(mention_id, None)

    def drop_before(self, moment: datetime) -> list[int]:
        """Let go of mentions posted before `moment` and return their ids."""
        old = [mention_id for mention_id, entry in self._entries.items() if entry.posted_at < moment]
        for mention_id in old:
            del self._entries[mention_id]
            self._fresh.pop(mention_id, None)
        if self._rows is not None:
            self._rows.drop(bisect_left(self._rows.entries, moment, key=lambda entry: entry.posted_at))
        return old

    def latest(self) -> datetime | None:
        return max((entry.posted_at for entry in self._entries.values()), default=None)

    def get(self, mention_id: int) -> Entry | None:
        return self._entries.get(mention_id)

    def snapshot(self) -> Snapshot:
        """Return the window as it is now. What came after the last one and what was let go since is all that is worked out anew."""
        rows = self._rows = self._up_to_date()
        ids = rows.column("ids")
        return Snapshot(
            entries=tuple(rows.entries),
            ids=ids,
            hours=rows.column("hours"),
            authors=rows.column("authors"),
            cards=np.unique(rows.column("cards"), return_inverse=True)[1].astype(np.int64),
            vectors=rows.column("vectors"),
            rows=dict(zip(ids.tolist(), range(len(ids)), strict=True)),
            places=rows.column("places"),
            negative=rows.column("negative"),
        )

    def _up_to_date(self) -> Rows:
        fresh, rows = sorted(self._fresh.values(), key=_place), self._rows
        self._fresh = {}
        if rows is None or not rows.entries or (fresh and _place(fresh[0]) < _place(rows.entries[-1])):
            return Rows(sorted(self._entries.values(), key=_place), negative=NEGATIVE)
        rows.add(fresh)
        return rows


def _place(entry: Entry) -> tuple[datetime, int]:
    return entry.posted_at, entry.mention_id
