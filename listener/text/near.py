"""Reposts and copies folded into one card: the same words, or nearly the same long text."""

from __future__ import annotations

import hashlib
import zlib
from bisect import bisect_left, insort
from collections.abc import Hashable, Iterable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from listener.text.clean import CleanText
from listener.text.grams import words

FEWEST_WORDS_EXACT = 4
FEWEST_WORDS_NEAR = 8
SHINGLE_WORDS = 3
ALIKE = 0.75
BANDS, ROWS = 16, 4
MOST_PER_BAND = 50

Key = TypeVar("Key", bound=Hashable)

_PRIME = (1 << 61) - 1
_random = np.random.default_rng(20260301)
_FACTORS = _random.integers(1, 1 << 31, size=BANDS * ROWS, dtype=np.uint64)
_OFFSETS = _random.integers(0, 1 << 31, size=BANDS * ROWS, dtype=np.uint64)


class CardIndex:
    """Knows recent texts and finds which card a new one belongs to. Its answers depend on what it holds, not on the order of adding.

    The text of a card's mention with the lowest id stands for it, for as long as that one is here. Texts of fewer than four words never
    fold: forty people saying "thank you" are forty people. Longer ones fold when their words are equal, and from eight words on when
    three quarters of their word triples are shared (MinHash finds, Jaccard decides).
    """

    def __init__(self) -> None:
        self._exact: dict[bytes, list[int]] = {}
        self._bands: dict[tuple[int, bytes], list[int]] = {}
        self._shingles: dict[int, frozenset[int]] = {}
        self._keys: dict[int, bytes] = {}
        self._band_keys: dict[int, list[tuple[int, bytes]]] = {}
        self._texts: dict[int, dict[int, CleanText]] = {}
        self._cards: dict[int, int] = {}

    def find(self, clean: CleanText) -> int | None:
        """Return the card whose text is the same or nearly the same, the oldest when there are several; None when it is new."""
        found = words(clean.text)
        if len(found) < FEWEST_WORDS_EXACT:
            return None
        exact = next(iter(self._exact.get(_key(found), ())), None)
        if exact is not None or len(found) < FEWEST_WORDS_NEAR:
            return exact
        shingles = _shingles(found)
        candidates = {card for band in _band_keys(shingles) for card in self._bands.get(band, ())[:MOST_PER_BAND]}
        alike = [card for card in candidates if _jaccard(shingles, self._shingles[card]) >= ALIKE]
        return min(alike, default=None)

    def add(self, card_id: int, mention_id: int, clean: CleanText) -> None:
        """Remember a mention's text as one of a card's."""
        if len(words(clean.text)) < FEWEST_WORDS_EXACT:
            return
        texts = self._texts.setdefault(card_id, {})
        texts[mention_id] = clean
        self._cards[mention_id] = card_id
        if min(texts) == mention_id:
            self._stand_for(card_id, clean)

    def forget(self, mention_ids: Iterable[int]) -> None:
        """Drop mentions that left the window, were removed, or are about to be read anew; a card goes with its last one."""
        for mention_id in mention_ids:
            card_id = self._cards.pop(mention_id, None)
            if card_id is None:
                continue
            texts = self._texts[card_id]
            stood = min(texts) == mention_id
            del texts[mention_id]
            if not texts:
                del self._texts[card_id]
                self._drop(card_id)
            elif stood:
                self._stand_for(card_id, texts[min(texts)])

    def _stand_for(self, card_id: int, clean: CleanText) -> None:
        self._drop(card_id)
        found = words(clean.text)
        self._keys[card_id] = _key(found)
        insort(self._exact.setdefault(self._keys[card_id], []), card_id)
        if len(found) >= FEWEST_WORDS_NEAR:
            self._shingles[card_id] = _shingles(found)
            self._band_keys[card_id] = _band_keys(self._shingles[card_id])
            for band in self._band_keys[card_id]:
                insort(self._bands.setdefault(band, []), card_id)

    def _drop(self, card_id: int) -> None:
        self._shingles.pop(card_id, None)
        key = self._keys.pop(card_id, None)
        if key is not None:
            _take_out(self._exact, key, card_id)
        for band in self._band_keys.pop(card_id, ()):
            _take_out(self._bands, band, card_id)


def _take_out(listed: dict[Key, list[int]], key: Key, card_id: int) -> None:
    cards = listed[key]
    del cards[bisect_left(cards, card_id)]
    if not cards:
        del listed[key]


def _key(found: list[str]) -> bytes:
    return hashlib.sha256(" ".join(found).encode()).digest()


def _shingles(found: list[str]) -> frozenset[int]:
    return frozenset(zlib.crc32(" ".join(found[at : at + SHINGLE_WORDS]).encode()) for at in range(len(found) - SHINGLE_WORDS + 1))


def _band_keys(shingles: frozenset[int]) -> list[tuple[int, bytes]]:
    numbers = np.array(sorted(shingles), dtype=np.uint64)
    hashed: NDArray[np.uint64] = (numbers[:, None] * _FACTORS[None, :] + _OFFSETS[None, :]) % np.uint64(_PRIME)
    signature = hashed.min(axis=0).reshape(BANDS, ROWS)
    return [(band, signature[band].tobytes()) for band in range(BANDS)]


def _jaccard(one: frozenset[int], other: frozenset[int]) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)
