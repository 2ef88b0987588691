"""Mentions grouped without a preset number of groups, and groups matched to the issues people already know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from graspologic_native import leiden_csr
from numpy.typing import NDArray
from scipy import sparse

from listener.issues.features import Space
from listener.issues.identity import match_groups, share_out
from listener.issues.neighbours import nearest
from listener.issues.window import Snapshot
from listener.model.analysis import Remembered

NEIGHBOURS = 12
SEED = 1
REFINEMENTS = 3
VOICES = 12
"""Partitions by other seeds that are asked which links they keep, before the final one is made."""
RESOLUTIONS = (0.25, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0)
ONE_THING = 0.7
SAME_SEPARATION = 0.1
FEWEST_AUTHORS = 2
FEWEST_LINKED = 4
LOOSE = -1


@dataclass(frozen=True, slots=True, eq=False)
class Regrouping:
    """`groups` are rows of the snapshot per group, largest first; `issues` the known issue each one is, or None for a new one.

    An issue comes twice where people keep issues apart that a group holds together (see `listener.issues.identity.share_out`).
    """

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
    remembered: Sequence[Remembered] = (),
) -> Regrouping:
    """Return the groups of a window, each matched to at most one known issue and each issue to at most one group.

    known: `(n,)`, present issue per row, 0 for loose. fixed: rows that stay where they are because a person decided so; they count when
    groups are matched and are not among the rows returned. lasting: issues that are not dissolved into another one. An issue that is one
    thing of its own resists, too: a coarser grouping today must not undo a finer one that was right. remembered: issues that may come back
    although none of their mentions is in the window (see `listener.issues.identity`).
    A mention that is near nothing stays as it is; groups with fewer than `min_mentions` or with one author are none.
    """
    labels = group_labels(space)
    groups = [np.flatnonzero(labels == label) for label in range(int(labels.max(initial=LOOSE)) + 1)]
    groups = [rows for rows in groups if len(rows) >= min_mentions and len(np.unique(snapshot.authors[rows])) >= FEWEST_AUTHORS]
    groups.sort(key=lambda rows: (-len(rows), int(snapshot.ids[rows[0]])))
    matched = match_groups(snapshot, groups, known, remembered)
    continued = {issue for issue in matched.values() if issue is not None}
    staying = (lasting - continued) | _resisting(space, groups, matched, known, continued, min_mentions)
    free = [rows[~fixed[rows] & ~np.isin(known[rows], sorted(staying))] for rows in groups]
    used = [at for at, rows in enumerate(free) if len(rows) and (matched[at] is not None or len(rows) >= min_mentions)]
    parts = [part for at in used for part in share_out(space, groups[at], free[at], matched[at], known=known, fixed=fixed)]
    return Regrouping(groups=tuple(rows for _, rows in parts), issues=tuple(issue for issue, _ in parts))


def _resisting(
    space: Space,
    groups: list[NDArray[np.int64]],
    matched: Mapping[int, int | None],
    known: NDArray[np.int64],
    continued: set[int],
    min_mentions: int,
) -> set[int]:
    """Return issues that no group continues and that are alike within themselves but not with the issue that would swallow them."""
    found: set[int] = set()
    for at, rows in enumerate(groups):
        into = rows[known[rows] == matched[at]] if matched[at] is not None else rows[:0]
        for issue in {int(one) for one in known[rows]} - continued - {0}:
            own = rows[known[rows] == issue]
            if len(own) >= min_mentions and len(into) and space.alike(own, own) >= 1.0 > space.alike(own, into):
                found.add(issue)
    return found


def group_labels(space: Space) -> NDArray[np.int64]:
    """Return a group number per row, -1 for a mention that is linked to nothing. The same space gives the same groups."""
    labels = np.full(len(space.matrix), LOOSE, dtype=np.int64)
    graph = neighbour_graph(space)
    linked = np.flatnonzero(np.asarray(graph.sum(axis=1)).ravel() > 0)
    if len(linked) >= FEWEST_LINKED:
        linked_graph = graph[linked][:, linked]
        labels[linked] = _agreed(linked_graph, fitting_resolution(linked_graph, space.only(linked)))
    return labels


def fitting_resolution(graph: sparse.csr_matrix, space: Space) -> float:
    """Return the resolution that fits the mentions, walking a ladder from coarse to fine.

    First the coarsest one whose groups are about one thing each: their members are on average at least `ONE_THING` as alike as what
    links two mentions at all. From there finer ones as long as groups stay as well separated, for then splitting costs little and says
    more, and up to the square root of the mentions in groups. Where separation rises with every split there is no natural size, and the
    coarsest stands.
    """
    chosen = first = 0.0
    start = 0.0
    for resolution in RESOLUTIONS:
        tried = _partition(graph, resolution, refinements=1)
        if not chosen:
            if cohesion(space, tried) >= ONE_THING:
                chosen = first = resolution
                start = separation(space.matrix, tried)
            continue
        now = separation(space.matrix, tried)
        if now > (1 + SAME_SEPARATION) * start:
            return first
        if now < (1 - SAME_SEPARATION) * start or tried.max() + 1 > sqrt(len(tried)):
            return chosen
        chosen = resolution
    return chosen or RESOLUTIONS[-1]


def _agreed(graph: sparse.csr_matrix, resolution: float) -> NDArray[np.int64]:
    """Return the groups that partitions from several seeds agree on: each link weighs as much as they keep it within a group.

    Where one partition is as good as another, a seed decides; a link that only some keep is weak, so that the next window, a little
    different, does not decide otherwise (consensus clustering, Lancichinetti and Fortunato 2012, one round).
    """
    links = graph.tocoo()
    kept = np.zeros(len(links.data))
    for seed in range(SEED + 1, SEED + 1 + VOICES):
        labels = _partition(graph, resolution, seed=seed, refinements=1)
        kept += labels[links.row] == labels[links.col]
    weighed = sparse.csr_matrix((links.data * kept / VOICES, (links.row, links.col)), shape=graph.shape)
    weighed.eliminate_zeros()
    return _partition(weighed, resolution)


def _partition(graph: sparse.csr_matrix, resolution: float, *, seed: int = SEED, refinements: int = REFINEMENTS) -> NDArray[np.int64]:
    """Return groups of largest modularity by Leiden (Traag et al. 2019), numbered from 0; the same in every process.

    Not by scikit-network: its Leiden refines with C's `rand()`, which no seed reaches (0.33, clustering/leiden_core.pyx), so a process
    that was killed and started again would group otherwise. leidenalg is GPL.
    """
    ordered = graph.sorted_indices()
    count = ordered.shape[0]
    _, found = leiden_csr(
        ordered.indptr.astype(np.int64),
        ordered.indices.astype(np.int32),
        ordered.data.astype(np.float64),
        count,
        resolution=resolution,
        iterations=refinements,
        seed=seed,
    )
    # a mention that lost its last link is in no community; it stands alone
    labels = np.array([found.get(row, count + row) for row in range(count)], dtype=np.int64)
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)


def neighbour_graph(space: Space) -> sparse.csr_matrix:
    """Return a symmetric graph of each mention's nearest ones that are alike enough to be linked; weights are the likeness above that."""
    count = len(space.matrix)
    rows, columns, weights = nearest(space, neighbours=NEIGHBOURS)
    graph = sparse.csr_matrix((weights, (rows, columns)), shape=(count, count))
    return graph.maximum(graph.T).tocsr()


