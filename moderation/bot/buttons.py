"""Buttons, menus and forms as Discord takes them, each under a random id that only our own table can read (RULES S23).

Limits: Discord's documentation of components (read 2026-11).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from listener.digest.discord import cut
from moderation.bot.cards import plain
from moderation.model.press import Press

MOST_ROWS = 5
MOST_IN_ROW = 5
MOST_LABEL = 80
MOST_OPTIONS = 25
MOST_OPTION = 100
MOST_FORM_TITLE = 45
MOST_FORM_LABEL = 45
MOST_TEXT = 4_000

MARK = "k1."
"""What our ids begin with: another form of them would begin otherwise."""
CHOSEN = "choose"
"""Under this name a menu keeps which name the chosen value has, such as "issue"."""


class Look(IntEnum):
    """How a button looks, as Discord numbers it."""

    MAIN = 1
    CALM = 2
    GOOD = 3
    RISKY = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field of a form. `value` is what stands there already; `most` how much may be typed."""

    name: str
    label: str
    value: str = ""
    hint: str = ""
    long: bool = False
    needed: bool = True
    most: int = MOST_TEXT


@dataclass
class Buttons:
    """Makes what can be pressed below one answer. `made` has to be kept before the answer leaves."""

    made: dict[str, Press] = field(default_factory=dict)

    def id_of(self, verb: str, **about: object) -> str:
        """Return a new id for what a press does to which things; names without a value are left out."""
        press_id = self.new_id(verb)
        self.made[press_id] = Press(verb=verb, about={name: str(value) for name, value in about.items() if value not in (None, "")})
        return press_id

    def new_id(self, verb: str) -> str:  # noqa: ARG002 - what stands for long is found again by it
        """Return an id that nobody can guess."""
        return MARK + secrets.token_urlsafe(18)

    def button(self, verb: str, label: str, *, look: Look = Look.CALM, **about: object) -> dict[str, Any]:
        """Return a button of ours."""
        return {"type": 2, "style": int(look), "label": cut(label, MOST_LABEL), "custom_id": self.id_of(verb, **about)}

    def menu(self, verb: str, hint: str, options: Sequence[tuple[str, str, str]], *, chosen: str, **about: object) -> dict[str, Any]:
        """Return a row with a menu over (what is shown, what is meant, more about it), each meaning once; `chosen` names what is meant."""
        shown: list[dict[str, Any]] = []
        for label, value, more in list({value: (label, value, more) for label, value, more in options}.values())[:MOST_OPTIONS]:
            one = {"label": plain(label, MOST_OPTION), "value": cut(value, MOST_OPTION)}
            shown.append(one | ({"description": plain(more, MOST_OPTION)} if more else {}))
        menu = {
            "type": 3,
            "custom_id": self.id_of(verb, **about, **{CHOSEN: chosen}),
            "placeholder": cut(hint, 150),
            "options": shown,
            "min_values": 1,
            "max_values": 1,
        }
        return {"type": 1, "components": [menu]}

    def form(self, verb: str, title: str, fields: Sequence[FormField], **about: object) -> dict[str, Any]:
        """Return a form over at most five fields."""
        return {
            "title": cut(plain(title, 200), MOST_FORM_TITLE),
            "custom_id": self.id_of(verb, **about),
            "components": [{"type": 1, "components": [_input(one)]} for one in fields[:MOST_ROWS]],
        }


def link(label: str, url: str) -> dict[str, Any]:
    """Return a button that leads to a page; `url` is ours."""
    return {"type": 2, "style": 5, "label": cut(label, MOST_LABEL), "url": url}


def rows_of(*buttons: dict[str, Any] | None) -> tuple[dict[str, Any], ...]:
    """Return buttons in rows, without those that are None."""
    there = [one for one in buttons if one is not None]
    return tuple({"type": 1, "components": there[at : at + MOST_IN_ROW]} for at in range(0, len(there), MOST_IN_ROW))[:MOST_ROWS]


def _input(one: FormField) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": 4,
        "custom_id": one.name,
        "style": 2 if one.long else 1,
        "label": cut(one.label, MOST_FORM_LABEL),
        "required": one.needed,
        "max_length": min(one.most, MOST_TEXT),
    }
    made |= {"value": cut(one.value, min(one.most, MOST_TEXT))} if one.value else {}
    return made | ({"placeholder": cut(one.hint, 100)} if one.hint else {})
