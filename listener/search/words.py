"""The file search.db: every mention's words (SQLite FTS5), names as small numbers, and how far the ledger was followed."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from listener.ledger.dialect import make_private, store_error
from listener.model.search import Term

_FETCHED = 20_000
_FEW = 10_000
"""So many mentions or fewer are read one by one: sooner done than reading through all that hold a common word."""
_ASKED = 500
_SCHEMA = """
create table if not exists meta (key text primary key, value text not null) without rowid;
create table if not exists name (kind text not null, name text not null, number integer not null, primary key (kind, name)) without rowid;
create virtual table if not exists words using fts5 (
    text, mark unindexed, columnsize = 0, tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* S* P* C*'"
);
"""
# Words come folded and with blanks between (listener/text/searching.py), so everything but a blank belongs to a word.
_SET = "insert into meta values (?, ?) on conflict (key) do update set value = excluded.value"


class WordIndex:
    """One writer, many readers; rows are numbered as mentions are. Raises `StoreDamaged` when the file cannot be read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        make_private(path)
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        with self._connection() as tx:
            tx.executescript(_SCHEMA)

    def meta(self) -> dict[str, str]:
        """Return everything that is written down about this file."""
        with self._connection() as tx:
            return dict(tx.execute("select key, value from meta").fetchall())

    def set_meta(self, values: Mapping[str, str]) -> None:
        with self._connection(write=True) as tx:
            tx.executemany(_SET, list(values.items()))

    def numbers(self, kind: str) -> dict[str, int]:
        """Return the number of each name of a kind that was ever given one, counted from 1."""
        with self._connection() as tx:
            return dict(tx.execute("select name, number from name where kind = ?", (kind,)).fetchall())

    def number_names(self, kind: str, names: Sequence[str]) -> dict[str, int]:
        """Return `numbers` after giving these names one each."""
        known = self.numbers(kind)
        fresh = sorted(set(names) - known.keys())
        if fresh:
            given = {name: len(known) + at for at, name in enumerate(fresh, start=1)}
            with self._connection(write=True) as tx:
                tx.executemany("insert or ignore into name values (?, ?, ?)", [(kind, name, number) for name, number in given.items()])
            known |= given
        return known

    def apply(self, texts: Mapping[int, tuple[str, str]], removed: Sequence[int], meta: Mapping[str, str]) -> int:
        """Hold these texts (mention → words, mark of the text) and drop the removed, with `meta`, in one transaction.

        A text with the mark it had is left alone. Returns how many texts that were here are gone or have become others.
        """
        erased = 0
        with self._connection(write=True) as tx:
            kept = {
                mention_id: mark for mention_id in texts for (mark,) in tx.execute("select mark from words where rowid = ?", (mention_id,))
            }
            fresh = {mention_id: text for mention_id, text in texts.items() if kept.get(mention_id) != text[1]}
            for mention_id in sorted({*(kept.keys() & fresh.keys()), *removed}):
                erased += tx.execute("delete from words where rowid = ?", (mention_id,)).rowcount
            rows = [(mention_id, *text) for mention_id, text in sorted(fresh.items())]
            tx.executemany("insert into words (rowid, text, mark) values (?, ?, ?)", rows)
            tx.executemany(_SET, list(meta.items()))
        return erased

    def matching(self, terms: Sequence[Term], mask: NDArray[np.bool_], most: int) -> NDArray[np.int64]:
        """Return up to `most` mentions that hold all terms and for which `mask` (by mention id) holds, highest id first."""
        allowed = np.flatnonzero(mask)
        if not terms or not len(allowed):
            return np.zeros(0, dtype=np.int64)
        with self._connection() as tx:
            found = _few(tx, terms, allowed) if len(allowed) <= _FEW else _many(tx, _expression(terms), mask, allowed, most)
            return np.fromiter(islice(found, most), dtype=np.int64)

    def merge(self) -> None:
        """Write the words anew in one piece, so that those of texts that are gone leave the file, and empty the log."""
        with self._connection(write=True) as tx:
            tx.execute("insert into words (words) values ('optimize')")
        with self._connection() as tx:
            tx.execute("pragma wal_checkpoint(truncate)").fetchall()

    def close(self) -> None:
        with self._lock:
            for one in self._idle:
                one.close()
            self._idle.clear()

    @contextmanager
    def _connection(self, *, write: bool = False) -> Iterator[sqlite3.Connection]:
        """Lend a connection; a writer's work is one transaction, kept when the block ends well."""
        with self._lock:
            idle = self._idle.pop() if self._idle else None
        try:
            connection = idle or _opened(self._path)
            try:
                if write:
                    connection.execute("begin immediate")
                yield connection
                if write:
                    connection.execute("commit")
            except BaseException:
                connection.close()  # what was begun is rolled back
                raise
        except sqlite3.Error as error:
            translated = store_error(error, self._path.name)
            raise (translated or error) from error
        with self._lock:
            self._idle.append(connection)


def _opened(path: Path) -> sqlite3.Connection:
    """Open with what was deleted overwritten. What is here can be made again, so a power cut may cost the last seconds."""
    connection = sqlite3.connect(path, timeout=10.0, check_same_thread=False, isolation_level=None)
    for pragma in ("journal_mode=wal", "synchronous=normal", "secure_delete=on", "cache_size=-32000"):
        connection.execute(f"pragma {pragma}").fetchall()
    return connection


def _few(tx: sqlite3.Connection, terms: Sequence[Term], allowed: NDArray[np.int64]) -> Iterator[int]:
    """Read the words of each of a few mentions: a word that everybody uses need not be read through for them."""
    wanted = [f" {' '.join(term.tokens)}{'' if term.prefix else ' '}" for term in terms]
    for first in range(0, len(allowed), _ASKED):
        some = allowed[::-1][first : first + _ASKED].tolist()
        query = f"select id, c0 from words_content where id in ({', '.join('?' * len(some))}) order by id desc"  # noqa: S608 - marks only
        for mention_id, text in tx.execute(query, some):
            if all(one in f" {text} " for one in wanted):
                yield mention_id


def _many(tx: sqlite3.Connection, match: str, mask: NDArray[np.bool_], allowed: NDArray[np.int64], most: int) -> Iterator[int]:
    """Read the finds from the newest on, a few at first, and leave out those that do not count."""
    query = "select rowid from words where words match ? and rowid between ? and ? order by rowid desc"
    cursor = tx.execute(query, (match, int(allowed[0]), int(allowed[-1])))
    size = 2 * most
    while rows := cursor.fetchmany(size):
        ids = np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))
        yield from ids[mask[ids]].tolist()
        size = min(4 * size, _FETCHED)


def _expression(terms: Sequence[Term]) -> str:
    """Terms as FTS5 reads them: each a phrase in quotes, whose words hold no quote."""
    return " AND ".join(f'"{" ".join(term.tokens)}"{" *" if term.prefix else ""}' for term in terms)
