"""A new ledger of a test has its tables from one that was made once a process: making them anew took half a second, thousands of times."""

from __future__ import annotations

import sqlite3
from functools import cache
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from listener.ledger import ledger, migrate
from listener.ledger.dialect import ledger_engine

_REAL = migrate.migrate
_BRANCHES = migrate.BRANCHES


def copy_new_ledgers() -> None:
    """Let `open_ledger` copy the tables of a new ledger; one that has any is migrated as in the product."""
    ledger.migrate = _migrate  # type: ignore[attr-defined]  # its own import of it


def _migrate(engine: Engine, *, backups: Path | None) -> bool:
    if migrate.BRANCHES == _BRANCHES and _filled(engine):
        return True
    return _REAL(engine, backups=backups)


def _filled(engine: Engine) -> bool:
    """Copy the tables where nothing is; tell whether that was done. What cannot be read is the product's to speak of."""
    try:
        pooled = engine.raw_connection()
    except (sqlite3.Error, DBAPIError):
        return False
    try:
        connection = pooled.driver_connection
        if not isinstance(connection, sqlite3.Connection) or connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            return False
        _made().backup(connection)
        return True
    except sqlite3.Error:
        return False
    finally:
        pooled.close()


@cache
def _made() -> sqlite3.Connection:
    """Return a ledger in memory in which nothing is but tables, as the steps of the product make them."""
    engine = ledger_engine("sqlite://")
    _REAL(engine, backups=None)
    made = engine.raw_connection().driver_connection
    assert isinstance(made, sqlite3.Connection)
    return made
