"""The channel grid: types of contact against kinds of places, and what is best done in each cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from moderation.model.advice import Way


class Level(StrEnum):
    """How much of something a contact has."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What is best done with one type of contact in one kind of place; `reason` by language."""

    way: Way
    reason: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactType:
    """One row. It takes a contact when one of `causes` fits (none named: any) and every switch in `needs` is as named.

    `preferred` and `supporting` are kinds of places; `criteria` are why, `owner` looks after it. `shown` and `owner` by language.
    """

    name: str
    shown: Mapping[str, str]
    causes: frozenset[str]
    needs: Mapping[str, bool]
    criteria: Mapping[str, Level]
    owner: Mapping[str, str]
    preferred: str
    supporting: tuple[str, ...]
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """All rows in order of precedence, and which platform is which kind of place; `usual` for platforms not named."""

    kinds: Mapping[str, str]
    usual: str
    types: tuple[ContactType, ...]
    without_article: Mapping[str, str]

    def kind_of(self, platform: str) -> str:
        """Return the kind of place that a platform is."""
        return self.kinds.get(platform, self.usual)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFacts:
    """What the grid looks at: labels of the customer's messages, and whether an approved article may answer them."""

    platform: str
    causes: frozenset[str] = frozenset()
    personal_data: bool = False
    spam: bool = False
    directed: bool = True
    question: bool = False
    negative: bool = False
    knowledge: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CellCount:
    """How one cell went: contacts that are done, and how many of them went as the grid advises. `went` counts what was done, by way."""

    contact_type: str
    channel: str
    way: Way
    contacts: int
    followed: int
    went: Mapping[Way, int]
