"""Labels from word lists: the first form, readable and correctable; trained heads may replace any of them later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from listener.model.analysis import Label
from listener.text.clean import CleanText
from listener.text.folding import folded
from listener.text.grams import words

MODEL = "lexicon-1"
NEGATION_REACH = 3
CAUSES = ("promise_not_kept", "unclear_information", "service_failed", "product_question")
"""Causes that word lists find, in the order in which they win a tie; `idea` and `compliment` come from their own labels."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """A list of words and phrases. `*` at the end of a term lets its last word go on ("storing*" finds "storingen")."""

    whole: Mapping[str, tuple[tuple[str, ...], ...]]
    prefixes: Mapping[str, tuple[tuple[str, ...], ...]]

    @classmethod
    def parse(cls, text: str) -> Lexicon:
        """Return the terms of a file: one per line, # starts a comment, case and accents do not matter."""
        whole: dict[str, list[tuple[str, ...]]] = {}
        prefixes: dict[str, list[tuple[str, ...]]] = {}
        for line in text.splitlines():
            term = line.partition("#")[0].strip()
            found = words(term)
            if not found:
                continue
            if term.endswith("*") and len(found) == 1:
                prefixes.setdefault(found[0][:PREFIX_KEY], []).append((found[0],))
            else:
                last = found[-1] + ("*" if term.endswith("*") else "")
                whole.setdefault(found[0], []).append((*found[:-1], last))
        return cls(
            whole={first: tuple(terms) for first, terms in whole.items()}, prefixes={key: tuple(terms) for key, terms in prefixes.items()}
        )

    def places(self, text: Sequence[str]) -> list[int]:
        """Return where in the folded words of a text a term begins, each place once."""
        return [at for at, word in enumerate(text) if self._starts(text, at, word)]

    def _starts(self, text: Sequence[str], at: int, word: str) -> bool:
        if any(word.startswith(prefix) for (prefix,) in self.prefixes.get(word[:PREFIX_KEY], ())):
            return True
        return any(_fits(term, text[at : at + len(term)]) for term in self.whole.get(word, ()))


PREFIX_KEY = 3
"""Prefix terms are found by their first three letters; shorter ones would match too much anyway."""


@dataclass(frozen=True, slots=True)
class Lexicons:
    """All word lists of one language by the names of their files, such as `negative` or `cause_service_failed`.

    `whole` and `prefixes` hold the terms of all lists together, so that one walk over a text finds them all.
    """

    lists: Mapping[str, Lexicon]
    whole: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]
    prefixes: Mapping[str, tuple[tuple[str, str], ...]]

    @classmethod
    def parse(cls, files: Mapping[str, str]) -> Lexicons:
        """Return the lists from file texts by file name without ending."""
        lists = {name: Lexicon.parse(text) for name, text in sorted(files.items())}
        whole: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        prefixes: dict[str, list[tuple[str, str]]] = {}
        for name, one in lists.items():
            for first, terms in one.whole.items():
                whole.setdefault(first, []).extend((name, term) for term in terms)
            for key, starts in one.prefixes.items():
                prefixes.setdefault(key, []).extend((name, start) for (start,) in starts)
        return cls(
            lists=lists, whole={key: tuple(found) for key, found in whole.items()}, prefixes={key: tuple(p) for key, p in prefixes.items()}
        )

    def hits(self, text: Sequence[str]) -> dict[str, list[int]]:
        """Return for every list that has a term in the folded words of a text where its terms begin, each place once, in order."""
        found: dict[str, list[int]] = {}
        for at, word in enumerate(text):
            begun = {name for name, start in self.prefixes.get(word[:PREFIX_KEY], ()) if word.startswith(start)}
            begun.update(name for name, term in self.whole.get(word, ()) if len(term) == 1 or _fits(term, text[at : at + len(term)]))
            for name in begun:
                found.setdefault(name, []).append(at)
        return found

    def count(self, name: str, text: Sequence[str]) -> int:
        """Return how many terms of a list stand in the folded words of a text; 0 for a list that is not there."""
        return len(self.places(name, text))

    def places(self, name: str, text: Sequence[str]) -> list[int]:
        found = self.lists.get(name)
        return found.places(text) if found is not None else []


