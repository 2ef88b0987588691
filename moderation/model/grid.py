"""The channel grid: types of contact against kinds of places, and what is best done in each cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from moderation.model.advice import Way
from moderation.model.feedback import Figure

PRIVATE = "mail"
"""The platform in whose column private messages of every platform stand."""


class Level(StrEnum):
    """How much of something a contact has."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Planned(StrEnum):
    """What one kind of place is for one type of contact."""

    PREFERRED = "preferred"
    SUPPORTING = "supporting"
    NOT = "not"


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

    def planned(self, kind: str) -> Planned:
        """Return what a kind of place is for this type."""
        if kind == self.preferred:
            return Planned.PREFERRED
        return Planned.SUPPORTING if kind in self.supporting else Planned.NOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """All rows in order of precedence, and which platform is which kind of place; `usual` for platforms not named."""

    kinds: Mapping[str, str]
    usual: str
    types: tuple[ContactType, ...]
    without_article: Mapping[str, str]

    def kind_of(self, platform: str, *, private: bool = False) -> str:
        """Return the kind of place that a platform is; what was said there in private belongs where e-mail does."""
        return self.kinds.get(PRIVATE if private else platform, self.usual)


@dataclass(frozen=True, slots=True, kw_only=True)
class GridHistory:
    """Every grid that held, oldest first, each with the moment it began; what came before the first was under `first`."""

    first: Grid
    later: tuple[tuple[datetime, Grid], ...] = ()

    @property
    def now(self) -> Grid:
        return self.later[-1][1] if self.later else self.first

    def at(self, moment: datetime) -> Grid:
        """Return the grid that held at a moment: a contact keeps the type that it had when it came in."""
        return next((grid for since, grid in reversed(self.later) if since <= moment), self.first)


@dataclass(frozen=True, slots=True, kw_only=True)
class GridVersion:
    """One change of the grid: what was done (`verb`) to which type (`about`, empty for the whole), by whom and when."""

    version_id: int
    verb: str
    about: str
    made_by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeEdit:
    """What somebody typed about a type of contact. Texts are by language; `planned`, `ways` and `reasons` by kind of place.

    `needs` holds only the switches that matter. None of it is checked yet.
    """

    shown: Mapping[str, str]
    owner: Mapping[str, str]
    criteria: Mapping[str, str]
    planned: Mapping[str, str]
    ways: Mapping[str, str]
    reasons: Mapping[str, Mapping[str, str]]
    causes: tuple[str, ...] = ()
    needs: Mapping[str, bool] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFacts:
    """What the grid looks at: labels of the customer's messages, and whether an approved article may answer them.

    `private`: only who wrote them and we read them.
    """

    platform: str
    causes: frozenset[str] = frozenset()
    personal_data: bool = False
    spam: bool = False
    directed: bool = True
    question: bool = False
    negative: bool = False
    knowledge: bool = False
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CellCount:
    """How one cell went: contacts that are done, and how many of them went as the grid advises. `went` counts what was done, by way."""

    contact_type: str
    channel: str
    way: Way
    contacts: int
    followed: int
    went: Mapping[Way, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFigures:
    """One cell as planned and as it is. `share`: of this type's contacts that arrived here, from 0 to 1; `followed`: of those, handled as
    the cell advises; `as_advised` is how many those are.
    """

    channel: str
    planned: Planned
    way: Way
    contacts: int
    as_advised: int
    share: Figure
    followed: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeFigures:
    """One type of contact: how many came in, and where. `astray`: the share that arrived where it is neither preferred nor supported."""

    name: str
    shown: Mapping[str, str]
    owner: Mapping[str, str]
    retired: bool
    contacts: int
    preferred: Figure
    astray: Figure
    cells: tuple[CellFigures, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GridFigures:
    """The grid as planned and as it is, in a stretch of time, in the grid's order; retired types that still had contacts come last."""

    from_at: datetime
    to_at: datetime
    contacts: int
    preferred: Figure
    astray: Figure
    types: tuple[TypeFigures, ...]
