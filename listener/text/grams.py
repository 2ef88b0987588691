"""Words and character n-grams of a text as stable numbers: the part of likeness that needs no model."""

from __future__ import annotations

import re
import zlib

import numpy as np
from numpy.typing import NDArray

from listener.text.folding import folded

BUCKETS = 1 << 18
SHORTEST, LONGEST = 3, 5

_WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """Return the folded words of `text`, in order, numbers included."""
    return _WORD.findall(folded(text))


def gram_buckets(text: str, *, leave_out: frozenset[str] = frozenset(), most_words: int = 400) -> NDArray[np.int32]:
    """Return distinct bucket numbers below `BUCKETS`, sorted, for the words of `text` and their character 3- to 5-grams.

    Words in `leave_out` (folded stop words) give nothing. Borders count as characters, so that "app" and "apparaat" differ. CRC-32
    spreads them: the same text gives the same numbers in every process and on every machine.
    """
    found: set[int] = set()
    for word in words(text)[:most_words]:
        if word in leave_out or (word.isdigit() and len(word) > 4):
            continue
        encoded = f"<{word[:40]}>".encode()
        found.add(zlib.crc32(encoded, 7))
        for size in range(SHORTEST, LONGEST + 1):
            found.update(zlib.crc32(encoded[at : at + size]) for at in range(len(encoded) - size + 1))
    return np.array(sorted({number % BUCKETS for number in found}), dtype=np.int32)
