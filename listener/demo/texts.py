"""The sentences of the scenario, read from `config/demo`. They are written by us; nobody said them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import yaml

ISSUES = ("double_debit", "login_loop", "outage", "drifting_meter")
LANGUAGES = ("nl", "en")
_CHATTER = ("chatter_money.yaml", "chatter_home.yaml", "chatter_contact.yaml")
_CLAUSES = ("opening", "what", "effect", "ask")


class TextReader(Protocol):
    """Gives a shipped file's text by its path below `config/`; `listener.settings.resources.shipped_text` is one."""

    def __call__(self, *parts: str) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueTexts:
    """How people of one language speak of one planted issue.

    `whole` are posts as they stand, `later` those that fit only when it has been going on for some time. `clauses` are banks
    (opening, what, effect, ask) from which further posts are put together. `threads` are titles under which threads start.
    """

    title: str
    threads: tuple[str, ...]
    whole: tuple[str, ...]
    later: tuple[str, ...]
    clauses: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageTexts:
    """Everything that is said in one language.

    `{m}` in a text is where the brand is named. `openings` and `replies` come before and after an everyday remark, `asking` and
    `hoping` before and after an everyday question, `thanks` after a compliment, `wishes` after an idea. `namings` name the brand
    in a post that does not, `slang` maps words to how people in a hurry write them.
    """

    issues: Mapping[str, IssueTexts]
    chatter: Mapping[str, tuple[str, ...]]
    threads: Mapping[str, tuple[str, ...]]
    openings: tuple[str, ...]
    replies: tuple[str, ...]
    asking: tuple[str, ...]
    hoping: tuple[str, ...]
    namings: tuple[str, ...]
    edits: tuple[str, ...]
    slang: Mapping[str, str]
    compliments: tuple[str, ...]
    thanks: tuple[str, ...]
    ideas: tuple[str, ...]
    wishes: tuple[str, ...]
    spam: tuple[str, ...]
    elsewhere: tuple[str, ...]
    fail: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleTexts:
    """Parts from which invented people and places are put together."""

    given: tuple[str, ...]
    fronts: tuple[str, ...]
    backs: tuple[str, ...]
    towns: tuple[str, ...]
    staff: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoTexts:
    """All sentences of the scenario, by language, and its people."""

    languages: Mapping[str, LanguageTexts]
    people: PeopleTexts


def load_texts(read: TextReader) -> DemoTexts:
    """Return every sentence under `config/demo`, read through `read`.

    The files hold lists as block text, one entry a line; `\\n` inside a line is a line break. Raises KeyError naming a missing key.
    """
    people = _parsed(read, "demo", "people.yaml")
    return DemoTexts(
        languages={language: _language(read, language) for language in LANGUAGES},
        people=PeopleTexts(
            given=_words(people, "given"),
            fronts=_words(people, "fronts"),
            backs=_words(people, "backs"),
            towns=_words(people, "towns"),
            staff=_words(people, "staff"),
        ),
    )


def _language(read: TextReader, language: str) -> LanguageTexts:
    chatter: dict[str, tuple[str, ...]] = {}
    threads: dict[str, tuple[str, ...]] = {}
    for name in _CHATTER:
        for topic, entry in _parsed(read, "demo", language, name).items():
            part = _mapping(entry)
            chatter[topic] = _lines(part, "posts")
            threads[topic] = _lines(part, "threads")
    manner = _parsed(read, "demo", language, "manner.yaml")
    voices = _parsed(read, "demo", language, "voices.yaml")
    return LanguageTexts(
        issues={key: _issue(_parsed(read, "demo", language, f"{key}.yaml")) for key in ISSUES},
        chatter=chatter,
        threads=threads,
        openings=_lines(manner, "openings"),
        replies=_lines(manner, "replies"),
        asking=_lines(manner, "asking"),
        hoping=_lines(manner, "hoping"),
        namings=_lines(manner, "namings"),
        edits=_lines(manner, "edits"),
        slang={str(word): str(short) for word, short in _mapping(manner["slang"]).items()},
        compliments=_lines(voices, "compliments"),
        thanks=_lines(voices, "thanks"),
        ideas=_lines(voices, "ideas"),
        wishes=_lines(voices, "wishes"),
        spam=_lines(voices, "spam"),
        elsewhere=_lines(voices, "elsewhere"),
        fail=_lines(voices, "fail"),
    )


def _issue(entry: Mapping[str, object]) -> IssueTexts:
    clauses = _mapping(entry["clauses"])
    return IssueTexts(
        title=str(entry["title"]),
        threads=_lines(entry, "threads"),
        whole=_lines(entry, "whole"),
        later=_lines(entry, "later"),
        clauses=tuple(_lines(clauses, bank) for bank in _CLAUSES),
    )


def _parsed(read: TextReader, *parts: str) -> Mapping[str, object]:
    return _mapping(yaml.safe_load(read(*parts)))


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError(f"expected a mapping in the demo's texts, found {type(value).__name__}")
    return value


def _lines(entry: Mapping[str, object], key: str) -> tuple[str, ...]:
    lines = (line.strip() for line in str(entry[key]).splitlines())
    return tuple(line.replace("\\n", "\n") for line in lines if line)


def _words(entry: Mapping[str, object], key: str) -> tuple[str, ...]:
    return tuple(str(entry[key]).split())
