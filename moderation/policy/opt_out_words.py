"""Does a message to us say "leave me alone"? Whole messages and phrases from config/lexicons/<language>/opt_out.yaml. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from listener.errors import SettingsError
from listener.text.folding import folded

_KEYS = ("whole", "polite", "spellings", "groups", "phrases", "unless", "asks")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[\w.+-]+@[\w-]+\.[\w.-]+|(?<!\w)[@#/]\S+", re.IGNORECASE)
_QUOTED = re.compile(r"^\s*>.*$", re.MULTILINE)
_SAID = re.compile(r"[\"“”„«»].*?[\"“”«»]", re.DOTALL)
_SENTENCE = re.compile(r"[^.!?;\n…]+[.!?;\n…]*")
_WORD = re.compile(r"[\w]+(?:['-]\w+)*")
_SHORT = 12
"""Words in a message that may be a single command with courtesies around it."""
_MOST_CHARACTERS = 2000
"""A wish to be left alone is short; of a longer text only the beginning is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOutWords:
    """One language's words, ready to be matched."""

    whole: re.Pattern[str]
    polite: frozenset[str]
    spellings: Mapping[str, str]
    phrases: re.Pattern[str]
    unless: re.Pattern[str]
    asks: frozenset[str]


def parse_opt_out(read: Mapping[str, Any], *, name: str) -> OptOutWords:
    """Return the words of one file. Raises `SettingsError` naming the key that is missing or wrong."""
    if missing := [key for key in _KEYS if not read.get(key)]:
        raise SettingsError(f"{name}: {', '.join(missing)} is missing or empty.")
    groups = {str(group): tuple(str(word) for word in words) for group, words in read["groups"].items()}
    return OptOutWords(
        whole=_any_of(read["whole"], groups, name, exact=True),
        polite=frozenset(folded(str(word)) for word in read["polite"]),
        spellings={folded(str(one)): folded(str(other)) for one, other in read["spellings"].items()},
        phrases=_any_of(read["phrases"], groups, name),
        unless=_any_of(read["unless"], groups, name),
        asks=frozenset(folded(str(word)) for word in read["asks"]),
    )


def says_opt_out(text: str, languages: Iterable[OptOutWords]) -> bool:
    """Return whether a message addressed to us asks not to be contacted any more.

    A whole message may be one word ("stop"); inside a sentence it takes a phrase that says who should stop doing what, so that "stop met
    die storingen" stays a complaint. What is quoted, and questions that are no requests ("hoe kan ik me afmelden?"), do not count.
    """
    plain = folded(_ADDRESS.sub(" ", _SAID.sub(" ", _QUOTED.sub(" ", text[:_MOST_CHARACTERS])))).replace("’", "'")
    return any(_says(plain, words) for words in languages)


def _says(plain: str, words: OptOutWords) -> bool:
    said = _spelled(plain, words)
    core = [word for word in said if word not in words.polite]
    if core and len(said) <= _SHORT and "?" not in plain and (words.whole.search(_line(core)) or words.whole.search(_line(said))):
        return True
    return any(_sentence_says(sentence, words) for sentence in _SENTENCE.findall(plain))


def _sentence_says(sentence: str, words: OptOutWords) -> bool:
    said = _spelled(sentence, words)
    line = _line(said)
    if not said or not words.phrases.search(line) or words.unless.search(line):
        return False
    return "?" not in sentence or any(word in words.asks for word in said[:3])


def _spelled(text: str, words: OptOutWords) -> list[str]:
    return " ".join(words.spellings.get(word, word) for word in _WORD.findall(text)).split()


def _line(words: Sequence[str]) -> str:
    return " " + " ".join(words) + " "


def _any_of(patterns: Iterable[object], groups: Mapping[str, tuple[str, ...]], name: str, *, exact: bool = False) -> re.Pattern[str]:
    made = [_pattern(str(pattern), groups, name) for pattern in patterns]
    joined = "|".join(made)
    return re.compile(rf"^(?:{joined}) $" if exact else joined)


def _pattern(pattern: str, groups: Mapping[str, tuple[str, ...]], name: str) -> str:
    """Return a regular expression over words that are each preceded by one space."""
    return "".join(_place(place, groups, name) for place in pattern.split()) + ("" if pattern.endswith("_") else "(?= )")


def _place(place: str, groups: Mapping[str, tuple[str, ...]], name: str) -> str:
    if place == "_":
        return r"(?: \S+){0,3}?"
    optional = place.endswith("?")
    terms: list[str] = []
    for term in place.removesuffix("?").split("|"):
        if term.startswith("{"):
            if term.strip("{}") not in groups:
                raise SettingsError(f"{name}: there is no group {term}.")
            terms += groups[term.strip("{}")]
        else:
            terms.append(term)
    word = " (?:" + "|".join(_term(term) for term in terms) + ")(?= )"
    return f"(?:{word})?" if optional else word


def _term(term: str) -> str:
    plain = re.escape(folded(term.rstrip("*?")))
    return plain + r"\S*" if term.endswith("*") else plain
