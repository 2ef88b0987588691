"""Which of the app's own routes a request would reach: the gate decides by the route, never by how an address is spelled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from starlette.routing import BaseRoute, Match, Route
from starlette.types import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What an address leads to. `template` is empty when nothing has that path; `other_method` when it exists for another method only."""

    template: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    other_method: bool = False


def route_for(routes: Iterable[BaseRoute], scope: Scope) -> Found:
    """Return the first route that takes this path and method, as the router itself would choose."""
    partial = Found()
    for route in routes:
        if not isinstance(route, Route):
            continue
        match, child = route.matches(scope)
        if match is Match.NONE:
            continue
        found = Found(template=route.path, given=child.get("path_params", {}), other_method=match is Match.PARTIAL)
        if match is Match.FULL:
            return found
        partial = partial if partial.template else found
    return partial
