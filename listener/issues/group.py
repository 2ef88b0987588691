"""Mentions grouped without a preset number of groups, and groups matched to the issues people already know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sknetwork.clustering import Leiden

from listener.issues.features import Space
from listener.issues.window import Snapshot

NEIGHBOURS = 15
CHUNK = 1024
RESOLUTIONS = (0.5, 1.0, 2.0, 3.0, 4.0, 6.0)
NEARLY_BEST = 0.98
KEEP_SHARE = 0.3
FEWEST_AUTHORS = 2
LOOSE = -1


@dataclass(frozen=True, slots=True, eq=False)
class Regrouping:
    """`groups` are rows of the snapshot per group, largest first; `issue` the known issue each one is, or None for a new one."""

    groups: tuple[NDArray[np.int64], ...]
    issues: tuple[int | None, ...]


def regroup(
    snapshot: Snapshot,
    space: Space,
    *,
    known: NDArray[np.int64],
    fixed: NDArray[np.bool_],
    lasting: frozenset[int],
    min_mentions: int,
    seed: int,
) -> Regrouping:
    """Return the groups of a window, each matched to at most one known issue and each issue to at most one group.

    known: `(n,)`, present issue per row, 0 for loose. fixed: rows that stay where they are because a person decided so; they count when
    groups are matched and are not among the rows returned. lasting: issues that are not dissolved into another one.
    A mention that is near nothing stays as it is; groups with fewer than `min_mentions` or with one author are none.
    """
    labels = group_labels(space, seed=seed)
    groups = [np.flatnonzero(labels == label) for label in range(int(labels.max(initial=LOOSE)) + 1)]
    groups = [rows for rows in groups if len(rows) >= min_mentions and len(np.unique(snapshot.authors[rows])) >= FEWEST_AUTHORS]
    groups.sort(key=lambda rows: (-len(rows), int(snapshot.ids[rows[0]])))
    matched = match_known(groups, known)
    staying = lasting - {issue for issue in matched.values() if issue is not None}
    free = [rows[~fixed[rows] & ~np.isin(known[rows], sorted(staying))] for rows in groups]
    used = [at for at, rows in enumerate(free) if len(rows) and (matched[at] is not None or len(rows) >= min_mentions)]
    return Regrouping(groups=tuple(free[at] for at in used), issues=tuple(matched[at] for at in used))


def group_labels(space: Space, *, seed: int) -> NDArray[np.int64]:
    """Return a group number per row, -1 for a mention that is linked to nothing. Deterministic for one space and seed.

    Leiden on the graph of nearest neighbours at every resolution of a fixed ladder; the finest one whose separation (own group's
    middle nearer than the next group's) is within two percent of the best is taken.
    """
    count = len(space.matrix)
    graph = neighbour_graph(space)
    linked = np.flatnonzero(np.asarray(graph.sum(axis=1)).ravel() > 0)
    labels = np.full(count, LOOSE, dtype=np.int64)
    if len(linked) < 2:
        return labels
    part = graph[linked][:, linked]
    found: list[tuple[float, NDArray[np.int64]]] = []
    for resolution in RESOLUTIONS:
        tried = Leiden(resolution=resolution, random_state=seed).fit_predict(part).astype(np.int64)
        found.append((separation(space.matrix[linked], tried), tried))
    best = max(score for score, _ in found)
    labels[linked] = next(tried for score, tried in reversed(found) if score >= best - (1 - NEARLY_BEST) * abs(best))
    return labels


def neighbour_graph(space: Space) -> sparse.csr_matrix:
    """Return a symmetric graph of each mention's nearest ones that are alike enough to be linked; weights are the likeness above that."""
    count = len(space.matrix)
    rows, columns, weights = [], [], []
    for start in range(0, count, CHUNK):
        part = np.arange(start, min(count, start + CHUNK))
        above = space.above(space.link, part)
        above[np.arange(len(part)), part] = -1.0
        row, column = np.nonzero(above > 0)
        weight = above[row, column]
        order = np.lexsort((column, -weight, row))
        row, column, weight = row[order], column[order], weight[order]
        rank = np.arange(len(row)) - np.searchsorted(row, row)
        rows.append(part[row[rank < NEIGHBOURS]])
        columns.append(column[rank < NEIGHBOURS])
        weights.append(weight[rank < NEIGHBOURS])
    if not rows:
        return sparse.csr_matrix((0, 0), dtype=np.float32)
    graph = sparse.csr_matrix((np.concatenate(weights), (np.concatenate(rows), np.concatenate(columns))), shape=(count, count))
    return graph.maximum(graph.T).tocsr()


def separation(matrix: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """Return how much nearer mentions are to the middle of their own group (without themselves) than to that of the next, on average."""
    count, groups = len(labels), int(labels.max()) + 1
    members = sparse.csr_matrix((np.ones(count, dtype=np.float32), (labels, np.arange(count))), shape=(groups, count))
    sums = np.asarray(members @ matrix)
    lengths = np.linalg.norm(sums, axis=1)
    likeness = matrix @ sums.T
    own_sum = likeness[np.arange(count), labels]
    itself = np.einsum("ij,ij->i", matrix, matrix)
    without = np.sqrt(np.maximum(lengths[labels] ** 2 - 2 * own_sum + itself, 1e-9))
    own = np.where(np.bincount(labels, minlength=groups)[labels] > 1, (own_sum - itself) / without, 0.0)
    likeness /= np.maximum(lengths, 1e-6)
    likeness[np.arange(count), labels] = -1.0
    return float((own - (likeness.max(axis=1) if groups > 1 else 0.0)).mean())


def match_known(groups: list[NDArray[np.int64]], known: NDArray[np.int64]) -> Mapping[int, int | None]:
    """Return per group the issue it continues: the pairs with the most shared mentions first, each issue and group once.

    A group continues an issue when they share `KEEP_SHARE` of the smaller one; a lone newcomer inside a big group does not rename it.
    """
    sizes = {int(issue): int(count) for issue, count in zip(*np.unique(known[known != 0], return_counts=True), strict=True)}
    pairs: list[tuple[int, int, int]] = []
    for at, rows in enumerate(groups):
        present = known[rows]
        for issue, shared in zip(*np.unique(present[present != 0], return_counts=True), strict=True):
            if shared >= KEEP_SHARE * min(len(rows), sizes[int(issue)]):
                pairs.append((-int(shared), int(issue), at))
    matched: dict[int, int | None] = dict.fromkeys(range(len(groups)))
    taken: set[int] = set()
    for _, issue, at in sorted(pairs):
        if matched[at] is None and issue not in taken:
            matched[at] = issue
            taken.add(issue)
    return matched
