"""Small trained heads: from a text's vector, its words and its counts to how probable each answer of each task is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from listener.labels.features import BUCKETS, COUNTS, COUNTS_VERSION

YES_NO = ("no", "yes")
DUTCH = "nl"
Arrays = Mapping[str, NDArray[np.generic]]
Real = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """`x @ weights + bias`, calibrated. `favour` weighs the values when one has to be chosen: rare ones as often as macro-F1 asks."""

    weights: Real
    bias: Real
    favour: Real


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Head:
    """One task. `columns` are its columns of the word weights; `full` sees vector, words and counts, `alone` only words and counts.

    A softmax gives calibrated probabilities over `values`. `dutch` are the columns for Dutch texts where those learned apart.
    """

    values: tuple[str, ...]
    columns: slice
    dutch: slice
    full: Layer
    alone: Layer


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Seen:
    """What heads look at, one row a text: word numbers and counts from `features`, vectors (float32 `(n, n_dims)`) or None, languages."""

    buckets: Sequence[NDArray[np.int32]]
    counts: NDArray[np.float32]
    vectors: NDArray[np.float32] | None = None
    languages: Sequence[str] = ()


class Heads:
    """All heads of one file. Holds no state; equal input gives equal output, whatever the batch."""

    def __init__(
        self, *, name: str, model_id: str, heads: Mapping[str, Head], rows: NDArray[np.int32], weights: Real, rarity: Real
    ) -> None:
        self.name = name
        self.model_id = model_id
        self.heads = heads
        self._rows = rows
        self._weights = weights
        self._rarity = rarity

    @classmethod
    def of(cls, arrays: Arrays) -> Heads:
        """Return the heads written by `scripts/train_heads`. Raises ValueError when they were trained for other features."""
        about = json.loads(bytes(arrays["about"].astype(np.uint8)).decode())
        if (about["counts"], about["counts_version"], about["buckets"]) != (list(COUNTS), COUNTS_VERSION, BUCKETS):
            raise ValueError("the heads were trained for other features than this version computes; run scripts/train_heads")
        known = arrays["word_buckets"].astype(np.int64)
        rows = np.zeros(BUCKETS, dtype=np.int32)
        rows[known] = np.arange(1, len(known) + 1)
        heads, at = {}, 0
        for task, values in about["tasks"].items():
            width = len(values) if len(values) > 2 else 1
            heads[task] = Head(
                values=tuple(values),
                columns=slice(at, at + width),
                dutch=slice(at + width, at + 2 * width) if task in about.get("dutch_apart", ()) else slice(at, at + width),
                full=_layer(arrays, f"{task}.full"),
                alone=_layer(arrays, f"{task}.alone"),
            )
            at = heads[task].dutch.stop
        weights = np.zeros((len(known) + 1, at))
        weights[1:] = arrays["word_weights"]
        rarity = np.full(len(known) + 1, float(about["rarity_of_unseen"]))
        rarity[1:] = arrays["word_rarity"]
        return cls(name=about["name"], model_id=about["model_id"], heads=heads, rows=rows, weights=weights, rarity=rarity)

    def trusts(self, model_id: str, language: str) -> bool:
        """Whether vectors of a text in that language by that model are the ones these heads were trained on.

        A model's name is its own, then "+" and that of the reader it has for Dutch ("minilm-…+nl-…"): English vectors stay the same with
        another reader.
        """
        if language == DUTCH:
            return model_id == self.model_id
        return model_id.partition("+")[0] == self.model_id.partition("+")[0]

    def probabilities(self, seen: Seen, *, tasks: Sequence[str] | None = None) -> dict[str, Real]:
        """Return for each task float64 `(n, n_values)`, rows that sum to 1. Without vectors the heads that need none answer."""
        worded = self.worded(seen.buckets)
        return {task: softmax(self.logits(self.heads[task], worded, seen)) for task in (self.heads if tasks is None else tasks)}

    def worded(self, buckets: Sequence[NDArray[np.int32]]) -> Real:
        """Return what the words alone say: float64 `(n_texts, n_columns)`; zeros for a text without any."""
        sizes = np.array([len(one) for one in buckets], dtype=np.int64)
        said = np.zeros((len(buckets), self._weights.shape[1]))
        filled = np.flatnonzero(sizes)
        if len(filled):
            rows = self._rows[np.concatenate([buckets[at] for at in filled.tolist()])]
            starts = np.concatenate([[0], np.cumsum(sizes[filled])[:-1]])
            lengths = np.sqrt(np.add.reduceat(self._rarity[rows] ** 2, starts))
            said[filled] = np.add.reduceat(self._weights[rows], starts, axis=0) / lengths[:, None]
        return said

    def logits(self, head: Head, worded: Real, seen: Seen) -> Real:
        """Return float64 `(n, n_values)` before the softmax."""
        dutch = np.array([one == DUTCH for one in seen.languages] or [False] * len(worded), dtype=bool)
        words = np.where(dutch[:, None], worded[:, head.dutch], worded[:, head.columns])
        inputs = [words, seen.counts.astype(np.float64)]
        if seen.vectors is not None:
            inputs.insert(0, seen.vectors.astype(np.float64))
        layer = head.alone if seen.vectors is None else head.full
        x = np.concatenate(inputs, axis=1) @ layer.weights + layer.bias
        return np.concatenate([np.zeros_like(x), x], axis=1) if x.shape[1] == 1 else x


def softmax(logits: Real) -> Real:
    """Return probabilities, row by row."""
    risen = np.exp(logits - logits.max(axis=1, keepdims=True)) if len(logits) else logits
    return risen / risen.sum(axis=1, keepdims=True) if len(logits) else logits


def _layer(arrays: Arrays, prefix: str) -> Layer:
    weights, bias, favour = (arrays[f"{prefix}.{part}"].astype(np.float64) for part in ("weights", "bias", "favour"))
    return Layer(weights=weights, bias=bias, favour=favour)
