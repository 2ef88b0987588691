"""Queries over insight, one a file; the first line of each says why it exists."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def query(name: str) -> str:
    """Return the text of the query called `name` (the file's name without `.sql`)."""
    return files(__name__).joinpath(f"{name}.sql").read_text(encoding="utf-8")
