"""The insight store: what can be counted, answered fast; written only by copying from the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from listener.insight.batches import candidates_of, fact_table, label_table, vector_table
from listener.insight.buckets import bucket_edges
from listener.insight.file import connect
from listener.insight.moments import aware, naive
from listener.insight.open_file import OpenFile
from listener.insight.records import Candidate, Card, HourCount, IssueCounts, PeriodTotals, PlaceCount
from listener.insight.rewrite import copy_whole, new_file, put_in_place
from listener.insight.sql import query
from listener.insight.transactions import InsightFile
from listener.model.analysis import AnalysedMention

REWRITE_WAIT_SECONDS = 20.0
"""A page is answered in less; a long export is waited for until the next try."""
_BEGINNING = datetime(1, 1, 1, tzinfo=UTC)


class Insight(InsightFile):
    """Facts, labels and vectors of analysed mentions. Safe to use from several threads; readers never see half a batch.

    All periods hold what was posted after `from_at`, up to and including `as_of`. Raises what `InsightFile` raises.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection | OpenFile, *, name: str, path: Path | None = None) -> None:
        super().__init__(connection, name=name)
        self._path = path
        self._hidden: bool | None = None

    def applied_seq(self) -> int:
        """Return the ledger's change number up to which this copy is complete; 0 when it is empty."""
        rows = self._rows("select max(seq) from applied")
        return int(rows[0][0] or 0)

    def applied_model(self) -> str:
        """Return the model whose vectors are held; empty when nothing was applied."""
        rows = self._rows("select model from applied order by seq desc limit 1")
        return str(rows[0][0]) if rows else ""

    def count(self) -> int:
        """Return the number of mentions held."""
        return int(self._rows("select count(*) from fact")[0][0])

    def people_hidden(self) -> bool:
        """Tell whether people are told apart by stand-ins here, instead of by their ids at platforms."""
        if self._hidden is None:
            self._hidden = bool(self._rows("select 1 from hidden limit 1"))
        return self._hidden

    def hide_people(self, stand_in: Callable[[str], str]) -> None:
        """Put stand-ins in the place of people's ids, one each, in one transaction; whoever hands in mentions does the same from now on."""
        with self._transaction() as tx:
            people = [row[0] for row in tx.execute("select distinct person from fact where not nameless").fetchall()]
            names = pa.table({"person": pa.array(people, pa.string()), "stand_in": pa.array(map(stand_in, people), pa.string())})
            _copy(tx, names, "create or replace temp table named as select * from batch")
            for table, column in (("fact", "person"), ("issue_first", "value")):
                only = " and kind = 'person'" if table == "issue_first" else ""
                said = f"update {table} set {column} = named.stand_in from named where {table}.{column} = named.person{only}"  # noqa: S608 - ours
                tx.execute(said)
            tx.execute("drop table named")
            tx.execute("delete from hidden")
            tx.execute("insert into hidden values (true)")
        self._hidden = True

    def apply(self, mentions: Sequence[AnalysedMention], removed: Sequence[int], seq: int, *, model_id: str = "") -> None:
        """Replace these mentions, drop the removed ones and remember `seq`, all in one transaction. Applying twice changes nothing."""
        newest = {one.mention_id: one for one in mentions}
        gone = sorted(set(removed) | set(newest))
        kept = [one for mention_id, one in sorted(newest.items()) if mention_id not in set(removed)]
        with self._transaction() as tx:
            if gone:
                self._delete(tx, gone)
            if kept:
                self._insert(tx, kept)
            tx.execute("delete from applied")
            tx.execute("insert into applied values ($seq, $model)", {"seq": seq, "model": model_id})

    def replace_vectors(self, batches: Iterable[Sequence[AnalysedMention]], *, model_id: str) -> None:
        """Hold these vectors in place of all there are, in one transaction: readers see those of one model, before or after."""
        with self._transaction() as tx:
            tx.execute("drop table if exists vector")
            for mentions in batches:
                self._insert_vectors(tx, mentions)
            tx.execute("update applied set model = $model", {"model": model_id})

    def clear(self) -> None:
        """Forget everything; the next `apply` starts from nothing."""
        with self._transaction() as tx:
            for table in ("fact", "issue_first", "label", "applied", "hidden"):
                tx.execute(f"delete from {table}")  # noqa: S608 - names of our own
            tx.execute("drop table if exists vector")
        self._hidden = False

    def rewrite(self, *, wait_seconds: float = REWRITE_WAIT_SECONDS) -> bool:
        """Write the file anew, so that facts and vectors of removed mentions leave the disk; return whether it was done.

        Readers go on while it is copied and wait for the moment in which the new file takes the old one's place. Nothing is done when
        somebody reads for all of `wait_seconds`, or when insight is in memory.
        """
        if self._path is None:
            return False
        path = self._path
        with self._writing, self._translated():
            fresh = new_file(path)
            with self._file.cursor() as source:
                copy_whole(source, fresh)
            done = self._file.change(lambda: put_in_place(fresh, path), wait_seconds=wait_seconds)
            if not done:
                fresh.unlink(missing_ok=True)
        return done

    def issue_counts(self, from_at: datetime, as_of: datetime) -> list[IssueCounts]:
        """Return the numbers of every issue that has a mention up to `as_of`, by issue id."""
        given = {"before_from": naive(from_at - (as_of - from_at)), "from_at": naive(from_at), "as_of": naive(as_of)}
        return [
            IssueCounts(
                issue_id=row[0],
                mentions=row[1],
                authors=row[2],
                cards=row[3],
                nameless=row[4],
                period_mentions=row[5],
                period_authors=row[6],
                before_mentions=row[7],
                first_at=aware(row[8]),
                last_at=aware(row[9]),
                platforms=tuple(row[10]),
                languages=tuple(row[11]),
                brands=tuple(row[12]),
            )
            for row in self._rows(query("issue_counts"), given)
        ]

    def counts_by_issue(self, from_at: datetime, as_of: datetime, bucket_hours: float, zone: tzinfo = UTC) -> dict[int, tuple[int, ...]]:
        """Return mentions per bucket, oldest first and without gaps, for every issue with a mention there. See `bucket_edges`."""
        edges = [naive(edge) for edge in bucket_edges(from_at, as_of, bucket_hours, zone)]
        size = len(edges) - 1
        given = {"numbers": list(range(size)), "ends": edges[1:], "from_at": edges[0], "as_of": edges[-1]}
        counts: dict[int, list[int]] = {}
        for issue_id, number, mentions in self._rows(query("issue_trend"), given):
            counts.setdefault(issue_id, [0] * size)[number] = mentions
        return {issue_id: tuple(row) for issue_id, row in counts.items()}

    def period_totals(self, from_at: datetime, as_of: datetime) -> PeriodTotals:
        """Return the totals of a period over all mentions, in an issue or not."""
        row = self._rows(query("period_totals"), {"from_at": naive(from_at), "as_of": naive(as_of)})[0]
        return PeriodTotals(mentions=row[0], authors=row[1], loose=row[2], nameless=row[3])

    def label_mentions(self, name: str, from_at: datetime, as_of: datetime, most: int, *, value: str = "yes") -> tuple[list[Card], int]:
        """Return the newest different texts whose label `name` is `value`, and how many mentions there are in all. Spam is left out."""
        given = {"name": name, "value": value, "from_at": naive(from_at), "as_of": naive(as_of), "most": most}
        rows = self._rows(query("label_mentions"), given)
        return [Card(mention_id=row[0], copies=row[1], latest_at=aware(row[2])) for row in rows], int(rows[0][3]) if rows else 0

    def members(self, issue_id: int, most: int, *, as_of: datetime, from_at: datetime | None = None, skip: int = 0) -> list[Card]:
        """Return different texts of an issue, newest first."""
        since = naive(from_at or _BEGINNING)
        given = {"issue_id": issue_id, "from_at": since, "as_of": naive(as_of), "most": most, "skip": skip}
        return [Card(mention_id=row[0], copies=row[1], latest_at=aware(row[2])) for row in self._rows(query("members"), given)]

    def candidates(self, issue_ids: Sequence[int], from_at: datetime, as_of: datetime, most: int) -> dict[int, list[Candidate]]:
        """Return for each issue up to `most` different texts of the period that could be quoted, oldest first."""
        if not issue_ids or not self._has_vectors():
            return {}
        given = {"issue_ids": list(issue_ids), "from_at": naive(from_at), "as_of": naive(as_of), "most": most}
        with self._asked(query("candidates"), given) as answer:
            return candidates_of(answer.to_arrow_table())

    def issue_signs(self, as_of: datetime) -> dict[int, dict[tuple[str, str], int]]:
        """Return per issue how many mentions have each ("cause", value) and each ("sentiment", value)."""
        found: dict[int, dict[tuple[str, str], int]] = {}
        for issue_id, name, value, mentions in self._rows(query("issue_signs"), {"as_of": naive(as_of)}):
            found.setdefault(issue_id, {})[name, value] = mentions
        return found

    def issue_places(self, issue_id: int, most: int, *, as_of: datetime) -> list[PlaceCount]:
        """Return where people speak about an issue, the busiest place first."""
        given = {"issue_id": issue_id, "most": most, "as_of": naive(as_of)}
        rows = self._rows(query("issue_places"), given)
        return [PlaceCount(platform=row[0], realm=row[1], mentions=row[2], authors=row[3]) for row in rows]

    def languages(self, mention_ids: Sequence[int]) -> dict[int, str]:
        """Return the language (nl, en, de, fr or other) of those mentions that are here."""
        return {row[0]: row[1] for row in self._rows(query("languages"), {"ids": list(mention_ids)})} if mention_ids else {}

    def hours(self, issue_id: int, from_at: datetime, as_of: datetime) -> list[HourCount]:
        """Return the hours (UTC) in which an issue had mentions, oldest first."""
        given = {"issue_id": issue_id, "from_at": naive(from_at - timedelta(hours=1)), "as_of": naive(as_of)}
        return [HourCount(hour=aware(row[0]), mentions=row[1], authors=row[2]) for row in self._rows(query("issue_hours"), given)]

    def voices(self, from_at: datetime, until: datetime) -> dict[str, dict[datetime, tuple[int, ...]]]:
        """Return the mentions that count as voices of a brand ("" for none named) by hour, quiet hours left out; `until` is excluded.

        Of one person, and of one text, only the first mention of a day counts; spam never does.
        """
        found: dict[str, dict[datetime, tuple[int, ...]]] = {}
        for brand, hour, mention_ids in self._rows(query("voices"), {"from_at": naive(from_at), "until": naive(until)}):
            found.setdefault(brand, {})[aware(hour)] = tuple(mention_ids)
        return found

    def brand_starts(self) -> dict[str, datetime]:
        """Return when each brand ("" for none named) was first spoken of."""
        return {row[0]: aware(row[1]) for row in self._rows(query("brand_starts"))}

    def source_hours(self, from_at: datetime, until: datetime) -> dict[str, dict[datetime, int]]:
        """Return mentions per source and hour, quiet hours left out; `until` is excluded."""
        found: dict[str, dict[datetime, int]] = {}
        for source, hour, mentions in self._rows(query("source_hours"), {"from_at": naive(from_at), "until": naive(until)}):
            found.setdefault(source, {})[aware(hour)] = mentions
        return found

    def nearest(self, mention_id: int, most: int) -> list[tuple[int, float]]:
        """Return the mentions most like this one with their cosine similarity, closest first; nothing when it is unknown."""
        if not self._has_vectors():
            return []
        return [(row[0], float(row[1])) for row in self._rows(query("nearest"), {"mention_id": mention_id, "most": most})]

    def first_posted(self, as_of: datetime) -> datetime | None:
        """Return when the oldest mention up to `as_of` was posted."""
        found = self._rows(query("first_posted"), {"as_of": naive(as_of)})[0][0]
        return aware(found) if found else None

    def _has_vectors(self) -> bool:
        return bool(self._rows("select 1 from duckdb_tables() where table_name = 'vector'"))

    def _delete(self, tx: duckdb.DuckDBPyConnection, mention_ids: Sequence[int]) -> None:
        tables = ("fact", "label", "vector") if self._has_vectors() else ("fact", "label")
        _choose(tx, mention_ids)
        tx.execute("create or replace temp table touched (issue_id bigint, kind varchar, value varchar)")
        tx.execute(query("touched"))
        for table in tables:
            tx.execute(f"delete from {table} where mention_id in (select mention_id from chosen)")  # noqa: S608 - three names of our own
        if tx.execute("select 1 from touched limit 1").fetchall():
            tx.execute(query("forget_firsts"))
            tx.execute(query("issue_firsts"))

    def _insert(self, tx: duckdb.DuckDBPyConnection, mentions: Sequence[AnalysedMention]) -> None:
        _copy(tx, fact_table(mentions), query("insert_facts"))
        tx.execute("create or replace temp table incoming (issue_id bigint, kind varchar, value varchar, first_at timestamp)")
        _choose(tx, [one.mention_id for one in mentions])
        tx.execute(query("incoming"))
        tx.execute(query("forget_later_firsts"))
        tx.execute(query("new_firsts"))
        _copy(tx, label_table(mentions), "insert into label select * from batch")
        self._insert_vectors(tx, mentions)

    def _insert_vectors(self, tx: duckdb.DuckDBPyConnection, mentions: Sequence[AnalysedMention]) -> None:
        vectors = vector_table(mentions)
        if vectors is not None:
            dims = vectors.schema.field("embedding").type.list_size
            tx.execute(query("vectors").format(dims=int(dims)))
            _copy(tx, vectors, "insert into vector select * from batch")


@contextmanager
def open_insight(path: Path | None) -> Iterator[Insight]:
    """Open insight at `path`, or in memory for None. See `listener.insight.file.connect` for what happens to damaged or locked files."""
    insight = Insight(connect(path), name=str(path or "insight in memory"), path=path)
    try:
        yield insight
    finally:
        insight.close()


def _choose(tx: duckdb.DuckDBPyConnection, mention_ids: Sequence[int]) -> None:
    """Put these ids into the temporary table `chosen`: a list bound as a parameter takes a second for each 6,000 of them."""
    ids = pa.table({"mention_id": pa.array(mention_ids, type=pa.int64())})
    _copy(tx, ids, "create or replace temp table chosen as select mention_id from batch")


def _copy(tx: duckdb.DuckDBPyConnection, batch: Any, sql: str) -> None:
    tx.register("batch", batch)
    try:
        tx.execute(sql)
    finally:
        tx.unregister("batch")
