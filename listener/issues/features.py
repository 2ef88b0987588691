"""How alike two mentions are, and how alike is alike enough: chosen from the window itself, per pair of languages.

A sentence model gives every language its own direction and every brand its own middle, so vectors are centred per language. Where
the model reads a language poorly (an English model on Dutch), words and character n-grams carry more of the weight.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from listener.issues.window import Snapshot
from listener.text.grams import BUCKETS
from listener.text.language import OTHER

LEXICAL_DIMS = 256
MODEL_WEIGHT = {"en": 0.85, "nl": 0.85}
"""Of the languages that the model reads: the bundled one with its Dutch reader, or a multilingual one."""
OTHER_MODEL_WEIGHT = 0.5
NEAR_QUANTILE = 0.995
LINK_QUANTILE = 0.98
FEWEST_FOR_OWN_CENTRE = 30.0
NEAR_DEVIATIONS = 5.75
LINK_DEVIATIONS = 4.0
BELOW_QUANTILE = 0.1587
SAMPLE = 500
FEWEST_PAIRS = 2000
LOWEST_NEAR = 0.3
HIGHEST_NEAR, HIGHEST_LINK = 0.8, 0.65
"""Where a few subjects fill a window, most of the pairs in the upper end are about one thing, and the quantiles would ask for near copies:
so alike are two mentions of one subject at most asked to be (on the public sets the rules below stay under it)."""

_BUCKET_NUMBERS = np.arange(BUCKETS)
_PROJECTION = sparse.csr_matrix(
    (np.where((_BUCKET_NUMBERS >> 17) & 1, 1.0, -1.0).astype(np.float32), (_BUCKET_NUMBERS, _BUCKET_NUMBERS % LEXICAL_DIMS)),
    shape=(BUCKETS, LEXICAL_DIMS),
)


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """Comparable features of a window. `matrix` is float32 `(n, n_features)`, unit rows, all zero for a mention without words.

    `near[a, b]` is the likeness above which mentions of language groups a and b speak of one thing; `link[a, b]`, lower, the one
    above which they may be linked in the graph that groups are found in. `group` is the language group per row.
    """

    matrix: NDArray[np.float32]
    group: NDArray[np.int64]
    near: NDArray[np.float32]
    link: NDArray[np.float32]

    def only(self, rows: NDArray[np.int64]) -> Space:
        """Return the space of some rows, with the same thresholds."""
        return Space(matrix=self.matrix[rows], group=self.group[rows], near=self.near, link=self.link)

    def alike(self, one: NDArray[np.int64], other: NDArray[np.int64]) -> float:
        """Return the mean likeness between two sets of rows (pairs of a row with itself left out) as a share of what links them."""
        likeness = float(self.matrix[one].sum(axis=0) @ self.matrix[other].sum(axis=0))
        itself = np.intersect1d(one, other)
        likeness -= float(np.einsum("ij,ij->", self.matrix[itself], self.matrix[itself]))
        pairs = len(one) * len(other) - len(itself)
        links = self.link[np.ix_(self.group[one], self.group[other])]
        return likeness / max(pairs, 1) / max(float(links.mean()), 1e-6)

    def above(self, threshold: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return `(len(rows), n)`: how far each mention of the window is above `threshold` (`near` or `link`); negative: below it."""
        likeness: NDArray[np.float32] = self.matrix[rows] @ self.matrix.T
        if len(threshold) == 1:
            likeness -= threshold[0, 0]
        else:
            for group in np.unique(self.group[rows]):
                likeness[self.group[rows] == group] -= threshold[group][self.group]
        return likeness


def space_of(snapshot: Snapshot) -> Space:
    """Return the features of a window. The same window gives the same space; an empty window gives an empty one."""
    spoken = _languages(snapshot)
    languages = sorted(set(spoken))
    group = np.array([languages.index(language) for language in spoken], dtype=np.int64)
    weights = np.array([MODEL_WEIGHT.get(language, OTHER_MODEL_WEIGHT) for language in languages], dtype=np.float32)
    model = _centred(snapshot.vectors, group, len(languages))
    lexical = _lexical(snapshot)
    weight = weights[group][:, None] if len(group) else np.zeros((0, 1), dtype=np.float32)
    matrix = np.hstack([np.sqrt(weight) * model, np.sqrt(1.0 - weight) * lexical]).astype(np.float32)
    silent = np.array([not entry.clean.text for entry in snapshot.entries], dtype=bool)
    matrix[silent] = 0.0
    near, link = _thresholds(matrix, group, len(languages), firsts=np.unique(snapshot.cards, return_index=True)[1])
    return Space(matrix=matrix, group=group, near=near, link=link)


