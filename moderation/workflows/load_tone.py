"""Read the words that put people off: the shipped list of a language, with what this house adds and leaves out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from listener.errors import SettingsError
from listener.settings.resources import shipped_text
from moderation.model.languages import LANGUAGES
from moderation.model.tone import ToneWord
from moderation.tone.check import read_phrase
from moderation.workflows.quick_yaml import read_yaml

DEFAULT_LANGUAGE = "en"
"""For texts in a language without a list of its own."""


def load_tone_words(language: str, *, more: Iterable[Mapping[str, Any]] = (), fewer: Iterable[str] = ()) -> tuple[ToneWord, ...]:
    """Return the words of config/lexicons/<language>/tone.yaml, then those in `more`, without the phrases in `fewer`.

    `more` are lines as in that file. Raises `SettingsError` naming the line that cannot be read.
    """
    left_out = frozenset(fewer)
    words = (*_shipped(language if language in LANGUAGES else DEFAULT_LANGUAGE), *parse_tone(list(more), name="tone.more"))
    return tuple(word for word in words if word.phrase not in left_out)


def parse_tone(lines: Sequence[Mapping[str, Any]], *, name: str) -> tuple[ToneWord, ...]:
    """Return the words of a list. Raises `SettingsError` naming `name` and the line."""
    return tuple(word for number, line in enumerate(lines, 1) for word in _words_of(line, f"{name}, line {number}"))


@cache
def _shipped(language: str) -> tuple[ToneWord, ...]:
    return parse_tone(read_yaml(shipped_text("lexicons", language, "tone.yaml"))["words"], name=f"lexicons/{language}/tone.yaml")


def _words_of(line: Mapping[str, Any], where: str) -> tuple[ToneWord, ...]:
    phrases = [str(one) for one in line.get("phrases", ())]
    why, instead = str(line.get("why", "")).strip(), tuple(str(one) for one in line.get("instead", ()))
    if not phrases or not why or not instead:
        raise SettingsError(f"{where}: phrases, why and instead are all needed; one of them is missing or empty.")
    unless = tuple(str(one) for one in line.get("unless", ()))
    for phrase in (*phrases, *unless):
        try:
            read_phrase(phrase)
        except ValueError as error:
            raise SettingsError(f'{where}: "{phrase}" cannot be read as words; it may not begin with "_" or "?".') from error
    under_complaint = bool(line.get("under_complaint"))
    return tuple(ToneWord(phrase=one, why=why, instead=instead, unless=unless, under_complaint=under_complaint) for one in phrases)
