"""Changes of the channel grid: a grid as its file has it goes in, with what somebody typed, and a changed one comes out. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Any

from listener.errors import NotAllowed, SettingsError
from listener.text.storable import storable
from moderation.model.grid import ContactType, Planned, TypeEdit
from moderation.model.languages import LANGUAGES
from moderation.policy.grid import CRITERIA, parse_grid

MOST_TYPES = 40
MOST_TITLE = 60
MOST_REASON = 300
WHOLE = "the grid"

Document = Mapping[str, Any]


def changed(document: Document, name: str, edit: TypeEdit) -> Document:
    """Return the grid with another wording and plan for one type; what it is called inside stays. Raises `NotAllowed`."""
    types = [_typed(name, edit, one, document) if one["name"] == name else one for one in document["types"]]
    if not any(one["name"] == name for one in document["types"]):
        raise NotAllowed("This type of contact is not in the grid any more.", key="grid_gone")
    return _sound({**document, "types": types})


def added(document: Document, edit: TypeEdit, *, taken: Collection[str]) -> tuple[Document, str]:
    """Return the grid with a type more, before the one that takes every contact, and its name. Names of retired types are `taken`."""
    types = list(document["types"])
    if len(types) >= MOST_TYPES:
        raise NotAllowed(f"A grid has {MOST_TYPES} types of contact at most.", key="grid_many", fields={"n": MOST_TYPES})
    name = _name_for(edit.shown.get(LANGUAGES[-1], ""), {*taken, *(one["name"] for one in types)})
    return _sound({**document, "types": [*types[:-1], _typed(name, edit, {}, document), types[-1]]}), name


def retired(document: Document, name: str) -> Document:
    """Return the grid without a type; the last one stays, for it takes what no other does. Raises `NotAllowed`."""
    types = list(document["types"])
    if types[-1]["name"] == name:
        raise NotAllowed("The last type takes every contact that fits no other; it stays.", key="grid_last")
    kept = [one for one in types if one["name"] != name]
    if len(kept) == len(types):
        raise NotAllowed("This type of contact is not in the grid any more.", key="grid_gone")
    return _sound({**document, "types": kept})


def _typed(name: str, edit: TypeEdit, was: Mapping[str, Any], document: Document) -> dict[str, Any]:
    kinds = list(document["channels"])
    preferred = [kind for kind in kinds if edit.planned.get(kind) == Planned.PREFERRED]
    if len(preferred) != 1:
        raise NotAllowed("Choose one preferred channel; others may support it.", key="grid_preferred")
    last = bool(was) and document["types"][-1]["name"] == name
    when: dict[str, Any] = {} if last else {**({"causes": list(edit.causes)} if edit.causes else {}), **dict(edit.needs or {})}
    if not when and not last:
        raise NotAllowed("Say which contacts this type takes: a cause, or a mark.", key="grid_when")
    return {
        "name": name,
        "shown": _worded(edit.shown, MOST_TITLE, "grid_shown"),
        "when": when,
        "criteria": {one: edit.criteria.get(one, "") for one in CRITERIA},
        "owner": _worded(edit.owner, MOST_TITLE, "grid_owner"),
        "preferred": preferred[0],
        "supporting": [kind for kind in kinds if edit.planned.get(kind) == Planned.SUPPORTING],
        "cells": {
            kind: {"way": edit.ways.get(kind, ""), "reason": _worded(edit.reasons.get(kind, {}), MOST_REASON, "grid_reason")}
            for kind in kinds
        },
    }


def _worded(texts: Mapping[str, str], most: int, key: str) -> dict[str, str]:
    """Return texts on one line each, as the ledger can hold them. Raises `NotAllowed` where a language has none."""
    words = {language: " ".join(storable(texts.get(language, ""))[0].split())[:most] for language in LANGUAGES}
    if not all(words.values()):
        raise NotAllowed("Every text is needed in every language.", key=key)
    return words


def _sound(document: Document) -> Document:
    try:
        parse_grid(document, name=WHOLE)
    except SettingsError as error:
        raise NotAllowed(str(error), key="grid_unsound") from error
    return document


def _name_for(shown: str, taken: Collection[str]) -> str:
    plain = unicodedata.normalize("NFKD", shown).encode("ascii", "ignore").decode().casefold()
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:40] or "type"
    return next(one for one in (name, *(f"{name}_{number}" for number in range(2, 1000))) if one not in taken)


def edit_of(row: ContactType) -> TypeEdit:
    """Return a type as a page shows it to be changed."""
    return TypeEdit(
        shown=dict(row.shown),
        owner=dict(row.owner),
        criteria={name: level.value for name, level in row.criteria.items()},
        planned={kind: row.planned(kind).value for kind in row.cells},
        ways={kind: cell.way.value for kind, cell in row.cells.items()},
        reasons={kind: dict(cell.reason) for kind, cell in row.cells.items()},
        causes=tuple(sorted(row.causes)),
        needs=dict(row.needs),
    )