def cohesion(space: Space, labels: NDArray[np.int64]) -> float:
    """Return how alike members of one group are on average, as a share of the likeness that links their languages.

    Each mention counts once, so that large groups weigh more; a group of one is not alike at all.
    """
    sums, sizes = _sums(space.matrix, labels)
    itself = np.bincount(labels, weights=np.einsum("ij,ij->i", space.matrix, space.matrix), minlength=len(sizes))
    alike = (np.einsum("ij,ij->i", sums, sums) - itself) / np.maximum(sizes * (sizes - 1), 1)
    shares = np.zeros((len(sizes), len(space.link)))
    np.add.at(shares, (labels, space.group), 1.0)
    shares /= sizes[:, None]
    links = np.einsum("gi,ij,gj->g", shares, space.link, shares)
    return float((alike / np.maximum(links, 1e-6) * sizes).sum() / sizes.sum())


def separation(matrix: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """Return how much nearer mentions are to the middle of their own group (without themselves) than to that of the next, on average."""
    count = len(labels)
    sums, sizes = _sums(matrix, labels)
    lengths = np.linalg.norm(sums, axis=1)
    likeness = matrix @ sums.T
    own_sum = likeness[np.arange(count), labels]
    itself = np.einsum("ij,ij->i", matrix, matrix)
    without = np.sqrt(np.maximum(lengths[labels] ** 2 - 2 * own_sum + itself, 1e-9))
    own = np.where(sizes[labels] > 1, (own_sum - itself) / without, 0.0)
    likeness /= np.maximum(lengths, 1e-6)
    likeness[np.arange(count), labels] = -1.0
    return float((own - (likeness.max(axis=1) if len(sizes) > 1 else 0.0)).mean())


def _sums(matrix: NDArray[np.float32], labels: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return the sum of features and the number of members per group."""
    count, groups = len(labels), int(labels.max()) + 1
    members = sparse.csr_matrix((np.ones(count, dtype=np.float32), (labels, np.arange(count))), shape=(groups, count))
    return np.asarray(members @ matrix), np.bincount(labels, minlength=groups).astype(np.int64)
