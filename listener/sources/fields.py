"""Fields of JSON as strangers write it: what is missing or of another type counts as not there, never as a crash."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_NOTHING: Mapping[str, Any] = {}
_SECONDS = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?")
FIRST_YEAR = 1970


def word(found: object, name: str) -> str:
    """Return a text or a whole number as text; "" for anything else."""
    value = found.get(name) if isinstance(found, Mapping) else None
    return value if isinstance(value, str) else str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def part(found: object, name: str) -> Mapping[str, Any]:
    """Return an object within `found`; an empty one for anything else."""
    value = found.get(name) if isinstance(found, Mapping) else None
    return value if isinstance(value, Mapping) else _NOTHING


def rows(found: object, name: str) -> list[Any]:
    """Return a list within `found`; an empty one for anything else."""
    value = found.get(name) if isinstance(found, Mapping) else None
    return value if isinstance(value, list) else []


def moment(value: object) -> datetime | None:
    """Return a time written as ISO 8601, in UTC; one without a zone is taken for UTC. None when it cannot be read.

    Figures in a row are no such time (Python would find a year in milliseconds), and one before 1970 is a clock's zero.
    """
    if not isinstance(value, str) or value[4:5] != "-":
        return None
    try:
        found = datetime.fromisoformat(value)
        in_utc = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return in_utc if in_utc.year >= FIRST_YEAR else None


def moment_of_millis(value: object) -> datetime | None:
    """Return milliseconds since 1970 as a time; None when they are no time."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        return None
    try:
        return datetime.fromtimestamp(value / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def millis(when: datetime) -> int:
    """Return whole milliseconds since 1970."""
    return int(when.timestamp() * 1000)


def objects(found: object, name: str) -> list[Mapping[str, Any]]:
    """Return the objects of a list within `found`, leaving out whatever else it holds."""
    return [one for one in rows(found, name) if isinstance(one, Mapping)]


def each_row(found: object, name: str) -> list[Mapping[str, Any]]:
    """Return every row of a list within `found` as an object: what is none is an empty one, of which its reader tells that it has no id."""
    return [one if isinstance(one, Mapping) else _NOTHING for one in rows(found, name)]


def number(value: object) -> int:
    """Return a whole number, also when it came as text; 0 for anything else, and for what has more digits than any id."""
    text = value if isinstance(value, str) else str(value) if isinstance(value, int) and not isinstance(value, bool) else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else 0


def moment_of_seconds(value: object) -> datetime | None:
    """Return seconds since 1970, also when they came as text, as a time; None when they are no time."""
    if isinstance(value, str) and _SECONDS.fullmatch(value):
        value = float(value)
    return moment_of_millis(value * 1000) if isinstance(value, int | float) and not isinstance(value, bool) else None
