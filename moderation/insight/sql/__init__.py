"""Queries over insight, one a file; the first line of each says why it exists."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import duckdb


@cache
def query(name: str) -> str:
    """Return the text of the query called `name` (the file's name without `.sql`)."""
    return files(__name__).joinpath(f"{name}.sql").read_text(encoding="utf-8")


def rows(cursor: duckdb.DuckDBPyConnection, name: str, given: Mapping[str, Any] | None = None) -> list[Any]:
    """Return all that the query called `name` answers on a cursor of `Insight.asking`."""
    return cursor.execute(query(name), dict(given) if given else None).fetchall()