def _languages(snapshot: Snapshot) -> list[str]:
    """Return the language per row; text too short to tell ("other") is taken to be in the window's main language."""
    counts = Counter(entry.language for entry in snapshot.entries if entry.language != OTHER)
    main = min(counts, key=lambda language: (-counts[language], language)) if counts else OTHER
    return [main if entry.language == OTHER else entry.language for entry in snapshot.entries]


def _centred(vectors: NDArray[np.float32], group: NDArray[np.int64], groups: int) -> NDArray[np.float32]:
    """Subtract each language's middle, drawn towards the whole window's middle where a language has few mentions."""
    centred = vectors.astype(np.float32, copy=True)
    if not len(vectors):
        return centred
    middle = vectors.mean(axis=0)
    for number in range(groups):
        of_group = group == number
        count = float(of_group.sum())
        own = (vectors[of_group].sum(axis=0) + FEWEST_FOR_OWN_CENTRE * middle) / (count + FEWEST_FOR_OWN_CENTRE)
        centred[of_group] -= own
    return _unit(centred)


def _lexical(snapshot: Snapshot) -> NDArray[np.float32]:
    """Return hashed words and n-grams weighted by rarity in the window, folded to `LEXICAL_DIMS` axes; float32, unit rows."""
    count = len(snapshot.entries)
    lengths = [len(entry.grams) for entry in snapshot.entries]
    columns = np.concatenate([entry.grams for entry in snapshot.entries]) if count else np.zeros(0, dtype=np.int32)
    seen = np.bincount(columns, minlength=BUCKETS)
    rarity = np.log((1.0 + count) / (1.0 + seen)).astype(np.float32)
    grams = sparse.csr_matrix((rarity[columns], columns, np.cumsum([0, *lengths])), shape=(count, BUCKETS))
    return _unit(np.asarray((grams @ _PROJECTION).todense(), dtype=np.float32))


def _thresholds(
    matrix: NDArray[np.float32], group: NDArray[np.int64], groups: int, *, firsts: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return what is near and what may be linked, per pair of language groups, as quantiles of the likeness of unrelated pairs.

    Most pairs of mentions have nothing to do with each other, so the upper end of all pairs' likeness says what stands out. Pairs are
    taken among mentions spread evenly over the window's time, of each card only the first (`firsts`), for copies are alike without
    being common; a pair of languages with few mentions gets the thresholds of all.
    """
    rows = np.sort(firsts)
    spoken = rows[np.any(matrix[rows] != 0, axis=1)]
    samples = [_spread(spoken[group[spoken] == number]) for number in range(groups)]
    whole = _limits(matrix, _spread(spoken), None)
    near = np.full((groups, groups), max(LOWEST_NEAR, whole[0]), dtype=np.float32)
    link = np.full((groups, groups), whole[1], dtype=np.float32)
    for one in range(groups if groups > 1 else 0):
        for other in range(one, groups):
            if len(samples[one]) * len(samples[other]) >= FEWEST_PAIRS:
                own = _limits(matrix, samples[one], None if one == other else samples[other])
                near[one, other] = near[other, one] = max(LOWEST_NEAR, own[0])
                link[one, other] = link[other, one] = own[1]
    return near, link


def _spread(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return at most `SAMPLE` of the rows, evenly spread."""
    return rows if len(rows) <= SAMPLE else rows[np.linspace(0, len(rows) - 1, SAMPLE).astype(np.int64)]


def _limits(matrix: NDArray[np.float32], one: NDArray[np.int64], other: NDArray[np.int64] | None) -> tuple[float, float]:
    """Return the near and the link limit from the likeness of all pairs between two sets of rows, or within `one`.

    Each is a quantile, or a number of standard deviations above the middle where that is lower: with few subjects, more pairs than the
    quantile allows are about the same thing. The deviation is read from the lower half, where no pair is about the same thing; the
    numbers of them are what the quantiles come to on banking77, with 77 subjects.
    """
    pairs = (matrix[one] @ matrix[one].T)[np.triu_indices(len(one), 1)] if other is None else (matrix[one] @ matrix[other].T).ravel()
    if not len(pairs):
        return 1.0, 1.0
    at = [int(quantile * (len(pairs) - 1)) for quantile in (BELOW_QUANTILE, 0.5, LINK_QUANTILE, NEAR_QUANTILE)]
    ordered = np.partition(pairs, at)
    below, middle, link, near = (float(ordered[place]) for place in at)
    deviation = middle - below
    return min(HIGHEST_NEAR, near, middle + NEAR_DEVIATIONS * deviation), min(HIGHEST_LINK, link, middle + LINK_DEVIATIONS * deviation)


def _unit(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    lengths[lengths == 0] = 1.0
    matrix /= lengths
    return matrix
