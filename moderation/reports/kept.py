"""Figures that were kept as plain values, as records again. Pure.

What a later Klankbord adds to a record is not in an earlier report: a field that is missing has its default. What it took away is left out.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from moderation.model.week_report import WeekFigures


def figures_of(kept: Mapping[str, Any]) -> WeekFigures:
    """Return the figures of a kept report."""
    found: WeekFigures = _record(WeekFigures, kept)
    return found


def _record(kind: Any, kept: Mapping[str, Any]) -> Any:
    hints, known = _hints(kind), {field.name for field in fields(kind)}
    return kind(**{name: _value(hints[name], value) for name, value in kept.items() if name in known})


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _value(kind: Any, value: Any) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return None if value is None else _value(next(one for one in inner if one is not type(None)), value)
    if origin is tuple:
        return tuple(_value(inner[0], one) for one in value)
    if origin is not None and issubclass(origin, Mapping):
        return {_value(inner[0], key): _value(inner[1], one) for key, one in value.items()}
    return _plain(kind, value)


def _plain(kind: Any, value: Any) -> Any:
    if is_dataclass(kind) and isinstance(kind, type):
        return _record(kind, value)
    if kind in (datetime, date):
        return kind.fromisoformat(value)
    if kind is int or kind is float or (isinstance(kind, type) and issubclass(kind, Enum)):
        return kind(value)
    return value
