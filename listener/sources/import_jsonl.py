"""JSON lines: one object a line; nested values are named with dots (`user.name`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from listener.errors import InputError
from listener.sources.import_rows import MOST_ROW_CHARACTERS, BrokenRow, FileFacts, Row
from listener.sources.json_text import read_json

LOOKED_AT_ROWS = 200
MOST_DEPTH = 3


class JsonLinesReader:
    """A file of JSON lines. A line that is no JSON object, or holds NaN, 1e400 or a key twice, is a broken row (RULES I18)."""

    def __init__(self, path: Path, facts: FileFacts) -> None:
        self._path = path
        self._facts = facts
        columns: dict[str, None] = {}
        for position, row in enumerate(self.rows()):
            if isinstance(row, Row):
                columns.update(dict.fromkeys(row.values))
            if position >= LOOKED_AT_ROWS:
                break
        if not columns:
            raise InputError(f'{path.name}: none of the first lines is a JSON object; each line has to be one, such as {{"text": "…"}}.')
        self._columns = tuple(columns)

    @property
    def columns(self) -> tuple[str, ...]:
        return self._columns

    @property
    def empty_columns(self) -> tuple[str, ...]:
        return ()

    @property
    def rows_estimate(self) -> int | None:
        return self._facts.lines

    @property
    def notes(self) -> tuple[str, ...]:
        return (self._facts.note,) if self._facts.note else ()

    def rows(self) -> Iterator[Row | BrokenRow]:
        """Yield every line that is not blank; see `RowReader.rows`."""
        with self._path.open(encoding=self._facts.encoding, errors=self._facts.errors, newline="\n") as file:
            number = 0
            while line := file.readline(MOST_ROW_CHARACTERS + 2):
                number += 1
                if len(line) > MOST_ROW_CHARACTERS:
                    while line and not line.endswith("\n"):
                        line = file.readline(MOST_ROW_CHARACTERS)
                    yield BrokenRow(line=number, reason=f"longer than {MOST_ROW_CHARACTERS:,} characters")
                elif line.strip():
                    yield _row(number, line)


def _row(number: int, line: str) -> Row | BrokenRow:
    try:
        found = read_json(line, strict=True)
    except ValueError as error:
        return BrokenRow(line=number, reason=str(error))
    if not isinstance(found, dict):
        return BrokenRow(line=number, reason=f"a JSON {type(found).__name__} where an object is needed")
    return Row(line=number, values=_flat(found))


def _flat(found: Mapping[str, object], prefix: str = "", depth: int = 1) -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, value in found.items():
        if isinstance(value, dict) and depth < MOST_DEPTH:
            flat.update(_flat(value, f"{prefix}{name}.", depth + 1))
        else:
            flat[prefix + name] = value
    return flat
