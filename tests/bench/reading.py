"""Labelled posts from a file: Parquet, CSV or JSON lines with at least the columns `id` and `text`."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("KLANKBORD_BENCH_DATA", ROOT.parent / "shared" / "data"))
"""Where public data sets lie: beside the checkout unless the environment says otherwise."""

Row = dict[str, Any]


class UnreadableFile(ValueError):
    """The file is missing, is in no known format, or lacks a column; the text says which and what is accepted."""


def read_rows(file: Path, *, columns: Sequence[str] = ("id", "text")) -> list[Row]:
    """Return the rows of a file in their order, each with all columns of the file. Raises UnreadableFile."""
    try:
        rows = _READERS[file.suffix](file)
    except KeyError:
        raise UnreadableFile(f"{file}: give a file that ends in .parquet, .csv or .jsonl") from None
    except FileNotFoundError:
        raise UnreadableFile(f"{file}: there is no such file") from None
    except (OSError, ValueError, csv.Error, RecursionError) as error:
        raise UnreadableFile(f"{file}: cannot be read ({error})") from error
    missing = [column for column in columns if rows and column not in rows[0]]
    if missing or not rows:
        raise UnreadableFile(f"{file}: " + (f"has no column {', '.join(missing)}" if missing else "has no rows"))
    return rows


def moment_of(given: Any) -> datetime:
    """Return a date of a file, as written or as its reader gave it, in UTC; without an offset it is UTC. Raises ValueError."""
    moment = given if isinstance(given, datetime) else datetime.fromisoformat(str(given))
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _parquet(file: Path) -> list[Row]:
    return list(pq.read_table(file).to_pylist())


def _csv(file: Path) -> list[Row]:
    with file.open(encoding="utf-8", newline="") as opened:
        return [dict(row) for row in csv.DictReader(opened, strict=True)]


def _jsonl(file: Path) -> list[Row]:
    with file.open(encoding="utf-8") as opened:
        return [json.loads(line) for line in opened if line.strip()]


_READERS = {".parquet": _parquet, ".csv": _csv, ".jsonl": _jsonl}
