"""Reads the channel grid, and says what it advises for one contact. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from listener.errors import SettingsError
from moderation.model.advice import ChannelHint, Way
from moderation.model.grid import Cell, ContactFacts, ContactType, Grid, Level
from moderation.model.languages import LANGUAGES

SWITCHES = ("personal_data", "spam", "directed", "question", "negative")
CRITERIA = ("cost", "added_value", "customer_value", "custom_work")
_Choice = TypeVar("_Choice", bound=StrEnum)


def hint_for(facts: ContactFacts, grid: Grid, *, language: str, came_in: Grid | None = None) -> ChannelHint:
    """Return what the grid says about a contact: the first row that takes it, in the column of its platform.

    `came_in` is the grid that held when the contact came in, which gave it its type: what is planned for that type now is advised, and
    what was planned then when it was retired since. Where an article should be linked and none may answer it, the advice is to answer here.
    """
    row = type_for(facts, came_in or grid)
    row = next((one for one in grid.types if one.name == row.name), row)
    kind = grid.kind_of(facts.platform, private=facts.private)
    cell = row.cells.get(kind) or next(iter(row.cells.values()))
    way, reason = cell.way, _said(cell.reason, language)
    if way is Way.LINK_KNOWLEDGE and not facts.knowledge:
        way, reason = Way.ANSWER, _said(grid.without_article, language)
    return ChannelHint(way=way, contact_type=_said(row.shown, language), channel=kind, reason=reason, owner=_said(row.owner, language))


def type_for(facts: ContactFacts, grid: Grid) -> ContactType:
    """Return the row that takes a contact."""
    return next(one for one in grid.types if _takes(one, facts))


def parse_grid(given: Mapping[str, Any], *, name: str) -> Grid:
    """Return a grid. Raises `SettingsError` that names file, row and key: every row needs a cell for every kind of place, and the last
    row has to take what no other does.
    """
    channels = {str(kind): [str(one) for one in platforms or ()] for kind, platforms in _must(given, "channels", name).items()}
    usual = str(_must(given, "usual", name))
    if usual not in channels:
        raise SettingsError(f"{name}: usual is {usual!r}; name one of {', '.join(sorted(channels))}.")
    types = tuple(_type(one, tuple(channels), f"{name}, type {number}") for number, one in enumerate(_must(given, "types", name), 1))
    if types[-1].causes or types[-1].needs:
        raise SettingsError(f"{name}: the last type ({types[-1].name}) has to take every contact; empty its `when`.")
    return Grid(
        kinds={platform: kind for kind, platforms in channels.items() for platform in platforms},
        usual=usual,
        types=types,
        without_article=_words(given, "without_article", name),
    )


def _takes(row: ContactType, facts: ContactFacts) -> bool:
    return (not row.causes or bool(row.causes & facts.causes)) and all(
        getattr(facts, switch) is wanted for switch, wanted in row.needs.items()
    )


def _type(given: Mapping[str, Any], kinds: tuple[str, ...], where: str) -> ContactType:
    when = dict(given.get("when") or {})
    causes = frozenset(str(one) for one in when.pop("causes", ()))
    if strange := sorted(set(when) - set(SWITCHES)):
        raise SettingsError(f"{where}: when.{strange[0]} is not known; use causes, {', '.join(SWITCHES)}.")
    cells = _must(given, "cells", where)
    if missing := [kind for kind in kinds if kind not in cells]:
        raise SettingsError(f"{where}: cells.{missing[0]} is missing.")
    preferred, supporting = str(_must(given, "preferred", where)), tuple(str(one) for one in given.get("supporting") or ())
    if unknown := [one for one in (preferred, *supporting) if one not in kinds]:
        raise SettingsError(f"{where}: {unknown[0]!r} is no kind of place; name one of {', '.join(kinds)}.")
    criteria = _must(given, "criteria", where)
    return ContactType(
        name=str(_must(given, "name", where)),
        shown=_words(given, "shown", where),
        causes=causes,
        needs={str(switch): bool(wanted) for switch, wanted in when.items()},
        criteria={one: _choice(Level, _must(criteria, one, f"{where}, criteria"), f"{where}, criteria.{one}") for one in CRITERIA},
        owner=_words(given, "owner", where),
        preferred=preferred,
        supporting=supporting,
        cells={kind: _cell(cells[kind], f"{where}, cells.{kind}") for kind in kinds},
    )


def _cell(given: Mapping[str, Any], where: str) -> Cell:
    return Cell(way=_choice(Way, _must(given, "way", where), f"{where}.way"), reason=_words(given, "reason", where))


def _choice(kind: type[_Choice], written: object, where: str) -> _Choice:
    try:
        return kind(str(written))
    except ValueError as error:
        raise SettingsError(f"{where} is {written!r}; use one of {', '.join(kind)}.") from error


def _must(given: Mapping[str, Any], key: str, where: str) -> Any:
    if not isinstance(given, Mapping) or not given.get(key):
        raise SettingsError(f"{where}: {key} is missing or empty.")
    return given[key]


def _words(given: Mapping[str, Any], key: str, where: str) -> dict[str, str]:
    said = _must(given, key, where)
    if not isinstance(said, Mapping) or any(not str(said.get(language, "")).strip() for language in LANGUAGES):
        raise SettingsError(f"{where}: {key} is needed in {' and '.join(LANGUAGES)}.")
    return {str(language): str(text) for language, text in said.items()}


def _said(words: Mapping[str, str], language: str) -> str:
    return words.get(language) or words[LANGUAGES[-1]]
