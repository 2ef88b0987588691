"""JSON as strangers write it: every oddity is one `ValueError` with a reason, never a crash or a silent change (RULES I18)."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

_BAIT = "[" * 500


def read_json(text: str | bytes, *, strict: bool = False) -> object:
    """Return the value in `text` (bytes are UTF-8, a BOM is allowed; wrong bytes become U+FFFD).

    Whole numbers stay exact whatever their size. Raises `ValueError` with a short reason for broken JSON, nesting that is too deep
    and numbers beyond what can be held; `strict` also refuses NaN, Infinity and a key given twice.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8-sig", "replace")
    if _BAIT in text:  # the commonest bait is not followed down: what the collector of cycles calls at the bottom fails, whosesoever it is
        raise ValueError("nested too deeply")
    try:
        if strict:
            return json.loads(text, object_pairs_hook=_distinct, parse_constant=_no_constant, parse_float=_finite)
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} at character {error.pos + 1}") from error


def read_object(text: str | bytes) -> dict[str, Any]:
    """Return the object in `text`; an empty one for anything else, broken JSON among it: where what cannot be read says nothing."""
    try:
        found = read_json(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice[:60]!r} is given twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number that JSON allows")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"the number {text[:30]} is too large")
    return number
