"""Opening the insight file: locked down, checked, and set aside when it is damaged."""

from __future__ import annotations

import logging
import os
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from listener.errors import StoreError, StoreFull, StoreLocked
from listener.insight.sql import query

logger = logging.getLogger(__name__)

LOCKED_DOWN: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "memory_limit": "2GB",
    "threads": "2",
    "lock_configuration": "true",
}
"""RULES S26; names from DuckDB's page on securing it, read for 1.5. SQL can reach no file, no network and none of these settings."""


def connect(path: Path | None) -> duckdb.DuckDBPyConnection:
    """Open the file at `path` (None: in memory) with its tables made.

    A damaged file is renamed to `<name>.damaged-<time>` with its log, never deleted, and an empty one opened in its place: insight can
    be derived again. Raises `StoreLocked` when another process has it, `StoreError` when it may not be used.
    """
    if path is None:
        return _prepared(":memory:")
    try:
        return _prepared(str(path))
    except duckdb.Error as error:
        _raise_if_not_damage(path, error)
        aside = _set_aside(path)
        logger.warning("insight was damaged and set aside", extra={"file": aside.name, "error": type(error).__name__})
        return _prepared(str(path))


def _prepared(target: str) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(target, config=LOCKED_DOWN)
    try:
        connection.execute(query("schema"))
        connection.execute(query("check")).fetchall()
        if not connection.execute("select 1 from issue_first limit 1").fetchall():
            connection.execute(query("all_issue_firsts"))
        if connection.execute("select 1 from duckdb_tables() where table_name = 'vector'").fetchall():
            connection.execute(query("check_vectors")).fetchall()
    except duckdb.Error:
        connection.close()
        raise
    return connection


def _raise_if_not_damage(path: Path, error: duckdb.Error) -> None:
    message = str(error)
    if "Could not set lock" in message or "Conflicting lock" in message:
        raise StoreLocked(f"Another process has {path} open; stop it or ask it. ({_first_line(message)})") from error
    if "No space left" in message:
        raise StoreFull(f"The disk is full while opening {path}; free space and start again.") from error
    if path.is_dir() or not os.access(path.parent, os.W_OK) or (path.exists() and not os.access(path, os.R_OK | os.W_OK)):
        raise StoreError(f"{path} cannot be read and written; check that it is a file of yours.") from error
    if not path.exists():
        raise StoreError(f"{path} cannot be made: {_first_line(message)}") from error


def _set_aside(path: Path) -> Path:
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    aside = path.with_name(f"{path.name}.damaged-{stamp}")
    path.rename(aside)
    log = path.with_name(f"{path.name}.wal")
    if log.exists():
        log.rename(path.with_name(f"{log.name}.damaged-{stamp}"))
    return aside


def _first_line(message: str) -> str:
    return message.splitlines()[0] if message else ""
