"""The open file of insight: transactions of one writer at a time, questions of many, and DuckDB's errors in our words."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import duckdb

from listener.errors import StoreDamaged, StoreFull
from listener.insight.open_file import OpenFile


class InsightFile:
    """What questions and copying stand on. `name` is what errors call it.

    Raises `StoreDamaged` when the file cannot be read, `StoreFull` when disk or memory has no room left.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection | OpenFile, *, name: str) -> None:
        self._file = connection if isinstance(connection, OpenFile) else OpenFile(connection)
        self._name = name
        self._writing = threading.Lock()

    def close(self) -> None:
        self._file.close()

    @contextmanager
    def _transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._writing, self._translated(), self._file.cursor() as tx:
            tx.execute("begin transaction")
            try:
                yield tx
                tx.execute("commit")
            except BaseException:
                _roll_back(tx)
                raise

    def _rows(self, sql: str, given: Mapping[str, Any] | None = None) -> list[Any]:
        with self._asked(sql, given) as answer:
            return answer.fetchall()

    @contextmanager
    def _asked(self, sql: str, given: Mapping[str, Any] | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._translated(), self._file.cursor() as cursor:
            self._narrow(cursor)
            yield cursor.execute(sql, dict(given) if given else None)

    @contextmanager
    def asking(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Hand out a cursor for questions of the half above that belong together: all of them see one moment, and the same as `self`.

        Temporary tables made on it are gone afterwards; nothing else may be written.
        """
        with self._translated(), self._file.cursor() as cursor:
            self._narrow(cursor)
            cursor.execute("begin transaction")
            try:
                yield cursor
            finally:
                _roll_back(cursor)

    def _narrow(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Limit what a question sees; here it sees everything."""

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except duckdb.Error as error:
            if "No space left" in str(error) or isinstance(error, duckdb.OutOfMemoryException):
                raise StoreFull(f"No room left for {self._name}; free disk space or memory, and go on; the ledger is untouched.") from error
            if isinstance(error, duckdb.IOException | duckdb.InternalException | duckdb.FatalException | duckdb.SerializationException):
                raise StoreDamaged(
                    f"{self._name} is damaged; move it away and run `klankbord rebuild`; the ledger is untouched."
                ) from error
            raise


def _roll_back(tx: duckdb.DuckDBPyConnection) -> None:
    try:
        tx.execute("rollback")
    except duckdb.Error as error:
        # A broken connection has nothing left to roll back; the error that broke it is on its way to the caller.
        error.add_note("while rolling back")
