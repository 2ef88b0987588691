"""Dutch-English pairs to learn from: chosen from a Parquet file and from our own lists, the same for the same seed."""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

MOST_WORDS = 32
MOST_PER_MANUAL = 2_500
"""Business manuals make up two fifths of the open file; a part of each teaches what they have to teach."""
MANUALS = ("MicrosoftDocs", "msdocs", "OfficeDocs")
JOINED = 20_000
"""Texts made of two to four sentences: four fifths of the sentences have fewer than ten words, and customers write longer ones."""
OWN_TIMES = 3
HELD_OUT = 97
"""One pair in so many is kept apart to watch the training with."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A Dutch text and an English one that says the same. `held_out` ones are never learned from."""

    nl: str
    en: str
    held_out: bool = False


def chosen_pairs(parquet: Path, own: Sequence[Path], *, seed: int) -> list[Pair]:
    """Return the pairs of a training run.

    parquet: columns nl, en, kind, source. own: tab-separated lists of ours, which count `OWN_TIMES` times, for they are nearest to what
    customers write. Longer texts are joined from the sentences, Dutch beside Dutch and English beside English.
    """
    rows = list(_usable(parquet))
    ours = [pair for file in own for pair in _own(file)]
    single = [Pair(nl, en, held_out=zlib.crc32(nl.encode()) % HELD_OUT == 0) for nl, en in rows]
    mine = [Pair(nl, en, held_out=zlib.crc32(nl.encode()) % HELD_OUT == 0) for nl, en in ours]
    learned = [pair for pair in single if not pair.held_out] + [pair for pair in mine if not pair.held_out] * OWN_TIMES
    learned += _joined([pair for pair in (*single, *mine * 4) if not pair.held_out and _is_sentence(pair)], seed=seed)
    random.Random(seed).shuffle(learned)  # noqa: S311 - an order of training, no secret
    return learned + [pair for pair in (*single, *mine) if pair.held_out]


def _usable(parquet: Path) -> Iterator[tuple[str, str]]:
    taken: dict[str, int] = {}
    seen: set[str] = set()
    rows = pq.read_table(parquet, columns=["nl", "en", "kind", "source"]).to_pylist()
    for row in sorted(rows, key=lambda one: (zlib.crc32(one["nl"].encode()), one["nl"])):
        nl, en = row["nl"].strip(), row["en"].strip()
        key = nl.lower()
        if not nl or not en or key in seen or nl == en or max(len(nl.split()), len(en.split())) > MOST_WORDS:
            continue
        if any(name in row["source"] for name in MANUALS):
            taken[row["source"]] = taken.get(row["source"], 0) + 1
            if taken[row["source"]] > MOST_PER_MANUAL:
                continue
        seen.add(key)
        yield nl, en


def _own(file: Path) -> Iterator[tuple[str, str]]:
    for line in file.read_text(encoding="utf-8").splitlines():
        nl, tab, en = line.partition("\t")
        if tab and nl.strip() and en.strip():
            yield nl.strip(), en.strip()


def _is_sentence(pair: Pair) -> bool:
    return 3 <= len(pair.nl.split()) <= 25 and pair.nl[-1] in ".!?"


def _joined(sentences: Sequence[Pair], *, seed: int) -> Iterator[Pair]:
    chance = random.Random(seed + 1)  # noqa: S311 - as above
    for _ in range(JOINED if len(sentences) > 10 else 0):
        parts = chance.sample(sentences, chance.choice((2, 2, 2, 3, 3, 4)))
        yield Pair(" ".join(part.nl for part in parts), " ".join(part.en for part in parts))
