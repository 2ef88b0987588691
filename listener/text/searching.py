"""Words as the search compares them, what somebody typed as terms, and where those stand in a text. Everything typed is data.

A word is folded (case, accents, width, look-alike letters); scripts without spaces and emoji are taken one sign at a time, so that a run
of them is found by any part of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import regex

from listener.model.search import Term
from listener.text.folding import folded
from listener.text.normal_form import normal_form

MOST_TERMS = 16
MOST_TYPED = 400
LONGEST = 64
"""Characters of a word that are compared: nobody types more, and a megabyte without a blank is no word."""
MOST_IN_ONE = 1_000
"""Characters of one word that are folded: some signs become eighteen, and half a million of them kept the search busy for a minute."""

_SINGLE = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{So}]"
_WORD = regex.compile(rf"{_SINGLE}[\p{{M}}\p{{Cf}}]*|(?:(?!{_SINGLE})[\p{{L}}\p{{N}}][\p{{M}}\p{{Cf}}]*)+")
_TYPED = regex.compile(r'["“”„«»]([^"“”„«»]*)["“”„«»]?|([^\s"“”„«»]+)')

Token = tuple[str, int, int]
"""A folded word with where it stands in the text: from, to."""


def search_text(text: str) -> str:
    """Return the words of a text as they are compared, with blanks between."""
    return " ".join(token for token, _, _ in tokens_of(text))


def tokens_of(text: str) -> Iterator[Token]:
    """Yield the words of a text in order. One word may be several when folding takes it apart, such as "½"."""
    for found in _WORD.finditer(text):
        for token in _folded_words(found[0][:MOST_IN_ONE]):
            yield token[:LONGEST], found.start(), found.end()


def terms_of(typed: str) -> tuple[Term, ...]:
    """Return what somebody typed as terms that all have to be found.

    "…" is a phrase; what hangs together (e-mail) is one too; * at the end of a word lets it go on. Quotes that do not close, operators and
    signs are no mistakes: they are blanks. Nothing to look for gives no terms.
    """
    terms: list[Term] = []
    for found in _TYPED.finditer(typed[:MOST_TYPED]):
        phrase = found[1] if found[1] is not None else found[2]
        tokens = tuple(token for token, _, _ in tokens_of(phrase))
        if tokens:
            terms.append(Term(tokens, prefix=phrase.rstrip().endswith("*")))
    return tuple(dict.fromkeys(terms))[:MOST_TERMS]


def marked(text: str, terms: Sequence[Term], most: int) -> tuple[tuple[str, bool], ...]:
    """Return a piece of at most about `most` characters around the first find, in parts: each with whether it was looked for.

    The parts put together are the piece of the text as it was written; "…" stands where something was left out.
    """
    words = list(tokens_of(text))
    spans = sorted({span for term in terms for span in _spans(words, term)})
    start = _start(text, spans[0][0] if spans else 0, most)
    end = min(len(text), start + most)
    parts: list[tuple[str, bool]] = [("…", False)] if start else []
    at = start
    for begin, stop in spans:
        if begin < at or stop > end:
            continue
        parts += [(text[at:begin], False), (text[begin:stop], True)]
        at = stop
    parts += [(text[at:end], False), ("…" if end < len(text) else "", False)]
    return tuple(part for part in parts if part[0])


def _folded_words(word: str) -> list[str]:
    plain = folded(word)
    if plain.isascii() and plain.isalnum():
        return [plain]
    return [regex.sub(r"\p{Cf}", "", one) for one in _WORD.findall(normal_form("NFC", plain))]


def _spans(words: Sequence[Token], term: Term) -> Iterator[tuple[int, int]]:
    size = len(term.tokens)
    for at in range(len(words) - size + 1):
        here = [token for token, _, _ in words[at : at + size]]
        whole = here[:-1] == list(term.tokens[:-1])
        if whole and (here[-1].startswith(term.tokens[-1]) if term.prefix else here[-1] == term.tokens[-1]):
            yield words[at][1], words[at + size - 1][2]


def _start(text: str, first: int, most: int) -> int:
    """A little before the first find, after a blank if one is near; the beginning when the find lies in what is shown anyway."""
    if first < most * 3 // 4:
        return 0
    start = max(0, first - most // 4)
    blank = text.find(" ", start, first)
    return blank + 1 if blank >= 0 else start
