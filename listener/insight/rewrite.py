"""Write the insight file anew: DuckDB leaves what was deleted in its old blocks, and a new file holds only what is there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from listener.insight.file import connect
from listener.insight.sql import query

_TABLES = ("fact", "label", "applied", "hidden", "issue_first", "vector")
_BATCH = 50_000


def new_file(path: Path) -> Path:
    """Return the name under which the file is written anew; what an interrupted try left there is gone."""
    fresh = path.with_name(f"{path.name}.anew")
    for left in (fresh, fresh.with_name(f"{fresh.name}.wal")):
        left.unlink(missing_ok=True)
    return fresh


def copy_whole(source: duckdb.DuckDBPyConnection, fresh: Path) -> None:
    """Copy every table of `source` into the new file `fresh`, a batch at a time, and close it."""
    target = connect(fresh)
    try:
        with target.cursor() as into:
            into.execute("begin transaction")
            for table in _there(source):
                _copy_table(source, into, table)
            into.execute("commit")
            into.execute("checkpoint")
    finally:
        target.close()


def put_in_place(fresh: Path, path: Path) -> duckdb.DuckDBPyConnection:
    """Let the new file take the place of the old one, whose connection is closed, and open it."""
    path.with_name(f"{path.name}.wal").unlink(missing_ok=True)  # closing has written all of it into the old file
    fresh.replace(path)
    return connect(path)


def _there(source: duckdb.DuckDBPyConnection) -> Sequence[str]:
    known = {row[0] for row in source.execute("select table_name from duckdb_tables() where not temporary").fetchall()}
    return [one for one in _TABLES if one in known]


def _copy_table(source: duckdb.DuckDBPyConnection, into: duckdb.DuckDBPyConnection, table: str) -> None:
    if table == "vector":
        dims = source.execute("select len(embedding) from vector limit 1").fetchall()
        if not dims:
            return
        into.execute(query("vectors").format(dims=int(dims[0][0])))
    into.execute(f"delete from {table}")  # noqa: S608 - names of our own
    rows = source.execute(f"select * from {table}").to_arrow_reader(_BATCH)  # noqa: S608 - names of our own
    for batch in rows:
        into.register("batch", pa.Table.from_batches([batch]))
        try:
            into.execute(f"insert into {table} select * from batch")  # noqa: S608 - names of our own
        finally:
            into.unregister("batch")
