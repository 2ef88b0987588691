"""Titles from the words and word pairs that set a group apart, in the language most of it is written in, as people spell them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log

from listener.text.folding import folded

MOST_TERMS = 3
FEWEST_TERMS = 2
SHORTEST_WORD = 3
FEWEST_USES = 2
FEWEST_SHARE = 0.12
NEXT_TO_BEST = 0.4
PAIR_BONUS = 1.35
STEM = 5
MOST_WORDS = 120
SEPARATOR = " · "

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[.,;:!?()\[\]\"“”…/|]")


@dataclass(frozen=True, slots=True)
class Background:
    """How many texts of the whole window use each term."""

    texts: int
    uses: Mapping[str, int]

    @classmethod
    def of(cls, terms: Iterable[Mapping[str, str]]) -> Background:
        uses: Counter[str] = Counter()
        texts = 0
        for one in terms:
            uses.update(one.keys())
            texts += 1
        return cls(texts, uses)


def terms_of(plain: str, stop_words: frozenset[str]) -> dict[str, str]:
    """Return the terms of a text a title may be made of: folded form → as written. Words and pairs of neighbouring words.

    Stop words, numbers and words of fewer than three letters are none; punctuation parts a pair.
    """
    found: dict[str, str] = {}
    before: tuple[str, str] | None = None
    for written in _WORD.findall(plain)[:MOST_WORDS]:
        form = folded(written)
        if len(form) < SHORTEST_WORD or form in stop_words or not any(char.isalpha() for char in form):
            before = None
            continue
        found.setdefault(form, written)
        if before is not None and before[0] != form:
            found.setdefault(f"{before[0]} {form}", f"{before[1]} {written}")
        before = (form, written)
    return found


def title_for(terms: Sequence[Mapping[str, str]], background: Background, *, without: frozenset[str] = frozenset()) -> str:
    """Return two distinctive terms, or three when they tell about as much, most telling first, such as "slimme meter · inloggen".

    terms: `terms_of` each text of the group. background: of the whole window. `without` are folded words that say nothing here, such
    as the brand's name; words that begin with one ("<brand>fail") neither. Empty when no term is shared by at least two texts.
    """
    uses: Counter[str] = Counter(term for one in terms for term in one)
    fewest = max(FEWEST_USES, FEWEST_SHARE * len(terms))
    scores = {
        term: _score(term, count, len(terms), background)
        for term, count in uses.items()
        if count >= fewest and not any(word.startswith(tuple(without)) for word in term.split())
    }
    chosen: list[str] = []
    for term in sorted(scores, key=lambda term: (-scores[term], term)):
        if len(chosen) == MOST_TERMS or scores[term] <= 0:
            break
        if len(chosen) >= FEWEST_TERMS and scores[term] < NEXT_TO_BEST * scores[chosen[0]]:
            break
        if not any(_overlaps(term, other) for other in chosen):
            chosen.append(term)
    return SEPARATOR.join(_as_written(term, terms) for term in chosen)


def _score(term: str, count: int, texts: int, background: Background) -> float:
    """Share of the group's texts times how much more often than elsewhere (log ratio, smoothed)."""
    elsewhere = max(0, background.uses.get(term, 0) - count)
    ratio = ((count + 0.5) / (texts + 1.0)) / ((elsewhere + 0.5) / (max(0, background.texts - texts) + 1.0))
    return count / texts * log(max(ratio, 1e-9)) * (PAIR_BONUS if " " in term else 1.0)


def _overlaps(one: str, other: str) -> bool:
    return any(first[:STEM] == second[:STEM] or first in second or second in first for first in one.split() for second in other.split())


def _as_written(term: str, terms: Sequence[Mapping[str, str]]) -> str:
    """The most used spelling; lower case wins a tie, for a capital may only mean the start of a sentence."""
    spelled = Counter(one[term] for one in terms if term in one)
    best = min(spelled, key=lambda spelling: (-spelled[spelling], spelling != spelling.lower(), spelling))
    lower = best.lower()
    return lower if spelled.get(lower, 0) * 4 >= spelled[best] else best
