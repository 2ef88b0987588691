"""A text as words with their places: folded for comparing, with positions in code points of the text as it was written."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from listener.text.folding import folded

_WORD = re.compile(r"\w+(?:['-]\w+)*")
_CHUNK = re.compile(r"\S+")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_END = re.compile(r"[.!?;:…\n()\"“”„«»]|\s[-–—]\s")


class Spoken(NamedTuple):
    """One word: its folded `form`, where it stands, whether it is written in capitals, and the number of its sentence."""

    form: str
    start: int
    end: int
    capitals: bool
    sentence: int


def spoken(text: str) -> tuple[Spoken, ...]:
    """Return the words of `text` in order. Addresses, @names and #tags are left out: nobody chose their wording.

    A text composed (NFC) or taken apart (NFD) gives the same forms; `start` and `end` slice the text that was given.
    """
    plain, places = _folded_with_places(text)
    skipped = _addresses(plain)
    ends = [found.start() for found in _END.finditer(plain)]
    words: list[Spoken] = []
    sentence = skip = 0
    for found in _WORD.finditer(plain):
        while sentence < len(ends) and ends[sentence] < found.start():
            sentence += 1
        while skip < len(skipped) and skipped[skip][1] <= found.start():
            skip += 1
        if skip < len(skipped) and skipped[skip][0] <= found.start():
            continue
        start, end = places[found.start()], places[found.end() - 1] + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        words.append(Spoken(found.group(), start, end, text[start:end].isupper(), sentence))
    return tuple(words)


def is_word(form: str) -> bool:
    """Tell whether a folded form is one word as `spoken` cuts them; what is not can never be found."""
    return _WORD.fullmatch(form) is not None


def _folded_with_places(text: str) -> tuple[str, list[int]]:
    """Return the folded text and, for each of its characters, where that came from."""
    if text.isascii():
        return text.lower(), list(range(len(text)))
    made: list[str] = []
    places: list[int] = []
    done = 0
    for found in _BEYOND_ASCII.finditer(text):
        place = found.start()
        form = folded(found.group())
        made += (text[done:place].lower(), form)
        places.extend(range(done, place))
        places.extend([place] * len(form))
        done = place + 1
    made.append(text[done:].lower())
    places.extend(range(done, len(text)))
    return "".join(made), places


def _addresses(plain: str) -> list[tuple[int, int]]:
    return [
        (found.start(), found.end())
        for found in _CHUNK.finditer(plain)
        if "://" in found.group() or found.group().startswith("www.") or "@" in found.group() or found.group().startswith("#")
    ]
