"""Reading and writing as one unit each, with the driver's errors turned into ours."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from listener.ledger.dialect import WRITES, store_error

Answer = TypeVar("Answer")


class _Shared:
    """The one state that all readings of a block see, opened by the first of them; what is written inside makes it old."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._thread = threading.get_ident()
        self._open = ExitStack()
        self._connection: Connection | None = None
        self._readers = 0
        self._old = False
        self._answers: dict[Hashable, Any] = {}

    def serves(self, engine: Engine) -> bool:
        return engine is self._engine and threading.get_ident() == self._thread

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        if self._old and not self._readers:
            self.close()
        if self._connection is None:
            self._connection = self._open.enter_context(_own_reading(self._engine))
        self._readers += 1
        try:
            yield self._connection
        except BaseException:
            self.grow_old()  # whatever went wrong, nobody reads on where it did
            raise
        finally:
            self._readers -= 1

    def answer(self, question: Hashable, ask: Callable[[], Answer]) -> Answer:
        """Return what was answered to this question since the state was opened, or what `ask` answers now."""
        if self._old:
            return ask()
        if question not in self._answers:
            self._answers[question] = ask()
        found: Answer = self._answers[question]
        return found

    def grow_old(self) -> None:
        self._old = True
        self._answers.clear()

    def close(self) -> None:
        self._connection, self._old = None, False
        self._answers.clear()
        self._open.close()


_SHARED: ContextVar[_Shared | None] = ContextVar("shared_reading", default=None)


@contextmanager
def one_reading(engine: Engine) -> Iterator[None]:
    """Let every `reading` inside, however deep, see the same state of the ledger through one connection: a page asks many small things.

    What is written inside is seen by what reads after it. For one thread; a block inside another of the same ledger changes nothing, nor
    does one on a ledger in memory, whose only connection is everybody's.
    """
    outer = _SHARED.get()
    if isinstance(engine.pool, StaticPool) or (outer is not None and outer.serves(engine)):
        yield
        return
    shared = _Shared(engine)
    before = _SHARED.set(shared)
    try:
        yield
    finally:
        _SHARED.reset(before)
        shared.close()


def once_per_reading(engine: Engine, question: Hashable, ask: Callable[[], Answer]) -> Answer:
    """Return `ask()`; inside `one_reading` it is asked once per `question`, for several parts of a page want the same thing.

    What is returned is shared: tuples and frozen records, nothing that anybody changes.
    """
    shared = _SHARED.get()
    return shared.answer(question, ask) if shared is not None and shared.serves(engine) else ask()


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection that sees one unchanging state of the ledger, whatever others write meanwhile."""
    shared = _SHARED.get()
    if shared is not None and shared.serves(engine):
        with translated(engine), shared.reading() as connection:
            yield connection
        return
    with _own_reading(engine) as connection:
        yield connection


@contextmanager
def _own_reading(engine: Engine) -> Iterator[Connection]:
    with translated(engine), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a connection whose statements all happen, or none: durable when the block ends, undone when it raises.

    One writer at a time: the others wait up to ten seconds, then `StoreLocked`. A full disk raises `StoreFull`.
    """
    try:
        with translated(engine), engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
            yield connection
    finally:
        if (shared := _SHARED.get()) is not None and shared.serves(engine):
            shared.grow_old()


@contextmanager
def translated(engine: Engine) -> Iterator[None]:
    """Turn the driver's errors about the store itself into `StoreError`s; everything else passes."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        meant = store_error(error, engine.url.database or engine.url.render_as_string(hide_password=True))
        if meant is None:
            raise
        raise meant from error
