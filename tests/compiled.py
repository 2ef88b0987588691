"""Statements compile once a process in the tests, not once for every ledger that a test opens: a fifth of their time went there."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy.util import LRUCache

from listener.ledger import dialect

MOST = 4_000
"""Statements that are kept; the whole product has fewer."""


class Shared(LRUCache[Any, Any]):
    """Compiled statements by kind of database. SQLAlchemy 2.0 puts the dialect of an engine first in its key; those of a kind are alike."""

    def get(self, key: Any, default: Any = None) -> Any:
        """Return what was compiled for any engine of that kind."""
        return super().get((type(key[0]), *key[1:]), default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__((type(key[0]), *key[1:]), value)


def share_compiled_statements() -> None:
    """Give every ledger opened from now on one cache (`compiled_cache` of SQLAlchemy's execution options)."""
    made_with = partial(dialect.create_engine, execution_options={"compiled_cache": Shared(MOST)})  # type: ignore[attr-defined]  # its own import
    dialect.create_engine = made_with  # type: ignore[attr-defined]  # the one place where engines are made
