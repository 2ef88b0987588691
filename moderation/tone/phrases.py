"""Phrases of a word list as people write them, and where they stand in a text. Linear in the text, bounded at every word. Pure.

In a phrase "a|b" is either word, "word*" a beginning, "word?" may be missing, "_" stands for up to three words, and a word in capitals
means just that. A phrase never reaches over the end of a sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from listener.text.folding import folded
from moderation.tone.spoken import Spoken, is_word

GAP = "_"
MOST_SKIPPED = 3
"""Words that one `_` in a phrase stands for at most."""
REACH = 4
"""Words before a find that a longer, harmless phrase may begin."""


class Term(NamedTuple):
    """One place in a phrase: the words that fit there."""

    forms: frozenset[str]
    beginnings: tuple[str, ...]
    capitals: bool
    optional: bool

    def fits(self, word: Spoken) -> bool:
        if self.capitals and not word.capitals:
            return False
        return word.form in self.forms or (bool(self.beginnings) and word.form.startswith(self.beginnings))


class Phrase(NamedTuple):
    """A phrase ready to be matched. `rest` has None for "_"."""

    first: Term
    rest: tuple[Term | None, ...]
    plain: tuple[Term, ...]
    """The rest again where every term is one word: those take a short way."""
    asked: tuple[Term, ...]

    def all_in(self, present: frozenset[str]) -> bool:
        """Tell whether a text with these words can hold the phrase at all: most cannot, and need no look at each place."""
        return all(term.beginnings or not term.forms.isdisjoint(present) for term in self.asked)


def matched(said: Sequence[Spoken], place: int, phrase: Phrase) -> int | None:
    """Return where the longest match ends that begins at `place`, or None. Bounded: every `_` skips a fixed number of words at most."""
    if place + len(phrase.asked) > len(said) or not phrase.first.fits(said[place]):
        return None
    if phrase.plain:
        for end, each in enumerate(phrase.plain, place + 1):
            if not each.fits(said[end]):
                return None
        end = place + len(phrase.asked)
        return end if said[end - 1].sentence == said[place].sentence else None
    ends = {place + 1}
    for term in phrase.rest:
        if term is None:
            ends = {end + skipped for end in ends for skipped in range(MOST_SKIPPED + 1)}
            continue
        reached = {end + 1 for end in ends if end < len(said) and term.fits(said[end])}
        ends = reached | ends if term.optional else reached
        if not ends:
            return None
    inside = [end for end in ends if end <= len(said) and said[end - 1].sentence == said[place].sentence]
    return max(inside, default=None)


def excused(said: Sequence[Spoken], place: int, end: int, unless: Sequence[Phrase]) -> bool:
    """Tell whether a longer, harmless phrase covers these words."""
    earliest = max(0, place - REACH)
    for phrase in unless:
        for start in range(earliest, place + 1):
            reached = matched(said, start, phrase)
            if reached is not None and reached >= end:
                return True
    return False


def read(written: str) -> Phrase:
    """Return a phrase ready to be matched. Raises `ValueError` when it cannot be read, or asks for no word."""
    terms = [None if one == GAP else _term(one) for one in written.split()]
    first = terms[0] if terms else None
    forms = [form for term in terms if term is not None for form in (*term.forms, *term.beginnings)]
    if first is None or first.optional or not all(is_word(form) for form in forms):
        raise ValueError(written)
    asked = [term for term in terms if term is not None and not term.optional]
    plain = asked[1:] if len(asked) == len(terms) else []
    return Phrase(first, tuple(terms[1:]), tuple(plain), tuple(asked))


def _term(written: str) -> Term:
    optional = written.endswith("?")
    options = written.removesuffix("?").split("|")
    plain = [folded(one) for one in options]
    return Term(
        frozenset(one for one in plain if not one.endswith("*")),
        tuple(one.removesuffix("*") for one in plain if one.endswith("*")),
        all(one.isupper() and len(one) > 1 for one in options),
        optional,
    )
