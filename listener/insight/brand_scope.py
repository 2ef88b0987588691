"""Insight as somebody of some brands sees it: every count and every text is of those brands, or of none (RULES S3)."""

from __future__ import annotations

import duckdb

from listener.insight.sql import query
from listener.insight.store import Insight


class BrandInsight(Insight):
    """Answers as `whole` would if mentions that are only about other brands were not there. What it applies goes into `whole`.

    Who and what an issue ever had is counted anew for each question: right, and slower than for somebody of every brand.
    """

    def __init__(self, whole: Insight, brands: frozenset[str]) -> None:
        super().__init__(whole._file, name=whole._name)
        self._writing = whole._writing  # one writer at a time, whoever asks
        self._brands = sorted(brands)
        (name,) = whole._rows("select current_database()")[0]
        self._database = '"' + str(name).replace('"', '""') + '"'

    def _narrow(self, cursor: duckdb.DuckDBPyConnection) -> None:
        cursor.execute("create or replace temp table scope as select unnest($brands::varchar[]) as brand", {"brands": self._brands})
        cursor.execute(query("brand_scope").format(database=self._database))
