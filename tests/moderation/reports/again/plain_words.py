"""Texts as plain words, and phrases of a word list looked for in them: only as much as a recount needs."""

from __future__ import annotations

import re
import unicodedata

_ENDS = re.compile(r"[.!?;:…\n()\"“”]")


def words_of(text: str) -> list[str]:
    """Return a text's words, lower-cased and without accents."""
    bare = unicodedata.normalize("NFKD", text)
    return re.findall(r"[^\W_]+", "".join(one for one in bare if not unicodedata.combining(one)).lower())


def holds(text: str, phrase: str) -> bool:
    """Tell whether one sentence of a text holds a phrase; in it "a|b" is either word, and "_" stands for up to three words."""
    pattern = r"\b"
    for term in phrase.split():
        pattern += r"(?:\w+ ){0,3}" if term == "_" else f"(?:{'|'.join(' '.join(words_of(one)) for one in term.split('|'))})\\b ?"
    spoken = " ".join(one for one in text.split(" ") if "://" not in one and "@" not in one)
    return any(re.search(pattern, " ".join(words_of(sentence)) + " ") for sentence in _ENDS.split(spoken))
