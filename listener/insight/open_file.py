"""The open insight file as its readers hold it, so that the file can be written anew while they are there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import duckdb


class OpenFile:
    """One connection for all readers. It changes hands only while nobody reads; whoever asks meanwhile waits for the new one."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._readers = 0
        self._changing = False
        self._turn = threading.Condition()
        self._mine = threading.local()

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Lend a cursor of the file as it is now. Whoever holds one may take another: the file cannot change before the first is back."""
        held: int = getattr(self._mine, "held", 0)
        with self._turn:
            if not held:
                self._turn.wait_for(lambda: not self._changing)
            self._readers += 1
        self._mine.held = held + 1
        try:
            with self._connection.cursor() as cursor:
                yield cursor
        finally:
            self._mine.held = held
            with self._turn:
                self._readers -= 1
                self._turn.notify_all()

    def change(self, reopened: Callable[[], duckdb.DuckDBPyConnection], *, wait_seconds: float) -> bool:
        """Close the file once nobody reads, and go on with what `reopened` returns; False when somebody read for all of `wait_seconds`.

        Not to be called while holding a cursor.
        """
        with self._turn:
            self._changing = True
            free = self._turn.wait_for(lambda: not self._readers, timeout=wait_seconds)
        try:
            if free:
                self._connection.close()
                self._connection = reopened()
        finally:
            with self._turn:
                self._changing = False
                self._turn.notify_all()
        return free

    def close(self) -> None:
        self._connection.close()
