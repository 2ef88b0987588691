"""The window's mentions as arrays that grow at the end and shrink at the front: a batch costs what is in it, not what is there."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

if TYPE_CHECKING:
    from listener.issues.window import Entry

ROOM = 1.125
"""How much larger than needed an array is made when it has to move: it moves once in so many new mentions."""


class Grown:
    """An array whose views stay as they are while rows are added behind them or let go before them."""

    def __init__(self, values: NDArray[Any], dtype: DTypeLike) -> None:
        self._held = np.asarray(values, dtype=dtype)
        self._start, self._end = 0, len(self._held)

    def view(self) -> NDArray[Any]:
        return self._held[self._start : self._end]

    def add(self, values: NDArray[Any]) -> None:
        end = self._end + len(values)
        if end > len(self._held):
            self._move(end - self._start)
            end = self._end + len(values)
        self._held[self._end : end] = values
        self._end = end

    def drop(self, count: int) -> None:
        self._start += count

    def _move(self, needed: int) -> None:
        """Copy what is there to a larger array; whoever looks at the old one keeps it."""
        present = self.view()
        self._held = np.empty((int(needed * ROOM) + 1, *present.shape[1:]), dtype=present.dtype)
        self._held[: len(present)] = present
        self._start, self._end = 0, len(present)


class Numbers:
    """Gives small integers to different things, the same to the same."""

    def __init__(self) -> None:
        self._known: dict[Hashable, int] = {}

    def of(self, things: Sequence[Hashable]) -> NDArray[np.int64]:
        return np.array([self._known.setdefault(one, len(self._known)) for one in things], dtype=np.int64)


class Rows:
    """Entries in order of time with what is computed of each, one array per column."""

    def __init__(self, entries: Sequence[Entry], *, negative: str) -> None:
        self._negative = negative
        self._authors, self._places = Numbers(), Numbers()
        self.entries = list(entries)
        self._columns = {name: Grown(values, values.dtype) for name, values in self._values(entries).items()}

    def column(self, name: str) -> NDArray[Any]:
        return self._columns[name].view()

    def add(self, entries: Sequence[Entry]) -> None:
        """Add entries that come after all there are, in order."""
        if entries:
            self.entries.extend(entries)
            for name, values in self._values(entries).items():
                self._columns[name].add(values)

    def drop(self, count: int) -> None:
        """Let go of the first `count`."""
        if count:
            del self.entries[:count]
            for column in self._columns.values():
                column.drop(count)

    def _values(self, entries: Sequence[Entry]) -> dict[str, NDArray[Any]]:
        return {
            "ids": np.array([one.mention_id for one in entries], dtype=np.int64),
            "hours": np.array([one.posted_at.timestamp() / 3600.0 for one in entries], dtype=np.float64),
            "cards": np.array([one.card_id for one in entries], dtype=np.int64),
            "authors": self._authors.of([one.author for one in entries]),
            "places": self._places.of([one.place for one in entries]),
            "negative": np.array([one.sentiment == self._negative for one in entries], dtype=bool),
            "vectors": np.stack([one.vector for one in entries]) if entries else np.zeros((0, 1), dtype=np.float32),
        }
