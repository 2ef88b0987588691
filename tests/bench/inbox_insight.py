"""What insight would hold of drawn mentions, put there by columns: many times as fast as following the ledger, and the same in the end."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from listener.insight.file import connect
from listener.insight.sql import query

BATCH = 100_000
Columns = dict[str, Any]


class Drawn(Protocol):
    """What was drawn: facts and labels of some mentions as columns, and their vectors."""

    def columns(self, ids: NDArray[np.int64]) -> tuple[Columns, Columns, NDArray[np.float32]]:
        """Return the columns of `fact` (as a batch has them) and of `label`, and a vector for each id."""
        ...


def fill_insight(file: Path, drawn: Drawn, count: int, *, dims: int, model: str) -> None:
    """Write mentions 1 to `count` into an empty insight, and remember that the ledger was followed up to there."""
    connection = connect(file)
    try:
        connection.execute(query("vectors").format(dims=int(dims)))
        for first in range(0, count, BATCH):
            ids = np.arange(first + 1, min(first + BATCH, count) + 1, dtype=np.int64)
            facts, labels, vectors = drawn.columns(ids)
            embedding = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), dims)
            for table, sql in (
                (pa.table(facts), query("insert_facts")),
                (pa.table(labels), "insert into label select mention_id, name, value from batch"),
                (pa.table({"mention_id": ids, "embedding": embedding}), "insert into vector select * from batch"),
            ):
                connection.register("batch", table)
                connection.execute(sql)
                connection.unregister("batch")
        connection.execute(query("all_issue_firsts"))
        connection.execute("insert into applied values ($seq, $model)", {"seq": count, "model": model})
    finally:
        connection.close()
