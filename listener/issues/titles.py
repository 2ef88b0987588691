"""Titles from the phrases of one to three words that set a group apart, as people spell them: class-based TF-IDF, chosen with MMR."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log

from listener.issues.untelling import UNTELLING
from listener.text.clean import CleanText
from listener.text.folding import folded
from listener.text.personal_data import cut_out, find_personal_data, masked
from listener.text.shorten import shorten
from listener.text.stems import stem

MOST_TERMS = 3
FEWEST_TERMS = 2
LONGEST_PHRASE = 3
SHORTEST_WORD = 3
FEWEST_USES = 2
SHARES_TRIED = (0.05, 0.02, 0.0)
SECOND_TO_BEST = 0.1
THIRD_TO_BEST = 0.4
JOINED = 1 / 3
RELEVANCE = 0.8
PHRASE_BONUS = {1: 1.0, 2: 1.5, 3: 1.8}
NAME_MALUS = 0.5
MOSTLY_CAPITAL = 0.75
FEWEST_FOR_NAME = 3
SHARED_BY_ALL = 1 / 3
FEWEST_TEXTS_TO_SHARE = 30
CLEARLY_BETTER = 1.25
MOST_WORDS = 120
MOST_CHARACTERS = 2_000
SEPARATOR = " · "

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[.,;:!?()\[\]\"“”…/|]")
_STEMS_UNTELLING = frozenset(stem(word) for word in UNTELLING)


@dataclass(frozen=True, slots=True)
class Background:
    """How many texts of the window use each term, and which words are names (written with a capital nearly always)."""

    texts: float
    uses: Mapping[str, float]
    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, terms: Iterable[Mapping[str, str]], *, each_for: float = 1.0) -> Background:
        """Count the terms of texts. `each_for`: how many texts of the window each one stands for, where not all of them are given."""
        uses: Counter[str] = Counter()
        capital: Counter[str] = Counter()
        texts = 0
        for one in terms:
            uses.update(one.keys())
            capital.update(term for term, written in one.items() if " " not in term and written != written.lower())
            texts += 1
        names = frozenset(word for word, often in capital.items() if uses[word] >= FEWEST_FOR_NAME and often >= MOSTLY_CAPITAL * uses[word])
        return cls(texts * each_for, {term: count * each_for for term, count in uses.items()}, names)

    def shared(self, word: str) -> bool:
        """Tell whether so many texts of the window use a word that it tells none of them apart."""
        return self.texts >= FEWEST_TEXTS_TO_SHARE and self.uses.get(word, 0) > SHARED_BY_ALL * self.texts


def terms_of(plain: str, stop_words: frozenset[str]) -> dict[str, str]:
    """Return the terms of a text a title may be made of: stems → as written. Words and phrases of two or three neighbouring words.

    Stop words, numbers, words that only greet or scold (`UNTELLING`) and words of fewer than three letters are none; they and
    punctuation part a phrase. So does what tells of people, whoever says it: a title goes where mentions do not.
    """
    found: dict[str, str] = {}
    before: list[tuple[str, str]] = []
    for written in _WORD.findall(cut_out(plain[:MOST_CHARACTERS]))[:MOST_WORDS]:
        form = folded(written)
        stemmed = stem(form)
        says_nothing = form in stop_words or form in UNTELLING or stemmed in _STEMS_UNTELLING
        # one sign may unfold to several words (U+FDFA is a whole sentence): that is no word of a title
        if len(form) < SHORTEST_WORD or says_nothing or " " in form or not any(char.isalpha() for char in form):
            before.clear()
            continue
        before.append((stemmed, written))
        del before[:-LONGEST_PHRASE]
        for start in range(len(before)):
            words = before[start:]
            if len({one for one, _ in words}) == len(words):
                found.setdefault(" ".join(one for one, _ in words), " ".join(as_typed for _, as_typed in words))
    return found


def title_for(terms: Sequence[Mapping[str, str]], background: Background, *, without: frozenset[str] = frozenset()) -> str:
    """Return two distinctive phrases, or three when they tell about as much, most telling first, such as "slimme meter · inloggen".

    terms: `terms_of` each text of the group in its majority language. background: of the window's texts in that language. `without` are
    folded words that say nothing here, such as the brand's name; words that begin with one ("<brand>fail") neither. A name of a place or
    product comes after what happened, and stands alone only when nothing else is shared. Empty when no two texts share a term.
    """
    for share in SHARES_TRIED:
        scores = _scores(terms, background, without, fewest=max(FEWEST_USES, share * len(terms)))
        if scores:
            break
    chosen = _diverse(scores, terms, background)
    return SEPARATOR.join(_as_written(term, terms) for term in chosen)


def beginning_of(clean: CleanText, language: str, most: int) -> str:
    """Return the beginning of a text as a title, at most `most` characters, with what it tells of people masked; "…" when it is empty."""
    text = (clean.plain or clean.text)[:MOST_CHARACTERS]
    return shorten(masked(text, find_personal_data(text, language), language=language) or "…", most)


def worth_of(title: str, terms: Sequence[Mapping[str, str]], background: Background, *, without: frozenset[str] = frozenset()) -> float:
    """Return how well a title made earlier sets these texts apart: the sum of the scores of the phrases in it, the longest first.

    A title that a language model worded holds the same phrases among other words. One that was cut short is a text's beginning: 0.
    """
    scores = {} if title.endswith("…") else _scores(terms, background, without, fewest=FEWEST_USES)
    worth = 0.0
    for part in title.split(SEPARATOR):
        words = [stem(word) for word in _WORD.findall(part)]
        at = 0
        while at < len(words):
            ends = range(min(len(words), at + LONGEST_PHRASE), at, -1)
            end = next((one for one in ends if " ".join(words[at:one]) in scores), at + 1)
            worth += scores.get(" ".join(words[at:end]), 0.0)
            at = end
    return worth


def clearly_better(new: str, old: str, terms: Sequence[Mapping[str, str]], background: Background, without: frozenset[str]) -> bool:
    """Tell whether a new title tells so much more than the present one that readers should get used to another name."""
    if new == old:
        return False
    was = worth_of(old, terms, background, without=without)
    return worth_of(new, terms, background, without=without) > CLEARLY_BETTER * was


def _scores(terms: Sequence[Mapping[str, str]], background: Background, without: frozenset[str], *, fewest: float) -> dict[str, float]:
    """Return what each term tells, of those that enough texts of the group use and that are above nothing."""
    banned = tuple({*without, *(stem(word) for word in without)})
    uses: Counter[str] = Counter(term for one in terms for term in one)
    found: dict[str, float] = {}
    for term, count in uses.items():
        words = term.split()
        if count < fewest or any(word.startswith(banned) for word in words) or any(background.shared(words[edge]) for edge in (0, -1)):
            continue
        score = _score(count, len(terms), background.uses.get(term, 0), background.texts) * PHRASE_BONUS[len(words)]
        if score > 0:
            found[term] = score * (NAME_MALUS if _is_name(term, background) else 1.0)
    return found


def _score(count: int, texts: int, uses: float, all_texts: float) -> float:
    """Share of the group's texts times how much more often than elsewhere (log ratio, smoothed): class-based TF-IDF."""
    elsewhere = max(0.0, uses - count)
    ratio = ((count + 0.5) / (texts + 1.0)) / ((elsewhere + 0.5) / (max(0.0, all_texts - texts) + 1.0))
    return count / texts * log(max(ratio, 1e-9))


