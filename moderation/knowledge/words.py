"""What two texts share, by words that carry meaning: the fallback where no vector can be had. Pure."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from listener.text.folding import folded
from listener.text.stems import stem

_WORD = re.compile(r"[^\W\d_]{2,}")


def content_words(text: str, stop_words: Collection[str] = ()) -> list[str]:
    """Return the stems of the words in `text` that are no stop words, in order, with repeats."""
    return [stem(word) for word in _WORD.findall(folded(text)) if word not in stop_words]


def rarity(texts: Iterable[Collection[str]]) -> Mapping[str, float]:
    """Return how telling each word is among these texts (inverse document frequency, smoothed)."""
    counts: Counter[str] = Counter()
    number = 0
    for words in texts:
        number += 1
        counts.update(set(words))
    return {word: math.log((1 + number) / (1 + count)) + 1 for word, count in counts.items()}


def word_fit(one: Collection[str], other: Collection[str], weights: Mapping[str, float] | None = None) -> float:
    """Return the cosine of two sets of words, weighted by how telling they are; 0 when they share none."""
    first, second = set(one), set(other)
    weight = (weights or {}).get

    def length(words: set[str]) -> float:
        return math.sqrt(sum(weight(word, 1.0) ** 2 for word in sorted(words)))

    shared = sum(weight(word, 1.0) ** 2 for word in sorted(first & second))
    return shared / (length(first) * length(second)) if shared else 0.0


def most_like_the_rest(texts: Sequence[Collection[str]], weights: Sequence[float]) -> int:
    """Return the row whose words are most like those of all others, each counted by its weight; the first of equals.

    texts: at least one.
    """
    telling = rarity(texts)
    best, most = 0, -1.0
    for row, words in enumerate(texts):
        score = round(sum(weights[at] * word_fit(words, other, telling) for at, other in enumerate(texts) if at != row) * weights[row], 9)
        if score > most:
            best, most = row, score
    return best
