"""What issues are called: a title from what a group's texts share and others do not, or the beginning of the most typical one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from listener.issues.memory import Memory
from listener.issues.prepare import Reader
from listener.issues.titles import Background, beginning_of, clearly_better, title_for, worth_of
from listener.issues.window import Entry, Snapshot
from listener.text.shorten import shorten

TITLE_LENGTH = 60
MOST_BACKGROUND = 5_000
"""Texts of a language that tell how usual a word is: a term that one text in a hundred uses is then counted to within a seventh."""
MOST_OF_GROUP = 100
"""Texts of a group that its title is made from: what fewer than a tenth of them share is no title of it anyhow."""


Part = TypeVar("Part", Sequence[Entry], NDArray[np.int64])


class Naming:
    """Names groups of the mentions of one snapshot; what its texts are made of is counted once a language."""

    def __init__(self, memory: Memory, snapshot: Snapshot, reader: Reader) -> None:
        self._memory = memory
        self._snapshot = snapshot
        self._reader = reader
        self._backgrounds: dict[str, Background] = {}

    def title(self, rows: NDArray[np.int64], *, present: str = "") -> str:
        """Return a title in the language most of the mentions are in; `present` unless the new one is clearly better.

        Mentions that share no word are named by the beginning of the most typical one. A title goes where private messages do not, so they
        give it no words: those that only they are about have a name of ours, and a title whose words stand in nothing public goes.
        """
        told = np.array([row for row in rows if not self._snapshot.entries[int(row)].private], dtype=np.int64)
        if not len(told):
            spoken = Counter(self._snapshot.entries[int(row)].language for row in some_of(rows, MOST_OF_GROUP))
            return self._reader.untold(spoken.most_common(1)[0][0])
        held_back, rows = len(told) < len(rows), some_of(told, MOST_OF_GROUP)
        entries = [self._snapshot.entries[int(row)] for row in rows]
        language, without = Counter(entry.language for entry in entries).most_common(1)[0][0], self._reader.brand_words
        if language not in self._backgrounds:
            self._backgrounds[language] = self._background(language)
        background, terms = self._backgrounds[language], self._terms(entries, language)
        title = title_for(terms, background, without=without)
        unsaid = held_back and worth_of(present, terms, background, without=without) <= 0.0
        if present and not unsaid and not clearly_better(title, present, terms, background, without):
            return present
        vectors = self._snapshot.vectors[rows]
        typical = entries[int(np.argmax(vectors @ vectors.mean(axis=0)))].clean
        return shorten(title, TITLE_LENGTH) if title else beginning_of(typical, language, TITLE_LENGTH)

    def _background(self, language: str) -> Background:
        """Count what the window's texts of a language are made of; of a long window some, so that no title takes a minute."""
        spoken = [entry for entry in self._snapshot.entries if entry.language == language]
        some = some_of(spoken, MOST_BACKGROUND)
        return Background.of(self._terms(some, language), each_for=len(spoken) / max(1, len(some)))

    def _terms(self, entries: Sequence[Entry], language: str) -> list[dict[str, str]]:
        return [self._memory.terms(entry, self._reader.stop_words) for entry in entries if entry.language == language]


def some_of(every: Part, most: int) -> Part:
    """Return at most `most` of a sequence or array, evenly spread over it in its order; all of them when there are no more."""
    apart = -(-len(every) // most) if len(every) else 1
    return every[::apart]
