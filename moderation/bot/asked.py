"""What somebody did in Discord, as a record: a command, a press on a button or menu, a form sent, or a hint asked while typing.

Read from the body of an interaction (Discord's documentation of "Receiving and Responding", read 2026-11). Whatever is not what we expect
is left out: bodies come from outside, and nothing here fails for what they hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from moderation.model.languages import LANGUAGES

MOST_TYPED = 4_000
"""Discord's own limit of one field."""
MOST_VALUES = 25
MOST_NAME = 100
_DEEP = 6
"""Deeper than any body of Discord's nests what we read."""


class Kind(StrEnum):
    """What was done."""

    COMMAND = "command"
    PRESS = "press"
    HINT = "hint"
    FORM = "form"


_KINDS = {2: Kind.COMMAND, 3: Kind.PRESS, 4: Kind.HINT, 5: Kind.FORM}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One interaction. `name` is a command's name, or the id of a button, menu or form, which only we can read.

    `options` are a command's, `values` what was chosen in a menu, `fields` what was typed in a form. `hinted` is the option for which a
    hint is asked. `guild_id` is empty in a direct message. `language` is the first of ours that Discord is shown to this person in.
    """

    kind: Kind
    name: str
    user_id: str
    guild_id: str = ""
    channel_id: str = ""
    message_id: str = ""
    language: str = LANGUAGES[0]
    options: Mapping[str, str] = field(default_factory=dict)
    values: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    hinted: str = ""


def asked_of(body: Mapping[str, Any]) -> Asked | None:
    """Return what an interaction asks; None for a kind that we do not answer, or a body without who asks what."""
    kind = _KINDS.get(body["type"]) if type(body.get("type")) is int else None
    data = _table(body.get("data"))
    name = _word(data.get("name") if kind in (Kind.COMMAND, Kind.HINT) else data.get("custom_id"))
    user_id = _number(_table(_table(body.get("member")).get("user")).get("id")) or _number(_table(body.get("user")).get("id"))
    if kind is None or not name or not user_id:
        return None
    options = [one for one in _listed(data.get("options")) if _word(one.get("name"))]
    return Asked(
        kind=kind,
        name=name,
        user_id=user_id,
        guild_id=_number(body.get("guild_id")),
        channel_id=_number(body.get("channel_id")),
        message_id=_number(_table(body.get("message")).get("id")),
        language=_language(body.get("locale")),
        options={_word(one["name"]): _typed(one.get("value")) for one in options},
        values=tuple(_word(one) for one in _plain(data.get("values"))[:MOST_VALUES] if _word(one)),
        fields=dict(_fields(data, _DEEP)) if kind is Kind.FORM else {},
        hinted=next((_word(one["name"]) for one in options if one.get("focused") is True), ""),
    )


def _fields(part: Mapping[str, Any], deep: int) -> Iterator[tuple[str, str]]:
    """Yield the fields of a form, by the names we gave them: in rows, or each below a label of its own."""
    if deep <= 0:
        return
    inner = [*_listed(part.get("components")), *([part["component"]] if isinstance(part.get("component"), dict) else [])]
    for one in inner:
        name = _word(one.get("custom_id"))
        if name and isinstance(one.get("value"), str):
            yield name, _typed(one["value"])
        yield from _fields(one, deep - 1)


def _language(locale: object) -> str:
    """Return our language for a locale of Discord's, such as "nl" or "en-GB": English for every other one, as the bot's words are."""
    asked = locale[:2].lower() if isinstance(locale, str) else ""
    return asked if asked in LANGUAGES else "en"


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _plain(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _listed(value: object) -> list[Mapping[str, Any]]:
    return [one for one in _plain(value)[:MOST_VALUES] if isinstance(one, dict)]


def _word(value: object) -> str:
    """Return a short name; empty for what is none."""
    return value if isinstance(value, str) and len(value) <= MOST_NAME else ""


def _typed(value: object) -> str:
    """Return what somebody typed or chose, as text; a number in digits. Halves of characters are left out: no store takes them."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    try:
        written = str(value)
    except ValueError:  # a number of more digits than Python writes
        return ""
    return written[:MOST_TYPED].encode("utf-8", "ignore").decode("utf-8")


def _number(value: object) -> str:
    """Return an id of Discord's, which it writes as text; empty for what is none."""
    return value if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 20 else ""
