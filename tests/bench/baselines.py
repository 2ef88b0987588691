"""What others do with the same vectors: BERTopic with its defaults, k-means told the true number."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans

SEED = 42
WARM_UP = 200
OUTLIERS = -1

Groups = NDArray[np.int64]


def timed(method: Callable[[], Groups]) -> tuple[Groups, float]:
    """Return what a method found and the seconds it took."""
    began = time.perf_counter()
    found = method()
    return found, round(time.perf_counter() - began, 2)


def k_means(vectors: NDArray[np.float32], *, groups: int) -> Groups:
    """Return k-means groups, told how many there are."""
    found = KMeans(n_clusters=groups, n_init=4, random_state=SEED).fit_predict(vectors)
    return np.asarray(found, dtype=np.int64)


def bertopic(texts: Sequence[str], vectors: NDArray[np.float32]) -> tuple[Groups, float]:
    """Return BERTopic's topics (`OUTLIERS` for those it leaves out) and the seconds it took, without those of compiling.

    Its own defaults for UMAP, HDBSCAN and words; only UMAP's seed is fixed, so that a run can be repeated. The first call in a process
    compiles for up to a minute; a small call before the measured one takes that away, in BERTopic's favour.
    """
    from bertopic import BERTopic  # bench only: takes seconds to import, and is not needed with --no-bertopic
    from umap import UMAP

    def fitted(count: int) -> Groups:
        reduced = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", low_memory=False, random_state=SEED)
        topics, _ = BERTopic(umap_model=reduced).fit_transform(list(texts[:count]), embeddings=vectors[:count])
        return np.asarray(topics, dtype=np.int64)

    fitted(min(WARM_UP, len(texts)))
    return timed(lambda: fitted(len(texts)))
