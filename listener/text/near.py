"""Reposts and copies folded into one card: the same words, or nearly the same long text."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable

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

_PRIME = (1 << 61) - 1
_random = np.random.default_rng(20260301)
_FACTORS = _random.integers(1, 1 << 31, size=BANDS * ROWS, dtype=np.uint64)
_OFFSETS = _random.integers(0, 1 << 31, size=BANDS * ROWS, dtype=np.uint64)


class CardIndex:
    """Knows recent texts and finds which card a new one belongs to. Rebuilt by adding stored texts again, in order of mention id.

    Texts of fewer than four words never fold: forty people saying "thank you" are forty people. Longer ones fold when their words are
    equal, and from eight words on when three quarters of their word triples are shared (MinHash finds, Jaccard decides).
    """

    def __init__(self) -> None:
        self._exact: dict[bytes, int] = {}
        self._bands: dict[tuple[int, bytes], list[int]] = {}
        self._shingles: dict[int, frozenset[int]] = {}
        self._keys: dict[int, bytes] = {}
        self._band_keys: dict[int, list[tuple[int, bytes]]] = {}

    def find(self, clean: CleanText) -> int | None:
        """Return the card whose text is the same or nearly the same, the oldest when there are several; None when it is new."""
        found = words(clean.text)
        if len(found) < FEWEST_WORDS_EXACT:
            return None
        exact = self._exact.get(_key(found))
        if exact is not None or len(found) < FEWEST_WORDS_NEAR:
            return exact
        shingles = _shingles(found)
        candidates = {card for band in _band_keys(shingles) for card in self._bands.get(band, ())}
        alike = [card for card in candidates if _jaccard(shingles, self._shingles[card]) >= ALIKE]
        return min(alike, default=None)

    def add(self, card_id: int, clean: CleanText) -> None:
        """Remember the text that stands for a card; a card known already keeps its first text."""
        found = words(clean.text)
        if len(found) < FEWEST_WORDS_EXACT or card_id in self._keys:
            return
        key = _key(found)
        self._keys[card_id] = key
        self._exact.setdefault(key, card_id)
        if len(found) >= FEWEST_WORDS_NEAR:
            shingles = _shingles(found)
            self._shingles[card_id] = shingles
            self._band_keys[card_id] = _band_keys(shingles)
            for band in self._band_keys[card_id]:
                listed = self._bands.setdefault(band, [])
                if len(listed) < MOST_PER_BAND:
                    listed.append(card_id)

    def forget(self, card_ids: Iterable[int]) -> None:
        """Drop cards whose text left the window or was removed."""
        for card_id in card_ids:
            key = self._keys.pop(card_id, None)
            if key is not None and self._exact.get(key) == card_id:
                del self._exact[key]
            self._shingles.pop(card_id, None)
            for band in self._band_keys.pop(card_id, ()):
                listed = self._bands.get(band, [])
                if card_id in listed:
                    listed.remove(card_id)
                if not listed:
                    self._bands.pop(band, None)


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
