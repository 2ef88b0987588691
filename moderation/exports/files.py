"""Files written a batch at a time: however many rows there are, no more than one batch is held."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from moderation.exports.cells import csv_cell
from moderation.model.export import MOMENT, NUMBER, YES_NO, ExportFormat, Row

MEDIA: Mapping[ExportFormat, str] = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.JSON: "application/json",
    ExportFormat.PARQUET: "application/vnd.apache.parquet",
}
_BOM = b"\xef\xbb\xbf"
"""Without it a spreadsheet reads Dutch letters wrong."""


def written(batches: Iterable[Sequence[Row]], columns: Mapping[str, str], form: ExportFormat) -> Iterator[bytes]:
    """Yield a file piece by piece. `columns` are names with what stands in them; rows have them all."""
    if form is ExportFormat.CSV:
        return _csv(batches, columns)
    return _json(batches) if form is ExportFormat.JSON else _parquet(batches, columns)


def _csv(batches: Iterable[Sequence[Row]], columns: Mapping[str, str]) -> Iterator[bytes]:
    """Yield RFC 4180: every cell in quotes, lines end in CR LF."""
    yield _BOM + _lines([columns])
    for batch in batches:
        yield _lines([[csv_cell(row[name]) for name in columns] for row in batch])


def _lines(rows: Iterable[Iterable[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()


def _json(batches: Iterable[Sequence[Row]]) -> Iterator[bytes]:
    """Yield one JSON list, an object a line. Texts stay as they are: whoever reads JSON computes nothing."""
    between = b"[\n"
    for batch in batches:
        for row in batch:
            yield between + json.dumps(row, ensure_ascii=False, default=_moment).encode("utf-8", "replace")
            between = b",\n"
    yield b"[]\n" if between == b"[\n" else b"\n]\n"


def _moment(value: datetime) -> str:
    return value.isoformat()


class _Sink(io.RawIOBase):
    """Takes what is written until it is drained; knows how far it has come, as a file does."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        part = bytes(data)
        self._parts.append(part)
        self._at += len(part)
        return len(part)

    def tell(self) -> int:
        return self._at

    def drain(self) -> bytes:
        part, self._parts = b"".join(self._parts), []
        return part


def _parquet(batches: Iterable[Sequence[Row]], columns: Mapping[str, str]) -> Iterator[bytes]:
    schema = pa.schema([(name, _type(kind)) for name, kind in columns.items()])
    sink = _Sink()
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_table(pa.Table.from_pylist([_storable(row) for row in batch], schema=schema))
            yield sink.drain()
    yield sink.drain()


def _type(kind: str) -> Any:
    return {NUMBER: pa.int64(), YES_NO: pa.bool_(), MOMENT: pa.timestamp("us", tz="UTC")}.get(kind, pa.string())


def _storable(row: Row) -> Row:
    """Halves of pairs have no place in UTF-8."""
    return {name: value.encode("utf-8", "replace").decode() if isinstance(value, str) else value for name, value in row.items()}
