"""What heads learn from: texts with an answer per task, read once and seen as the product sees them."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import scipy.sparse as sparse
from numpy.typing import NDArray

from listener.labels.features import BUCKETS, buckets, counts
from listener.settings.wording import lexicons
from listener.text.clean import CleanText, clean
from tests.bench.encoding import encoded

OWN = ("webcare_labels_nl.jsonl", "webcare_labels_en.jsonl", "webcare_labels_more.jsonl")
OWN_TASKS = ("cause", "question", "urgency", "unnecessary", "searched_first")
SENTIMENTS = ("negative", "neutral", "positive")
MOST_PAIRS = 60_000


@dataclass(frozen=True, slots=True)
class Row:
    """One text and the answer a person gave."""

    text: CleanText
    language: str
    answer: str


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Rows as heads see them: vectors `(n, n_dims)`, words as 0 or 1 `(n, BUCKETS)`, counts `(n, n_counts)`, answers."""

    rows: Sequence[Row]
    vectors: NDArray[np.float32]
    words: sparse.csr_matrix
    counts: NDArray[np.float32]

    @property
    def answers(self) -> NDArray[np.str_]:
        """The answer of each row, `(n,)`."""
        return np.array([row.answer for row in self.rows])


def sentiment_rows(folder: Path) -> list[Row]:
    """GoEmotions, train: positive, negative, neutral by its publisher's grouping; mixed and ambiguous ones left out."""
    rows = _parquet(folder / "goemotions_train_dev.parquet", ("text", "sentiment", "split"))
    return [Row(clean(r["text"]), "en", r["sentiment"]) for r in rows if r["split"] == "train" and r["sentiment"] in SENTIMENTS]


def spam_rows(folder: Path) -> list[Row]:
    """SMS Spam Collection, train."""
    rows = _parquet(folder / "sms_spam.parquet", ("text", "label", "split"))
    return [Row(clean(r["text"]), "en", "yes" if r["label"] == "spam" else "no") for r in rows if r["split"] == "train"]


def own_rows(sets: Path, task: str, *, split: str = "train") -> list[Row]:
    """Our own webcare posts, the half of both languages to learn from, or the frozen one (`split` test)."""
    return _own([sets / name for name in OWN], task, split)


def sentiment_check_rows(sets: Path) -> list[Row]:
    """Our own posts with a sentiment, few, and only for checking what a brand taught."""
    return _own([sets / "sentiment_check.jsonl"], "sentiment", "test")


def _own(files: Sequence[Path], task: str, split: str) -> list[Row]:
    lines = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return [Row(clean(one["text"]), one["lang"], one[task]) for one in lines if one["split"] == split]


def pairs(folder: Path) -> list[tuple[str, str]]:
    """Dutch sentences with their English twins, openly licensed, the same `MOST_PAIRS` each time."""
    rows = _parquet(folder / "parallel" / "nl_en_open.parquet", ("nl", "en", "kind"))
    wanted = [(r["nl"], r["en"]) for r in rows if r["kind"] == "sentence" and 3 <= len(r["nl"].split()) <= 40]
    return sorted(wanted, key=lambda pair: (zlib.crc32(pair[0].encode()), pair[0]))[:MOST_PAIRS]


def words_of(texts: Iterable[str]) -> sparse.csr_matrix:
    """Return 0 or 1 per word bucket, float32 `(n, BUCKETS)`."""
    found = [buckets(text) for text in texts]
    starts = np.concatenate([[0], np.cumsum([len(one) for one in found])])
    flat = np.concatenate(found) if found else np.zeros(0, dtype=np.int32)
    return sparse.csr_matrix((np.ones(len(flat), dtype=np.float32), flat, starts), shape=(len(found), BUCKETS))


def table_of(rows: Sequence[Row]) -> Table:
    """Return rows as heads see them; texts are encoded once and kept. What is known to be English is read as English."""
    english, rest = ({row.text.hash: row.text.text for row in rows if (row.language == "en") == wanted} for wanted in (True, False))
    vectors = encoded(english, languages=("en",)) | (encoded(rest) if rest else {})
    lists = lexicons()
    return Table(
        rows=rows,
        vectors=np.stack([vectors[row.text.hash] for row in rows]),
        words=words_of(row.text.text for row in rows),
        counts=np.stack([counts(row.text, row.language, lists) for row in rows]),
    )


def _parquet(file: Path, columns: Sequence[str]) -> list[Mapping[str, str]]:
    rows: list[Mapping[str, str]] = pq.read_table(file, columns=list(columns)).to_pylist()
    return rows
