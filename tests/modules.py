"""Reads our modules without running them: their names, their sources and what they import."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("listener", "moderation")


@dataclass(frozen=True)
class Import:
    """One imported name, absolute: `from a.b import c` is `a.b.c` at its line."""

    name: str
    line: int


@dataclass(frozen=True)
class Module:
    """One module of ours: its dotted name and its source."""

    name: str
    source: str
    is_package: bool = False

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """Every import, also those inside functions and under TYPE_CHECKING."""
        return tuple(self._imports())

    def _imports(self) -> Iterator[Import]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield Import(alias.name, node.lineno)
            elif isinstance(node, ast.ImportFrom):
                base = node.module or ""
                if node.level:
                    parts = self.name.split(".")
                    upper = parts[: len(parts) - node.level + self.is_package]
                    base = ".".join([*upper, base]).rstrip(".")
                for alias in node.names:
                    yield Import(f"{base}.{alias.name}", node.lineno)

    def inside(self, *rooms: str) -> bool:
        return any(inside(self.name, room) for room in rooms)


def inside(name: str, room: str) -> bool:
    """Tell whether a dotted name is `room` or lies in it."""
    return name == room or name.startswith(room + ".")


def our_modules() -> list[Module]:
    """Read every module of both packages from the checkout."""
    found = []
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            parts = file.relative_to(ROOT).with_suffix("").parts
            is_package = parts[-1] == "__init__"
            name = ".".join(parts[:-1] if is_package else parts)
            found.append(Module(name, file.read_text(encoding="utf-8"), is_package))
    return found
