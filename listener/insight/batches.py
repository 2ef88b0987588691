"""Analysed mentions as Arrow tables, so that a batch enters DuckDB whole instead of row by row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from listener.insight.moments import aware, naive
from listener.insight.records import Candidate
from listener.model.analysis import AnalysedMention

_FACT = pa.schema(
    [
        ("mention_id", pa.int64()),
        ("card_id", pa.int64()),
        ("issue_id", pa.int64()),
        ("platform", pa.string()),
        ("realm", pa.string()),
        ("source", pa.string()),
        ("channel", pa.string()),
        ("brands", pa.list_(pa.string())),
        ("directed", pa.bool_()),
        ("author_key", pa.string()),
        ("language", pa.string()),
        ("posted_at", pa.timestamp("us")),
        ("first_seen_at", pa.timestamp("us")),
        ("text_hash", pa.string()),
    ]
)
_LABEL = pa.schema([("mention_id", pa.int64()), ("name", pa.string()), ("value", pa.string())])


def fact_table(mentions: Sequence[AnalysedMention]) -> Any:
    """Return one row per mention with the columns of `insert_facts.sql`; times are UTC without zone."""
    columns = {field.name: pa.array([_cell(getattr(one, field.name)) for one in mentions], type=field.type) for field in _FACT}
    return pa.table(columns, schema=_FACT)


def label_table(mentions: Sequence[AnalysedMention]) -> Any:
    """Return one row per label of each mention."""
    rows = [(one.mention_id, name, value) for one in mentions for name, value in sorted(one.labels.items())]
    columns = list(zip(*rows, strict=True)) if rows else [(), (), ()]
    return pa.table([pa.array(column, type=field.type) for column, field in zip(columns, _LABEL, strict=True)], schema=_LABEL)


def vector_table(mentions: Sequence[AnalysedMention]) -> Any:
    """Return mention_id and embedding of the mentions that have a vector, or None when none has.

    Raises ValueError when vectors differ in length: one copy holds one model.
    """
    with_vector = [one for one in mentions if one.vector.size]
    if not with_vector:
        return None
    matrix = np.stack([one.vector for one in with_vector]).astype(np.float32, copy=False)
    embedding = pa.FixedSizeListArray.from_arrays(pa.array(matrix.ravel()), matrix.shape[1])
    return pa.table({"mention_id": pa.array([one.mention_id for one in with_vector], type=pa.int64()), "embedding": embedding})


def candidates_of(table: Any) -> dict[int, list[Candidate]]:
    """Return the rows of `candidates.sql` by issue, in their order; vectors come whole, for a list of numbers each takes seconds."""
    vectors = _matrix(table.column("embedding"))
    names = ("issue_id", "mention_id", "person", "platform", "posted_at")
    found: dict[int, list[Candidate]] = {}
    rows = zip(*(table.column(name).to_pylist() for name in names), vectors, strict=True)
    for issue_id, mention_id, person, platform, at, vector in rows:
        one = Candidate(mention_id=mention_id, person=person, platform=platform, posted_at=aware(at), vector=vector)
        found.setdefault(issue_id, []).append(one)
    return found


def _matrix(column: Any) -> list[NDArray[np.float32] | None]:
    """Return the vector of each row, None where there is none."""
    there = column.drop_null().combine_chunks()
    rows = iter(there.flatten().to_numpy(zero_copy_only=False).reshape(len(there), -1)) if len(there) else iter(())
    return [next(rows) if valid else None for valid in column.is_valid().to_pylist()]


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return naive(value)
    return list(value) if isinstance(value, tuple) else value
