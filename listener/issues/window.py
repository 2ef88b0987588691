"""The recent mentions that issues and bursts are computed from, always in order of time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from listener.text.clean import CleanText

NEGATIVE = "negative"


NAMELESS = "mention/"
"""Begins the author of a mention whose platform named nobody; no platform's name holds a stroke."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Entry:
    """One mention in the window. `author` is never empty: a mention without author is its own. `grams` come from `gram_buckets`.

    `place` is where it was posted, platform and realm; `sentiment` its label ("" when there is none).
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

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, mention_id: int) -> bool:
        return mention_id in self._entries

    def add(self, batch: Sequence[Entry]) -> None:
        """Add entries; one with a known mention id replaces the earlier one (an edit)."""
        self._entries.update({entry.mention_id: entry for entry in batch})

    def remove(self, mention_ids: Iterable[int]) -> None:
        for mention_id in mention_ids:
            self._entries.pop(mention_id, None)

    def drop_before(self, moment: datetime) -> list[int]:
        """Let go of mentions posted before `moment` and return their ids."""
        old = [mention_id for mention_id, entry in self._entries.items() if entry.posted_at < moment]
        self.remove(old)
        return old

    def latest(self) -> datetime | None:
        return max((entry.posted_at for entry in self._entries.values()), default=None)

    def get(self, mention_id: int) -> Entry | None:
        return self._entries.get(mention_id)

    def snapshot(self) -> Snapshot:
        entries = tuple(sorted(self._entries.values(), key=lambda entry: (entry.posted_at, entry.mention_id)))
        ids = np.array([entry.mention_id for entry in entries], dtype=np.int64)
        return Snapshot(
            entries=entries,
            ids=ids,
            hours=np.array([entry.posted_at.timestamp() / 3600.0 for entry in entries], dtype=np.float64),
            authors=_numbered([entry.author for entry in entries]),
            cards=np.unique(np.array([entry.card_id for entry in entries], dtype=np.int64), return_inverse=True)[1].astype(np.int64),
            vectors=np.stack([entry.vector for entry in entries]) if entries else np.zeros((0, 1), dtype=np.float32),
            rows={int(mention_id): row for row, mention_id in enumerate(ids)},
            places=_numbered([entry.place for entry in entries]),
            negative=np.array([entry.sentiment == NEGATIVE for entry in entries], dtype=bool),
        )


def _numbered(names: Sequence[str]) -> NDArray[np.int64]:
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.int64)
