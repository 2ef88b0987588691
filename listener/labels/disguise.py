"""Words that were disguised to slip past a word list: digits for letters, letters apart, a letter left out, words run together."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from listener.text.folding import folded

_APART = re.compile(r"(?<![^\W_])(?:[^\W_][ .\-_*]{1,2}){2,}[^\W_](?![^\W_])")
_TOKEN = re.compile(r"[a-z0-9@$!|*+]+|\w+")
_WORD = re.compile(r"[^\W_]+")
_LEET = dict(zip("01345789@$!|+", "oieastbgasilt", strict=True))
_LEET_OF_L = str.maketrans({**_LEET, "1": "l"})
_LEET_OF_I = str.maketrans(_LEET)
_VOWELS = "aeiou"
_LONG_RUN = re.compile(r"([^\W\d_])\1{2,}")
SHORTEST_MISSPELT = 6
SHORTEST_SWAPPED = 4
SHORTEST_LOOSE = 5
SHORTEST_STEM = 4
LONGEST = 40
SHORTEST_JOINED = 4


class Unmasking:
    """Reads texts for one vocabulary: a disguised form is put back only when the word it hides is in the vocabulary.

    vocabulary: folded words to look for; with * at the end, beginnings of words. loose: those among them that may be
    misspelt when short, since they do no harm alone. glue: short common words that are run together with them ("eenhoer"). harmless: words
    that would pass for a misspelling of one but are words.
    """

    def __init__(
        self, vocabulary: Iterable[str], *, loose: Collection[str] = (), glue: Collection[str] = (), harmless: Collection[str] = ()
    ) -> None:
        terms = frozenset(vocabulary)
        self._stems = frozenset(term[:-1] for term in terms if term.endswith("*") and len(term) > SHORTEST_STEM)
        self._words = frozenset(term.rstrip("*") for term in terms)
        self._glue = frozenset(glue)
        self._loose = frozenset(loose)
        self._harmless = frozenset(harmless)
        self._misspelt = _misspellings(self._words, frozenset(loose), self._harmless | self._glue)

    def words(self, text: str) -> list[str]:
        """Return the folded words of a text as `grams.words` does, with disguised ones put back."""
        plain = _APART.sub(self._joined, folded(text))
        found: list[str] = []
        for token in _TOKEN.findall(plain):
            parts = _WORD.findall(token)
            if len(token) > LONGEST:
                found.extend(parts)
                continue
            if len(parts) != 1 or parts[0] != token or any(char.isdigit() for char in token):
                known = self._unleeted(token)
                if known:
                    found.append(known)
                    continue
            for part in parts:
                found.extend(self._of_word(part))
        return found

    def _joined(self, found: re.Match[str]) -> str:
        """Put letters apart together; the first may be a word of its own: "a b i t c h"."""
        letters = "".join(_WORD.findall(found.group()))
        if self._known(letters) or self._unleeted(letters):
            return letters
        rest = letters[1:]
        return f"{letters[0]} {rest}" if self._known(rest) or self._unleeted(rest) else found.group()

    def _known(self, word: str) -> bool:
        return word in self._words or any(word[:at] in self._stems for at in range(SHORTEST_STEM, len(word)))

    def _unleeted(self, token: str) -> str:
        for table in (_LEET_OF_I, _LEET_OF_L):
            word = token.translate(table).strip("i" if token.endswith("!") else "")
            for candidate in (word, token.rstrip("!").translate(table)):
                if self._known(candidate):
                    return candidate
        if "*" in token.strip("*"):
            return next((word for vowel in _VOWELS if self._known(word := token.replace("*", vowel))), "")
        return ""

    def _of_word(self, word: str) -> tuple[str, ...]:
        if word in self._words or word in self._harmless or len(word) < SHORTEST_SWAPPED:
            return (word,)
        shorter = _LONG_RUN.sub(r"\1", word)
        if shorter != word:
            doubled = _LONG_RUN.sub(r"\1\1", word)
            return (shorter if shorter in self._words else doubled if doubled in self._words else word,)
        if word in self._misspelt:
            return (self._misspelt[word],)
        for at in range(2, len(word) - 1):
            head, tail = word[:at], word[at:]
            if len(tail) >= SHORTEST_JOINED and head in self._glue and self._known(tail):
                return (head, tail)
            if (
                len(head) >= SHORTEST_JOINED
                and head in self._words
                and (tail in self._glue or (head in self._loose and tail in self._words))
            ):
                return (head, tail)
        return (word,)


def _misspellings(words: Iterable[str], loose: Collection[str], harmless: Collection[str]) -> Mapping[str, str]:
    """Return by misspelling the word it comes from: an inner letter left out, or two inner neighbours swapped; two origins: the first."""
    found: dict[str, str] = {}
    taken = frozenset(words)
    for word in sorted(taken):
        forms = []
        if len(word) >= (SHORTEST_LOOSE if word in loose else SHORTEST_MISSPELT):
            forms += [word[:at] + word[at + 1 :] for at in range(1, len(word) - 1)]
        if len(word) >= SHORTEST_SWAPPED:
            forms += [word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(1, len(word) - 1) if word[at] != word[at + 1]]
        for form in forms:
            if form not in taken and form not in harmless:
                found.setdefault(form, word)
    return found
