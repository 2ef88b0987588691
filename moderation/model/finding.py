"""A search as an agent asks it, and what is found: messages with their case and issue, and why each is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from listener.model.mention import StoredMention
from listener.model.search import Meaning


class How(StrEnum):
    """By which way is looked: the words as they stand there, what is meant, or both."""

    BOTH = "both"
    WORDS = "words"
    MEANING = "meaning"


class CaseFilter(StrEnum):
    """Messages of any or no case; of none; or of a case that waits, was answered, or is closed."""

    ANY = ""
    NONE = "none"
    WAITS = "waits"
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is looked for, and where. Days are local and both included; empty fields leave nothing out."""

    typed: str
    how: How = How.BOTH
    brand: str = ""
    platform: str = ""
    language: str = ""
    from_day: date | None = None
    to_day: date | None = None
    case: CaseFilter = CaseFilter.ANY
    in_issue: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One message. `alike` is the cosine of its meaning, None when it was found by its words; `parts` are a piece of the text around what
    was looked for, each with whether it was. `author` is a pseudonym; `case_id` and `issue_id` None when it is in none."""

    mention: StoredMention
    author: str
    parts: tuple[tuple[str, bool], ...]
    alike: float | None = None
    case_id: int | None = None
    case_state: str = ""
    issue_id: int | None = None
    issue_title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What one way of looking gave: a page of it, how much in all as far as was counted, and whether there is more than that."""

    found: Sequence[Found] = ()
    count: int = 0
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The finds of a search. `nothing_asked`: nothing was typed that could be looked for. `held` of `known` messages are searched."""

    words: Group = Group()
    meaning: Group = Group()
    meaning_state: Meaning = Meaning.OFF
    nothing_asked: bool = False
    held: int = 0
    known: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a search can be narrowed to: names that occur in what was heard, in order of name."""

    brands: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
