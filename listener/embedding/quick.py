"""A static model distilled from the configured one: a vector per word, so that a large backlog is scanned first and read in full later.

No download and no library: the words of the backlog go through the full model once each, a text is the weighted sum of its words, and a
linear map learned on a thousand whole texts takes that sum to where the full model puts the text. Needs no torch where it is used.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from listener.ports import Embedder
from listener.text.folding import folded

PREFIX = "quick-"
MOST_WORDS = 12_000
FEWEST_USES = 2
RARITY = 1e-3
"""a in a / (a + p(word)), the weight of a word by how often it is used (Arora et al. 2017, "A Simple but Tough-to-Beat Baseline")."""
RIDGE = 0.03
FEWEST_TAUGHT = 50
CHUNK = 512

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[^\w\s]")


class QuickEmbedder:
    """Embeds by looking words up: tens of thousands of short texts a second. Made by `distilled`, kept by `save`, read by `load`."""

    def __init__(self, words: Sequence[str], table: NDArray[np.float16], turn: NDArray[np.float16]) -> None:
        """words: folded. table: `(len(words) + 1, n_dims)`, weighted, the last row for unknown words. turn: `(n_dims, n_dims)`."""
        self._words = {word: row for row, word in enumerate(words)}
        self._table = table.astype(np.float32)
        self._turn = turn.astype(np.float32)
        digest = hashlib.sha256("\n".join(words).encode() + table.tobytes() + turn.tobytes())
        self._model_id = PREFIX + digest.hexdigest()[:12]

    @property
    def model_id(self) -> str:
        """The name that vectors of this model are kept under; other weights have another."""
        return self._model_id

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 `(len(texts), n_dims)`, rows of unit length."""
        vectors = self._sums(texts) @ self._turn
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        found: NDArray[np.float32] = np.where(lengths > 0, vectors / np.maximum(lengths, 1e-9), len(self._turn) ** -0.5).astype(np.float32)
        return found

    def close(self) -> None:
        """Nothing to end."""

    def taught(self, texts: Sequence[str], goals: NDArray[np.float32]) -> QuickEmbedder:
        """Return this model with the map that takes these texts nearest to `goals`, float32 `(len(texts), n_dims)` (ridge regression)."""
        sums = self._sums(texts)
        size = sums.shape[1]
        squares = sums.T @ sums
        penalty = RIDGE * float(np.trace(squares)) / size
        turn = np.linalg.solve(squares + penalty * np.eye(size), sums.T @ goals + penalty * np.eye(size))
        return QuickEmbedder(list(self._words), self._table.astype(np.float16), turn.astype(np.float16))

    def save(self, folder: Path) -> None:
        """Keep the model in `folder` under its id; it is whole or not there."""
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / f"{self._model_id}.part"
        with unfinished.open("wb") as opened:
            np.savez(opened, words=np.array(list(self._words)), table=self._table.astype(np.float16), turn=self._turn.astype(np.float16))
        unfinished.replace(folder / f"{self._model_id}.npz")

    def _sums(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 `(len(texts), n_dims)`: unit sums of the weighted words."""
        unknown = len(self._words)
        found = [[self._words.get(word, unknown) for word in _words_of(text)] or [unknown] for text in texts]
        sums = np.zeros((len(texts), self._table.shape[1]), dtype=np.float32)
        if texts:
            rows = np.concatenate([np.array(one, dtype=np.int64) for one in found])
            starts = np.cumsum([0, *(len(one) for one in found[:-1])])
            for start in range(0, len(texts), CHUNK):  # in parts: the gathered rows are larger than the sums
                end = min(start + CHUNK, len(texts))
                first, last = int(starts[start]), int(starts[end]) if end < len(texts) else len(rows)
                sums[start:end] = np.add.reduceat(self._table[rows[first:last]], starts[start:end] - first, axis=0)
        sums /= np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
        return sums


def distilled(texts: Sequence[str], embedder: Embedder, *, most_words: int = MOST_WORDS, taught_by: int = 1000) -> QuickEmbedder:
    """Return a static model for texts like these: the same for the same texts and embedder.

    Words used at least twice, the most used first, are encoded once each; then evenly chosen whole texts teach the map.
    """
    uses = Counter(word for text in texts for word in _words_of(text))
    total = max(1, sum(uses.values()))
    words = [word for word, count in sorted(uses.items(), key=lambda one: (-one[1], one[0])) if count >= FEWEST_USES][:most_words]
    vectors = embedder.encode(words) if words else embedder.encode(["."])[:0]
    weights = np.array([RARITY / (RARITY + uses[word] / total) for word in words], dtype=np.float32)
    table = vectors * weights[:, None]
    size = vectors.shape[1]
    unknown = table.mean(axis=0, keepdims=True) if len(words) else np.full((1, size), size**-0.5, dtype=np.float32)
    plain = QuickEmbedder(words, np.vstack([table, unknown]).astype(np.float16), np.eye(size, dtype=np.float16))
    step = max(1, len(texts) // taught_by)
    lesson = list(texts[::step])[:taught_by]
    return plain.taught(lesson, embedder.encode(lesson)) if len(lesson) >= FEWEST_TAUGHT else plain


def load(folder: Path, model_id: str) -> QuickEmbedder | None:
    """Return the static model of that id, or None when it is not in `folder` or not whole: then the full model reads everything."""
    file = folder / f"{model_id}.npz"
    if not model_id.startswith(PREFIX) or not file.is_file():
        return None
    try:
        with np.load(file) as kept:
            found = QuickEmbedder([str(word) for word in kept["words"]], kept["table"], kept["turn"])
    except (OSError, EOFError, ValueError, KeyError, BadZipFile):
        return None
    return found if found.model_id == model_id else None


def _words_of(text: str) -> list[str]:
    return [folded(word) for word in _WORD.findall(text)]
