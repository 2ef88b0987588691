"""Reading and writing as one unit each, with the driver's errors turned into ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from listener.ledger.dialect import WRITES, store_error


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection that sees one unchanging state of the ledger, whatever others write meanwhile."""
    with translated(engine), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a connection whose statements all happen, or none: durable when the block ends, undone when it raises.

    One writer at a time: the others wait up to ten seconds, then `StoreLocked`. A full disk raises `StoreFull`.
    """
    with translated(engine), engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        yield connection


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
