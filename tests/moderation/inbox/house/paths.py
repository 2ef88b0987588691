"""Addresses of routes, with numbers filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping

from moderation.model.object_kind import PATH_KINDS, ObjectKind

_PARAMETER = re.compile(r"\{([a-z_]+)(?::[a-z]+)?\}")
OTHERS = {"version": "x", "name": "app.css"}


def is_call(template: str) -> bool:
    """Tell whether a route is the API's."""
    return template.startswith("/api/")


def parameters(template: str) -> list[str]:
    """Return the names of a route's parameters."""
    return _PARAMETER.findall(template)


def filled(template: str, numbers: int | Mapping[ObjectKind, int]) -> str:
    """Return the address with one number everywhere, or with the number of each kind."""

    def one(found: re.Match[str]) -> str:
        name = found[1]
        if isinstance(numbers, int):
            return OTHERS.get(name, str(numbers))
        return OTHERS.get(name) or str(numbers[PATH_KINDS[name]] if name in PATH_KINDS else 1)

    return _PARAMETER.sub(one, template)
