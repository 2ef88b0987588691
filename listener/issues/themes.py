"""Parent themes above issues: what a reader with forty issues wants to see first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

FEWEST_ISSUES = 4
DEVIATIONS = 2.0
BELOW_QUANTILE = 0.1587
LOWEST = 0.1


def themes(centroids: NDArray[np.float32], sizes: Sequence[int]) -> NDArray[np.int64]:
    """Return a theme number per issue, 0 for the theme with the most mentions; the order of the issues does not matter.

    centroids: `(n_issues, n_features)`, the mean features of each issue's mentions (any length; of no length: a theme of its own).
    sizes: mentions per issue. Issues are joined by average linkage as long as two themes are on average more alike than unrelated issues
    are: `DEVIATIONS` deviations above the middle of all pairs, the deviation read from the lower half, where no pair is about one
    subject; and at least `LOWEST`, so that issues that are all equally unlike stay apart.
    Fewer than `FEWEST_ISSUES` say nothing about what is usual: each is its own theme.
    """
    count = len(centroids)
    if count < FEWEST_ISSUES:
        return _largest_first(np.arange(count), sizes)
    lengths = np.linalg.norm(centroids, axis=1, keepdims=True)
    units = (centroids / np.where(lengths > 0, lengths, 1.0)).astype(np.float64)
    likeness = units @ units.T
    pairs = likeness[np.triu_indices(count, 1)]
    below, middle = np.quantile(pairs, [BELOW_QUANTILE, 0.5])
    least = max(LOWEST, middle + DEVIATIONS * (middle - below))
    distance = np.clip(1.0 - likeness, 0.0, 2.0)
    np.fill_diagonal(distance, 0.0)
    joined = linkage(squareform((distance + distance.T) / 2, checks=False), method="average")
    return _largest_first(fcluster(joined, t=max(1.0 - float(least), 0.0), criterion="distance") - 1, sizes)


def theme_titles(theme: NDArray[np.int64], sizes: Sequence[int], titles: Sequence[str]) -> tuple[str, ...]:
    """Return a title per theme: that of its largest issue, the first in the alphabet where several are as large."""
    return tuple(
        min((-sizes[at], titles[at]) for at in np.flatnonzero(theme == number).tolist())[1]
        for number in range(int(theme.max(initial=-1)) + 1)
    )


def _largest_first(found: NDArray[np.int64], sizes: Sequence[int]) -> NDArray[np.int64]:
    """Renumber: most mentions first, ties by the first issue."""
    numbers, first, theme = np.unique(found, return_index=True, return_inverse=True)
    mentions = np.bincount(theme, weights=np.asarray(sizes, dtype=np.float64), minlength=len(numbers))
    place = np.empty(len(numbers), dtype=np.int64)
    place[np.lexsort((first, -mentions))] = np.arange(len(numbers))
    return np.asarray(place[theme], dtype=np.int64)
