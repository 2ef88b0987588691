"""How alike two texts are, so that two of our accounts do not say the same on X (RULES P4). Pure."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable

from listener.text.folding import folded

ALIKE = 0.9
"""From this on two texts count as "identical or substantially similar"."""
_GRAM = 3
_ASIDE = re.compile(r"(?:https?://|www\.)\S+|[@#]\w+|[^\w\s]+")
_SPACE = re.compile(r"\s+")


def similarity(one: str, other: str) -> float:
    """Return between 0 and 1 how alike two texts are: the cosine of the counts of their three-letter pieces.

    Links, handles, hashtags, punctuation, case and accents are set aside first: they are what gets changed to make a copy look new. A
    changed name in a sentence of twenty words stays above 0.9; another sentence about the same thing comes out well below it. Two texts
    without letters are alike.
    """
    first, second = _pieces(one), _pieces(other)
    if not first or not second:
        return 1.0 if first == second else 0.0
    shared = sum(count * second[piece] for piece, count in first.items())
    return shared / (math.sqrt(sum(n * n for n in first.values())) * math.sqrt(sum(n * n for n in second.values())))


def most_alike(text: str, others: Iterable[str]) -> float:
    """Return the highest similarity of `text` to any of `others`; 0 without any."""
    return max((similarity(text, other) for other in others), default=0.0)


def _pieces(text: str) -> Counter[str]:
    plain = _SPACE.sub(" ", _ASIDE.sub(" ", folded(text))).strip()
    padded = f" {plain} " if plain else ""
    return Counter(padded[start : start + _GRAM] for start in range(max(0, len(padded) - _GRAM + 1)))
