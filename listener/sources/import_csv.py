"""Comma-separated files as people really have them: row by row, each broken row told exactly, good rows around it kept (RULES I21)."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from listener.errors import InputError
from listener.sources.import_rows import MOST_ROW_CHARACTERS, BrokenRow, FileFacts, Row

DELIMITERS = ",;\t|"
SNIFFED_RECORDS = 50
MOST_LINES_OF_A_RECORD = 1_000

csv.field_size_limit(MOST_ROW_CHARACTERS + 1)  # the default of 131,072 refuses long posts; it is one limit for the whole process


class CsvReader:
    """A CSV file. The first record is the header.

    Delimiter: of comma, semicolon, tab and bar, the one with which the most of the first 50 records have as many cells as the header,
    and more than one; among equals the one with more cells. A quote that stays open for 1,000 lines (or to the end) breaks the row
    it begins in only: reading goes on at the next line. A row with more or fewer cells than the header is broken, save that empty
    cells too many at the end are dropped. Blank lines are no rows.
    """

    def __init__(self, path: Path, facts: FileFacts, *, delimiter: str = "") -> None:
        self._path = path
        self._facts = facts
        self._delimiter = delimiter or self._sniffed()
        header = self._header()
        self._columns = tuple(name.strip() for name in header)
        twice = [name for name, count in Counter(self._columns).items() if count > 1 and name]
        if twice:
            raise InputError(f"{path.name}:1: two columns are called {twice[0]!r}; give each its own name.")

    @property
    def columns(self) -> tuple[str, ...]:
        return self._columns

    @property
    def empty_columns(self) -> tuple[str, ...]:
        return ()

    @property
    def rows_estimate(self) -> int | None:
        return max(self._facts.lines - 1, 0)

    @property
    def notes(self) -> tuple[str, ...]:
        names = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
        parted = f"Cells are separated by {names.get(self._delimiter, repr(self._delimiter))}."
        return (parted, *filter(None, [self._facts.note]))

    def rows(self) -> Iterator[Row | BrokenRow]:
        """Yield the rows below the header; see `RowReader.rows`."""
        records = self._records(self._delimiter)
        next(records)
        for line, record in records:
            yield self._row(line, record)

    def _row(self, line: int, record: str | BrokenRow) -> Row | BrokenRow:
        if isinstance(record, BrokenRow):
            return record
        cells = _cells(record, self._delimiter)
        if isinstance(cells, str):
            return BrokenRow(line=line, reason=cells)
        expected = len(self._columns)
        if len(cells) > expected and not any(cells[expected:]):
            cells = cells[:expected]
        if len(cells) != expected:
            return BrokenRow(line=line, reason=f"{len(cells)} cells where the header has {expected}")
        return Row(line=line, values=dict(zip(self._columns, cells, strict=True)))

    def _header(self) -> list[str]:
        for line, record in self._records(self._delimiter):
            cells = _cells(record, self._delimiter) if isinstance(record, str) else record.reason
            if isinstance(cells, str):
                raise InputError(f"{self._path.name}:{line}: the header cannot be read: {cells}.")
            return cells
        raise InputError(f"{self._path.name}: the file is empty.")

    def _sniffed(self) -> str:
        best = (0.0, 1, ",")
        for delimiter in DELIMITERS:
            counts: list[int] = []
            for _, record in self._records(delimiter):
                cells = _cells(record, delimiter) if isinstance(record, str) else []
                counts.append(len(cells) if isinstance(cells, list) else 0)
                if len(counts) == SNIFFED_RECORDS:
                    break
            if counts and counts[0] > 1:
                alike = sum(count == counts[0] for count in counts) / len(counts)
                best = max(best, (alike, counts[0], delimiter), key=lambda found: found[:2])
        return best[2]

    def _records(self, delimiter: str) -> Iterator[tuple[int, str | BrokenRow]]:
        """Yield each record with the line it begins on. Only a quote at the start of a cell opens; `5" pipe` is text."""
        with self._path.open(encoding=self._facts.encoding, errors=self._facts.errors, newline="") as file:
            waiting = _Lines(file)
            while (first := waiting.take()) is not None:
                begin, text = waiting.number, first
                if not text.strip():
                    continue
                if len(text) > MOST_ROW_CHARACTERS:
                    yield begin, BrokenRow(line=begin, reason=f"longer than {MOST_ROW_CHARACTERS:,} characters")
                    continue
                record = self._completed(text, waiting, delimiter)
                yield begin, record if record is not None else BrokenRow(line=begin, reason="a quote is opened and never closed")

    def _completed(self, text: str, waiting: _Lines, delimiter: str) -> str | None:
        """Return the record that begins with `text`, taking lines while a quote is open; None (and no line taken) when it never closes."""
        inside = _is_open(text, delimiter, inside=False)
        taken: list[str] = []
        size = len(text)
        while inside:
            line = waiting.take()
            if line is not None:
                taken.append(line)
                size += len(line)
            if line is None or len(taken) >= MOST_LINES_OF_A_RECORD or size > MOST_ROW_CHARACTERS:
                waiting.put_back(taken)
                return None
            inside = _is_open(line, delimiter, inside=True)
        return text + "".join(taken)


class _Lines:
    """Lines of a file that can be put back; `number` is that of the line taken last. A line too long is cut just above the limit."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._back: list[str] = []
        self.number = 0

    def take(self) -> str | None:
        self.number += 1
        if self._back:
            return self._back.pop()
        line = self._file.readline(MOST_ROW_CHARACTERS + 2)
        if len(line) > MOST_ROW_CHARACTERS:
            rest = line
            while rest and not rest.endswith(("\n", "\r")):
                rest = self._file.readline(MOST_ROW_CHARACTERS)
        return line or None

    def put_back(self, lines: list[str]) -> None:
        self.number -= len(lines)
        self._back += reversed(lines)


def _is_open(line: str, delimiter: str, *, inside: bool) -> bool:
    """Tell whether a quote is open at the end of `line`, given whether one was open at its start."""
    position = line.find('"')
    while position >= 0:
        if inside:
            if line.startswith('"', position + 1):
                position += 1  # a doubled quote is text
            else:
                inside = False
        elif position == 0 or line[position - 1] == delimiter:
            inside = True
        position = line.find('"', position + 1)
    return inside


def _cells(record: str, delimiter: str) -> list[str] | str:
    """Return the cells of one record, or why there are none."""
    try:
        found = list(csv.reader([record], delimiter=delimiter))
    except csv.Error as error:
        return str(error)
    return found[0] if found else []
