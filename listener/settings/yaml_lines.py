"""YAML read with the line of every key: the values as plain Python, and a way back from a key path to its line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from listener.errors import SettingsError

MOST_BYTES = 1_000_000
MOST_DEPTH = 30


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value of the file with its place."""

    path: tuple[str | int, ...]
    text: str
    line: int


class YamlLines:
    """One YAML file. Raises `SettingsError` naming file and line when it is not YAML that we take."""

    def __init__(self, text: str, *, file: Path) -> None:
        self._file = file
        if len(text.encode("utf-8", "replace")) > MOST_BYTES:
            raise SettingsError(f"{file} is larger than {MOST_BYTES // 1_000_000} MB; settings are a few hundred lines")
        try:
            self._refuse_tricks(text)
            self._root = yaml.compose(text, Loader=yaml.SafeLoader)
            if self._root is not None:
                self._refuse_twice(self._root, ())
            self.values: Any = yaml.safe_load(text)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            raise SettingsError(
                f"{file}, line {line}: this is not YAML: {error.problem or error.context}. "
                "Check the indentation (spaces, no tabs) and the quotes"
            ) from error
        except (yaml.YAMLError, ValueError) as error:
            raise SettingsError(f"{file}: this is not YAML: {error}") from error

    def line(self, path: Sequence[str | int]) -> int:
        """Return the line (from 1) of the deepest part of `path` that stands in the file. Steps that do not exist are passed over."""
        node, line = self._root, 1
        for step in path:
            found = next(((key, value) for name, key, value in _children(node) if name == step), None)
            if found is None:
                continue
            key, node = found
            line = key.start_mark.line + 1
        return line

    def real_path(self, path: Sequence[str | int]) -> tuple[str | int, ...]:
        """Return `path` without the steps that stand nowhere in the file (names of types that a checker puts between)."""
        node, kept = self._root, []
        for step in path:
            found = next((value for name, _, value in _children(node) if name == step), None)
            if found is not None:
                node = found
                kept.append(step)
        return tuple(kept)

    def scalars(self) -> Iterator[Scalar]:
        """Yield every value that is not a list or section, in file order."""
        yield from self._scalars(self._root, ())

    def _scalars(self, node: yaml.Node | None, path: tuple[str | int, ...]) -> Iterator[Scalar]:
        if isinstance(node, yaml.ScalarNode):
            yield Scalar(path, str(node.value), node.start_mark.line + 1)
        for name, _, value in _children(node):
            yield from self._scalars(value, (*path, name))

    def _refuse_tricks(self, text: str) -> None:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.AliasEvent):
                raise SettingsError(f"{self._file}, line {line}: *{event.anchor} refers to another place; write the value out")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MOST_DEPTH:
                raise SettingsError(f"{self._file}, line {line}: nested deeper than {MOST_DEPTH} levels")

    def _refuse_twice(self, node: yaml.Node, path: tuple[str | int, ...]) -> None:
        seen: dict[str | int, int] = {}
        for name, key, value in _children(node):
            line = key.start_mark.line + 1
            if isinstance(node, yaml.MappingNode) and name in seen:
                whole = dotted((*path, name))
                raise SettingsError(f"{self._file}, line {line}: {whole} stands here and on line {seen[name]}; keep one of them")
            seen[name] = line
            self._refuse_twice(value, (*path, name))


def dotted(path: Sequence[str | int]) -> str:
    """Return a key path as people read it: `sources[2].url`, counted from 1."""
    shown = ""
    for step in path:
        shown += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if shown else step
    return shown or "the file"


def _children(node: yaml.Node | None) -> Iterator[tuple[str | int, yaml.Node, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield str(key.value), key, value
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(node.value):
            yield place, value, value
