"""Parquet files, read with pyarrow (never by SQL on a path)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from listener.errors import InputError
from listener.sources.import_rows import BrokenRow, FileFacts, Row

BATCH_ROWS = 2_000


class ParquetReader:
    """A Parquet file. Row numbers count from 1. Only columns of simple values can be mapped."""

    def __init__(self, path: Path, facts: FileFacts) -> None:
        self._path = path
        self._digest = facts.digest
        try:
            with pq.ParquetFile(path) as file:
                schema = file.schema_arrow
                self._rows = int(file.metadata.num_rows)
                self._empty = _empty_columns(file.metadata)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise InputError(f"{path.name}: not a readable Parquet file ({type(error).__name__}).") from error
        self._columns = tuple(field.name for field in schema if not pa.types.is_nested(field.type))
        if not self._columns:
            raise InputError(f"{path.name}: it has no columns of simple values.")

    @property
    def columns(self) -> tuple[str, ...]:
        return self._columns

    @property
    def empty_columns(self) -> tuple[str, ...]:
        return self._empty

    @property
    def rows_estimate(self) -> int | None:
        return self._rows

    @property
    def notes(self) -> tuple[str, ...]:
        return ()

    def rows(self) -> Iterator[Row | BrokenRow]:
        """Yield every row; see `RowReader.rows`. A file damaged further on raises `InputError` there."""
        number = 0
        try:
            with pq.ParquetFile(self._path) as file:
                for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=list(self._columns)):
                    columns = {name: _values(batch.column(name)) for name in self._columns}
                    for position in range(batch.num_rows):
                        number += 1
                        yield Row(line=number, values={name: values[position] for name, values in columns.items()})
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"{self._path.name}: damaged after row {number} ({type(error).__name__}).") from error


def _values(column: Any) -> list[object]:
    """Return a column as Python values; nanoseconds are cut to microseconds, which is all a datetime holds."""
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(pa.timestamp("us", tz=column.type.tz), safe=False)
    values: list[object] = column.to_pylist()
    return values


def _empty_columns(metadata: Any) -> tuple[str, ...]:
    """Return the names of columns of which the file's own statistics say that every value is null."""
    nulls: Counter[str] = Counter()
    for group in range(metadata.num_row_groups):
        for position in range(metadata.num_columns):
            column = metadata.row_group(group).column(position)
            if column.statistics is not None and column.statistics.has_null_count:
                nulls[column.path_in_schema] += column.statistics.null_count
    return tuple(name for name, count in nulls.items() if count == metadata.num_rows)
