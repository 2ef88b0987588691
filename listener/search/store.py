"""The search store whole: facts and signs of every mention in two mapped files, its words in search.db. Written only from the ledger."""

from __future__ import annotations

import hashlib
import logging
import secrets
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from listener.errors import StoreDamaged
from listener.model.analysis import AnalysedMention
from listener.model.search import Term, Within
from listener.search.codes import code_words, codes_of, nearest_rows
from listener.search.facts import ROW, fact_rows, mask_of
from listener.search.grown import BLOCK, GrownFile
from listener.search.words import WordIndex

logger = logging.getLogger(__name__)

_MERGE_AFTER = timedelta(hours=12)
_NAMES = ("brand", "platform", "language")


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """How far the ledger was followed: `seq` for words and facts, `coded` for the signs of `model`'s vectors; `held` mentions."""

    seq: int
    coded: int
    model: str
    held: int


class SearchStore:
    """Answers which mentions hold some words, and which are nearest to a vector. One writer at a time, readers from any thread.

    Files are written before search.db says so: after a crash the same changes are applied again, which changes nothing twice.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writing = threading.RLock()
        self._words: WordIndex
        self._facts: GrownFile
        self._codes: GrownFile | None = None
        self._meta: dict[str, str] = {}
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._open()
        except StoreDamaged:
            logger.warning("the search was damaged and is made anew")
            self._wipe()
            self._open()
        if self._facts.rows < int(self._meta.get("rows", "0")):
            logger.warning("a file of the search is shorter than it was; it is made anew")
            self.clear()

    def followed(self) -> Followed:
        meta = self._meta
        return Followed(
            seq=int(meta.get("seq", "0")), coded=int(meta.get("coded", "0")), model=meta.get("model", ""), held=int(meta.get("held", "0"))
        )

    def begin_codes(self, model: str) -> None:
        """Hold signs of another model from now on: those there are go, and `coded` is 0."""
        with self._writing:
            self._codes = None
            for old in self._folder.glob("codes-*.bin"):
                old.unlink()
            self._facts.array["coded"] = 0
            self._facts.flush()
            self._write_meta({"model": model, "coded": "0", "codes": secrets.token_hex(8), "words": "0"})

    def apply(self, mentions: Sequence[AnalysedMention], texts: Mapping[int, str], removed: Sequence[int], seq: int) -> None:
        """Hold these mentions as they are now, drop the removed ones, and remember `seq`. Applying twice changes nothing.

        texts: the words of each mention, folded. A mention without one there keeps the words it had.
        """
        with self._writing:
            numbers = self._numbered(mentions)
            self._facts.reach(max([0, *(one.mention_id for one in mentions), *removed]))
            if self._codes is not None:
                self._codes.reach(self._facts.rows - 1)
            flat = self._facts.array.reshape(-1)
            gone = np.asarray(sorted(removed), dtype=np.int64)
            flat[gone] = np.zeros((), dtype=ROW)
            self._zero_codes(gone)
            if mentions:
                flat[[one.mention_id for one in mentions]] = fact_rows(mentions, numbers)
            self._write_codes(mentions)
            self._facts.flush()
            marked = {mention_id: (text, hashlib.blake2b(text.encode(), digest_size=8).hexdigest()) for mention_id, text in texts.items()}
            meta = {"seq": str(seq), "coded": str(seq), "rows": str(self._facts.rows), "held": str(int(np.count_nonzero(flat["posted"])))}
            erased = self._words.apply(marked, list(removed), meta)
            self._meta = {**self._meta, **meta}
            if erased:
                self._write_meta({"erased": str(int(self._meta.get("erased", "0")) + erased)})

    def apply_codes(self, mentions: Sequence[AnalysedMention], coded: int) -> None:
        """Hold the signs of these mentions, and remember how far that went."""
        with self._writing:
            self._write_codes(mentions)
            self._write_meta({"coded": str(coded)})

    def matching(self, terms: Sequence[Term], within: Within, most: int) -> NDArray[np.int64]:
        """Return up to `most` mentions that hold all terms, highest id first."""
        return self._words.matching(terms, self._mask(within), most)

    def nearest(self, vector: NDArray[np.float32], within: Within, most: int) -> NDArray[np.int64]:
        """Return up to `most` mentions whose vectors have the signs nearest to those of `vector`: candidates, nearest first."""
        codes = self._codes
        if codes is None:
            return np.zeros(0, dtype=np.int64)
        mask = self._mask(within, coded=True)
        array = codes.array[: len(mask) // BLOCK]  # the files grow one after the other while somebody searches
        return nearest_rows(array, codes_of(vector[np.newaxis])[0], mask[: len(array) * BLOCK], most)

    def names(self, kind: str) -> tuple[str, ...]:
        """Return the names of a kind (brand, platform, language) that ever occurred, in order."""
        return tuple(sorted(self._words.numbers(kind)))

    def tidy(self, now: datetime, *, at_once: bool = False) -> bool:
        """Let words of texts that are gone leave the disk, at most twice a day unless `at_once`; return whether there were any."""
        last = self._meta.get("merged_at")
        too_soon = last and not at_once and now - datetime.fromisoformat(last) < _MERGE_AFTER
        if self._meta.get("erased", "0") == "0" or too_soon:
            return False
        with self._writing:
            self._words.merge()
            self._write_meta({"erased": "0", "merged_at": now.isoformat()})
        return True

    def clear(self) -> None:
        """Forget everything; whoever keeps the search begins at the first change again."""
        with self._writing:
            self._words.close()
            self._wipe()
            self._open()

    def close(self) -> None:
        self._words.close()

    def _open(self) -> None:
        self._words = WordIndex(self._folder / "search.db")
        self._meta = self._words.meta()
        self._facts = GrownFile(self._folder / "facts.bin", ROW, (BLOCK,))
        self._codes = self._codes_file() if int(self._meta.get("words", "0")) else None
        if self._codes is not None and self._codes.rows < self._facts.rows and self._meta.get("coded", "0") != "0":
            self.begin_codes(self._meta["model"])

    def _codes_file(self) -> GrownFile:
        return GrownFile(self._folder / f"codes-{self._meta['codes']}.bin", np.uint64, (int(self._meta["words"]), BLOCK))

    def _wipe(self) -> None:
        for file in self._folder.iterdir():
            with suppress(FileNotFoundError):
                file.unlink()

    def _write_codes(self, mentions: Sequence[AnalysedMention]) -> None:
        if not mentions:
            return
        vectors = np.stack([one.vector for one in mentions]).astype(np.float32)
        if self._codes is None:
            self._write_meta({"words": str(code_words(vectors.shape[1])), "codes": self._meta.get("codes") or secrets.token_hex(8)})
        codes = self._codes = self._codes or self._codes_file()
        rows = np.asarray([one.mention_id for one in mentions], dtype=np.int64)
        rows, vectors = rows[rows < self._facts.rows], vectors[rows < self._facts.rows]
        codes.reach(self._facts.rows - 1)
        codes.array[rows // BLOCK, :, rows % BLOCK] = codes_of(vectors)
        codes.flush()
        flat = self._facts.array.reshape(-1)
        flat["coded"][rows] = flat["posted"][rows] > 0

    def _zero_codes(self, gone: NDArray[np.int64]) -> None:
        if self._codes is not None and len(gone):
            here = gone[gone < self._codes.rows]
            self._codes.array[here // BLOCK, :, here % BLOCK] = 0
            self._codes.flush()

    def _numbered(self, mentions: Sequence[AnalysedMention]) -> dict[str, dict[str, int]]:
        named = {
            "brand": [brand for one in mentions for brand in one.brands],
            "platform": [one.platform for one in mentions],
            "language": [one.language for one in mentions],
        }
        return {kind: self._words.number_names(kind, names) for kind, names in named.items()}

    def _mask(self, within: Within, *, coded: bool = False) -> NDArray[np.bool_]:
        numbers = {kind: self._words.numbers(kind) for kind in _NAMES}
        return mask_of(self._facts.array.reshape(-1), within, numbers, coded=coded)

    def _write_meta(self, values: Mapping[str, str]) -> None:
        self._words.set_meta(values)
        self._meta = {**self._meta, **values}


@contextmanager
def open_search(folder: Path) -> Iterator[SearchStore]:
    """Open the search in `folder`, made when missing, and made anew when it cannot be read; close it at the end."""
    store = SearchStore(folder)
    try:
        yield store
    finally:
        store.close()
