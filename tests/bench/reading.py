"""Labelled posts from a file: Parquet, CSV or JSON lines with at least the columns `id` and `text`."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

Row = dict[str, Any]


class UnreadableFile(ValueError):
    """The file is missing, is in no known format, or lacks a column; the text says which and what is accepted."""


def read_rows(file: Path, *, columns: Sequence[str] = ("id", "text")) -> list[Row]:
    """Return the rows of a file in their order, each with all columns of the file. Raises UnreadableFile."""
    try:
        rows = _READERS[file.suffix](file)
    except KeyError:
        raise UnreadableFile(f"{file}: give a file that ends in .parquet, .csv or .jsonl") from None
    except (OSError, ValueError) as error:
        raise UnreadableFile(f"{file}: cannot be read ({error})") from error
    missing = [column for column in columns if rows and column not in rows[0]]
    if missing or not rows:
        raise UnreadableFile(f"{file}: " + (f"has no column {', '.join(missing)}" if missing else "has no rows"))
    return rows


def _parquet(file: Path) -> list[Row]:
    return list(pq.read_table(file).to_pylist())


def _csv(file: Path) -> list[Row]:
    with file.open(encoding="utf-8", newline="") as opened:
        return [dict(row) for row in csv.DictReader(opened)]


def _jsonl(file: Path) -> list[Row]:
    with file.open(encoding="utf-8") as opened:
        return [json.loads(line) for line in opened if line.strip()]


_READERS = {".parquet": _parquet, ".csv": _csv, ".jsonl": _jsonl}