def label(clean: CleanText, language: str, lexicons: Mapping[str, Lexicons]) -> tuple[Label, ...]:
    """Return sentiment and cause always, and question, compliment, idea and spam ("yes") where words say so.

    A language without lists is read with all lists we have. Probabilities grow with the number of words found and are not calibrated.
    """
    text = words(clean.plain)
    readers = [lexicons[language]] if language in lexicons else list(lexicons.values())
    if not text or not readers:
        return (_label("sentiment", "neutral", 0.5), _label("cause", "other", 0.5))
    found = [_labels_of(clean, text, lists) for lists in readers]
    return max(found, key=lambda labels: sum(one.probability for one in labels))


def _labels_of(clean: CleanText, text: list[str], lists: Lexicons) -> tuple[Label, ...]:
    good, bad = _sentiment(text, lists)
    asks = _asks(clean, text, lists)
    ideas, praise, spam = lists.count("idea", text), lists.count("compliment", text), lists.count("spam", text)
    result = [_label("sentiment", "negative" if bad > good else "positive" if good > bad else "neutral", _sure(abs(good - bad)))]
    compliment = praise > 0 and bad == 0
    if asks:
        result.append(_label("question", "yes", 0.9 if "?" in clean.plain else 0.6))
    if compliment:
        result.append(_label("compliment", "yes", _sure(praise + good)))
    if ideas:
        result.append(_label("idea", "yes", _sure(ideas + 1)))
    if spam >= 2 or (spam and not asks and not bad):
        result.append(_label("spam", "yes", _sure(spam)))
    result.append(_cause(text, lists, asks=asks, idea=ideas > 0, compliment=compliment))
    return tuple(result)


def _sentiment(text: list[str], lists: Lexicons) -> tuple[int, int]:
    """Count good and bad words. A negation turns a good word up to three words on ("not at all happy"), a bad one right after it."""
    negations = set(lists.places("negation", text))
    good = bad = 0
    for name, reach in (("positive", NEGATION_REACH), ("negative", 1)):
        for at in lists.places(name, text):
            turned = any(before in negations for before in range(at - reach, at))
            if (name == "positive") != turned:
                good += 1
            else:
                bad += 1
    return good, bad


def _asks(clean: CleanText, text: list[str], lists: Lexicons) -> bool:
    return "?" in clean.plain or 0 in lists.places("question", text)


def _cause(text: list[str], lists: Lexicons, *, asks: bool, idea: bool, compliment: bool) -> Label:
    if idea:
        return _label("cause", "idea", 0.7)
    if compliment:
        return _label("cause", "compliment", 0.7)
    counts = {cause: lists.count(f"cause_{cause}", text) for cause in CAUSES}
    best = max(CAUSES, key=lambda cause: counts[cause])
    if counts[best]:
        return _label("cause", best, _sure(counts[best]))
    return _label("cause", "product_question" if asks else "other", 0.5)


def _fits(term: tuple[str, ...], text: Sequence[str]) -> bool:
    if len(text) < len(term) or tuple(text[:-1]) != term[:-1]:
        return False
    last = term[-1]
    return text[-1].startswith(last[:-1]) if last.endswith("*") else text[-1] == last


def _sure(found: int) -> float:
    """Half at nothing found, three quarters at one word, towards one with more."""
    return round(1.0 - 0.5 / (1 + found), 3)


def _label(name: str, value: str, probability: float) -> Label:
    return Label(name=name, value=value, probability=probability, model=MODEL)


def parse_words(text: str) -> frozenset[str]:
    """Return the words of a stop-word file as written, lower-cased, and folded, for whoever compares either."""
    lines = (line.partition("#")[0].strip().lower() for line in text.splitlines())
    return frozenset(form for word in lines if word for form in (word, folded(word)))
