"""Values as Meta's platforms write them: ids as numbers or text, moments in seconds, milliseconds or ISO 8601, objects that may lack."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from listener.model.page import Skip
from listener.sources import fields

_MILLISECONDS = 10**11
"""A number of seconds above this lies in the year 5138: what is larger counts milliseconds."""


def text_of(value: object) -> str:
    """Return an id, a name or a text as text; null and anything unexpected count as missing."""
    return value if isinstance(value, str) else str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def first_word(*values: object) -> str:
    """Return the first of `values` that says something, "" when none does."""
    return next((found for value in values if (found := text_of(value))), "")


def thing(value: object) -> Mapping[str, Any]:
    """Return an object, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def things(value: object) -> list[Mapping[str, Any]]:
    """Return the objects of a list, or of Graph's {"data": […]}; anything else counts as none."""
    listed = value.get("data") if isinstance(value, dict) else value
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def each_thing(value: object) -> list[Mapping[str, Any]]:
    """Return every row of a list, or of Graph's {"data": […]}, as an object: what is none is an empty one, of which its reader tells."""
    listed = value.get("data") if isinstance(value, dict) else value
    return [thing(one) for one in listed] if isinstance(listed, list) else []


def no_things(value: object, where: str) -> list[Skip]:
    """Return a skip for each row of a list that is no object, and for what should be a list and is none; what is missing is no row."""
    strange = [one for one in value if not isinstance(one, dict)] if isinstance(value, list) else [value] if value is not None else []
    return [Skip(where=where, reason="it is no object") for _ in strange]


def moment_of(value: object) -> datetime | None:
    """Return a moment in UTC, None when the value is none; 0 is a clock that was never set."""
    written = text_of(value).strip()
    try:
        if written.isascii() and written.isdigit():
            number = int(written[:20])
            return None if number == 0 else datetime.fromtimestamp(number / 1000 if number > _MILLISECONDS else number, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return fields.moment(written)
