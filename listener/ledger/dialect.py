"""The only place that knows which database is underneath: SQLite now, PostgreSQL by address.

Everything that the two spell differently is a function or constant here; statements elsewhere are SQLAlchemy Core and run on both
(`tests/listener/ledger/test_portable.py` compiles every one of them for both).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    Insert,
    Integer,
    Table,
    Text,
    cast,
    create_engine,
    event,
    func,
    literal_column,
    make_url,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from listener.errors import StoreDamaged, StoreError, StoreFull, StoreLocked

Id = BigInteger().with_variant(Integer(), "sqlite")
"""A 64-bit id that the database counts up. SQLite only does so for its own INTEGER, which is 64 bits there."""

MOST_ID = 2**63 - 1
"""The largest id a database can hold; one that a person types beyond it exists nowhere."""

NEVER_REUSED: dict[str, Any] = {"sqlite_autoincrement": True}
"""Table options that keep the id of a deleted row from being given out again (PostgreSQL's sequences do so by themselves)."""

MOST_BOUND = 5_000
"""Values per IN list; below the limits of SQLite (32,766) and PostgreSQL (65,535) with room for the rest of a statement."""

KEPT_OPEN = 12
"""Connections that stay open between uses. There may be more at once: whoever reads one state may have to write inside it."""
BUSY_SECONDS = 10.0
WRITES = "klankbord_writes"
_PRIVATE_FILE = 0o600
_PRIVATE_FOLDER = 0o700

_FULL = {"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_TRUNCATE"}
_DAMAGED = {"SQLITE_CORRUPT", "SQLITE_NOTADB"}
_BUSY = {"SQLITE_BUSY", "SQLITE_LOCKED"}
_ASK_DOCTOR = "Stop Klankbord and run `klankbord doctor`, which says how to put a backup in its place."


def only_where(condition: ColumnElement[bool]) -> dict[str, Any]:
    """Return index options that keep only rows for which `condition` holds; a query uses the index when it states the same."""
    return {"sqlite_where": condition, "postgresql_where": condition}


def written_out(number: int) -> ColumnElement[int]:
    """Return a number that stands in the statement itself: SQLite takes an index of `only_where` for no number that is bound.

    sqlite.org/partialindex.html, read 2026-11-27.
    """
    return literal_column(str(number))


def in_one_row(dialect: Dialect, number: ColumnElement[int], kept: ColumnElement[bytes]) -> ColumnElement[str]:
    """Return an aggregate that writes many rows into one text, "number:hex,number:hex"; `numbered` reads it.

    Python gives its turn away at every row that SQLite finds: two thousand of them beside other threads take a second, one takes none.
    """
    if dialect.name == "postgresql":
        return func.string_agg(func.concat(number, ":", func.encode(kept, "hex")), ",")
    return func.group_concat(cast(number, Text).concat(":").concat(func.hex(kept)), ",")


def numbered(written: str | None) -> list[tuple[int, bytes]]:
    """Return the numbers and bytes that `in_one_row` wrote, in their order; none for no row at all."""
    parts = (one.partition(":") for one in written.split(",")) if written else ()
    return [(int(number), bytes.fromhex(kept)) for number, _, kept in parts]


def insert_missing(dialect: Dialect, table: Table) -> Insert:
    """Return an insert that leaves rows alone that are already there (by any unique key)."""
    if dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def insert_or_update(dialect: Dialect, table: Table, *, key: Sequence[str], change: Sequence[str]) -> Insert:
    """Return an insert that, where a row with the same `key` is there, sets the columns `change` to the new values."""
    if dialect.name == "postgresql":
        on_postgresql = postgresql.insert(table)
        return on_postgresql.on_conflict_do_update(index_elements=key, set_={name: on_postgresql.excluded[name] for name in change})
    on_sqlite = sqlite.insert(table)
    return on_sqlite.on_conflict_do_update(index_elements=key, set_={name: on_sqlite.excluded[name] for name in change})


def ledger_file(url: str) -> Path | None:
    """Return the file behind an SQLite address; None for a database in memory or on a server."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        return None
    return Path(parsed.database)


def make_private(file: Path) -> None:
    """Make an empty file that only this user can read, and its folder (0700) when missing. SQLite gives its log the same mode."""
    try:
        file.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, _PRIVATE_FILE))
    except OSError as error:
        raise StoreError(f"{file} cannot be opened ({error.strerror}). Check that the folder exists and is yours.") from error


def ledger_engine(url: str) -> Engine:
    """Return an engine whose connections are durable (WAL, synchronous=FULL), wait for locks, and truly erase what is deleted.

    Its errors name statements and never the values in them: those are what customers wrote (RULES S29).
    """
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, hide_parameters=True)
    pool: dict[str, Any] = {"pool_size": KEPT_OPEN, "max_overflow": -1} if ledger_file(url) else {"poolclass": StaticPool}
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}, **pool)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where `_begin` says, not where the driver guesses
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "cache_size=-16000"):
        try:
            connection.execute(f"PRAGMA {pragma}").close()
        except UnicodeDecodeError as error:  # SQLite complains about its own description of the tables, in bytes that are no text
            raise sqlite3.OperationalError("Could not decode to UTF-8 what the file says about its tables") from error


def _begin(connection: Connection) -> None:
    """A writer takes the write lock at once: two that first read and then write would otherwise block each other for good."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITES) else "BEGIN")


@contextmanager
def without_foreign_keys(engine: Engine) -> Iterator[Connection]:
    """Give a connection for migrations: SQLite rebuilds a table to change it, which foreign keys would take for a deletion.

    They are checked as a whole before the transaction ends. On PostgreSQL this is an ordinary connection.
    """
    with engine.connect().execution_options(**{WRITES: True}) as connection:
        if engine.dialect.name != "sqlite":
            with connection.begin():
                yield connection
            return
        driver = connection.connection.driver_connection
        assert driver is not None  # noqa: S101 - a checked-out connection has one; this tells the type checker
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise StoreDamaged(f"{len(broken)} rows would point at nothing after the change of tables; nothing was changed")
        finally:
            driver.execute("PRAGMA foreign_keys=ON")


def find_damage(engine: Engine) -> str:
    """Read the whole file and return what is wrong in it, or an empty string. PostgreSQL watches over its own files."""
    if engine.dialect.name != "sqlite":
        return ""
    with engine.connect() as connection:
        found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(5)")]
        dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(5)
    if dangling:
        found.append(f"rows of {', '.join(sorted({str(row[0]) for row in dangling}))} point at rows that are gone")
    return "; ".join(line for line in found if line != "ok")


def empty_log(engine: Engine) -> bool:
    """Move the write-ahead log into the file and cut it to nothing, so that erased text is gone from there too.

    Returns False when somebody read an older state and the log had to stay as it was.
    """
    if engine.dialect.name != "sqlite":
        return True
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None  # noqa: S101 - a checked-out connection has one; this tells the type checker
        busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def copy_database(engine: Engine, target: Path) -> None:
    """Write a consistent copy of a SQLite ledger to the empty file `target` while others go on reading and writing.

    Raises `StoreError` for a database on a server, which has its own tools for this (pg_dump).
    """
    if engine.dialect.name != "sqlite":
        raise StoreError("This ledger is on a database server: back it up with the server's own tool, such as pg_dump.")
    with engine.connect() as connection, closing(sqlite3.connect(target)) as copy:
        driver = connection.connection.driver_connection
        assert driver is not None  # noqa: S101 - a checked-out connection has one; this tells the type checker
        driver.backup(copy)


def store_error(error: Exception, where: str) -> StoreError | None:
    """Return what a driver's error means to a person, or None when it is no fault of the store (a programming error, a constraint)."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.OperationalError) and "decode to UTF-8" in str(cause):
        return StoreDamaged(f"{where} is damaged: it holds text that is none. {_ASK_DOCTOR}")
    code = getattr(cause, "sqlite_errorname", None)
    if not isinstance(code, str):
        return None
    family = "_".join(code.split("_")[:2])
    if code in _FULL or family in _FULL:
        return StoreFull(
            f"Writing to {where} failed: the disk is full or a size limit was reached ({cause}). "
            "Nothing that was stored is lost. Free some space; the next try goes on where this one stopped."
        )
    if family in _DAMAGED:
        return StoreDamaged(f"{where} is damaged ({cause}). {_ASK_DOCTOR}")
    if family in _BUSY:
        return StoreLocked(
            f"{where} is kept busy by another process for more than {BUSY_SECONDS:.0f} seconds. Wait for it, or stop it; then try again."
        )
    if family in {"SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM", "SQLITE_IOERR", "SQLITE_AUTH"}:
        return StoreError(f"{where} cannot be read or written ({cause}). Check that the folder exists, is yours, and that the disk works.")
    return None
