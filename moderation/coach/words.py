"""The coach's phrases and offers in one language, ready to be used. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from listener.errors import SettingsError
from moderation.model.advice import QuestionKind
from moderation.tone.phrases import Phrase, matched, read
from moderation.tone.spoken import Spoken

USUAL = "usual"
_LISTS = ("requests", "checks", "summary", "promises", "private")


@dataclass(frozen=True, slots=True, kw_only=True)
class CoachWords:
    """config/lexicons/<language>/coach.yaml. `offers` is cause, kind, questions; `stop_words` carry no meaning of their own."""

    kinds: Mapping[QuestionKind, tuple[Phrase, ...]]
    requests: tuple[Phrase, ...]
    checks: tuple[Phrase, ...]
    summary: tuple[Phrase, ...]
    promises: tuple[Phrase, ...]
    private: tuple[Phrase, ...]
    offers: Mapping[str, Mapping[QuestionKind, tuple[str, ...]]]
    thanks: tuple[str, ...]
    stop_words: Collection[str] = field(default_factory=frozenset)


def parse_coach(given: Mapping[str, Any], *, name: str, stop_words: Collection[str] = ()) -> CoachWords:
    """Return one language's words. Raises `SettingsError` naming the key that is missing or cannot be read."""
    if missing := [key for key in ("kinds", "offers", "thanks", *_LISTS) if not given.get(key)]:
        raise SettingsError(f"{name}: {', '.join(missing)} is missing or empty.")
    lists = {key: _phrases(given[key], f"{name}, {key}") for key in _LISTS}
    kinds = {QuestionKind(kind): _phrases(phrases, f"{name}, kinds.{kind}") for kind, phrases in given["kinds"].items()}
    offers = {
        str(cause): {QuestionKind(kind): tuple(str(one) for one in questions) for kind, questions in by_kind.items()}
        for cause, by_kind in given["offers"].items()
    }
    if set(offers.get(USUAL, ())) != set(QuestionKind):
        raise SettingsError(f"{name}: offers.{USUAL} needs questions of every kind.")
    return CoachWords(
        kinds=kinds, offers=offers, thanks=tuple(str(one) for one in given["thanks"]), stop_words=frozenset(stop_words), **lists
    )


def any_in(said: Sequence[Spoken], phrases: Sequence[Phrase]) -> bool:
    """Tell whether one of these phrases stands somewhere in these words."""
    return any(matched(said, place, phrase) is not None for place in range(len(said)) for phrase in phrases)


def _phrases(written: Sequence[object], where: str) -> tuple[Phrase, ...]:
    found = []
    for one in written:
        try:
            found.append(read(str(one)))
        except ValueError as error:
            raise SettingsError(f'{where}: "{one}" cannot be read as words.') from error
    return tuple(found)