def _diverse(scores: Mapping[str, float], terms: Sequence[Mapping[str, str]], background: Background) -> list[str]:
    """Choose by maximal marginal relevance (Carbonell and Goldstein 1998): telling, in no word and little in texts like those chosen."""
    plain = [term for term in scores if not _is_name(term, background)]
    best = max((scores[term] for term in plain or scores), default=0.0)
    texts = {
        term: {at for at, one in enumerate(terms) if term in one} for term in scores if scores[term] >= NAME_MALUS * SECOND_TO_BEST * best
    }
    uses: Counter[str] = Counter(term for one in terms for term in one)
    chosen: list[str] = []
    while len(chosen) < MOST_TERMS:
        open_to = [term for term in (texts if chosen else [t for t in plain or scores if t in texts]) if not _overlaps(term, chosen)]
        worth = {term: RELEVANCE * scores[term] / best - (1 - RELEVANCE) * _likeness(term, chosen, texts) for term in open_to}
        if not worth:
            break
        term = min(worth, key=lambda one: (-worth[one], one))
        named = sum(_is_name(one, background) for one in chosen)
        least = (0.0, SECOND_TO_BEST, THIRD_TO_BEST)[len(chosen)] * best
        if scores[term] < least or (named and len(chosen) >= FEWEST_TERMS and _is_name(term, background)):
            break
        at, phrase = _joined(term, chosen, uses)
        chosen[at : at + 1] = [phrase]
        texts.setdefault(phrase, {at for at, one in enumerate(terms) if phrase in one})
    return chosen


def _joined(term: str, chosen: Sequence[str], uses: Mapping[str, int]) -> tuple[int, str]:
    """Return where a term goes: beside those chosen, or into a phrase with one of them when it often stands next to it."""
    for at, other in enumerate(chosen):
        phrase = max((f"{other} {term}", f"{term} {other}"), key=lambda one: uses.get(one, 0))
        if uses.get(phrase, 0) >= max(FEWEST_USES, JOINED * min(uses[term], uses[other])):
            return at, phrase
    return len(chosen), term


def _likeness(term: str, chosen: Sequence[str], texts: Mapping[str, set[int]]) -> float:
    """Return how far the texts with `term` are those with a chosen one already (Jaccard)."""
    return max((len(texts[term] & texts[one]) / len(texts[term] | texts[one]) for one in chosen), default=0.0)


def _is_name(term: str, background: Background) -> bool:
    return all(word in background.names for word in term.split())


def _overlaps(term: str, chosen: Sequence[str]) -> bool:
    """Tell whether a word of a term stands in a chosen one, also as part of a compound."""
    return any(one in other or other in one for picked in chosen for one in term.split() for other in picked.split())


def _as_written(term: str, terms: Sequence[Mapping[str, str]]) -> str:
    """The most used spelling; lower case wins a tie, for a capital may only mean the start of a sentence."""
    spelled = Counter(one[term] for one in terms if term in one)
    best = min(spelled, key=lambda spelling: (-spelled[spelling], spelling != spelling.lower(), spelling))
    lower = best.lower()
    return lower if spelled.get(lower, 0) * 4 >= spelled[best] else best
