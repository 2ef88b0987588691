"""Which known issue a found group is: by common members first, by likeness of the middle where the members have left the window.

Identity is what people bookmark, so a group never simply gets a new number. Three rules, in this order:

1. Members. Groups and the issues of the window are paired so that as many mentions as possible keep their issue: an optimal one-to-one
   assignment (Hungarian), not a greedy one. A pair counts when it shares `KEEP_SHARE` of the smaller side, so that a lone newcomer in
   a big group does not rename it. Of equally good assignments the solver's is taken; its input is in a fixed order (issues by id,
   groups as given), so the answer is the same in every process.
2. Middle. A group that no member ties to an issue continues one of which nobody is left in the window when the two are one thing:
   the mean likeness between them is at least `SAME_THING` of the mean likeness within them (geometric mean of the two sides). Being a
   ratio, it needs no fixed cosine and does not depend on how many mentions are compared. Assigned one-to-one as above.
3. Otherwise the group is a new issue, under an id that was never given before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linear_sum_assignment
from scipy.sparse.csgraph import connected_components

from listener.issues.features import Space
from listener.issues.window import Snapshot
from listener.model.analysis import Remembered

KEEP_SHARE = 0.3
SAME_THING = 0.75
FEWEST_REMEMBERED = 3
LOOSE = 0
FEWEST_FOR_OWN_CENTRE = 30.0
_NO_WITHIN = 1e-3
"""Mentions that are no more alike than chance have no middle that could be compared."""


def match_groups(
    snapshot: Snapshot, groups: Sequence[NDArray[np.int64]], known: NDArray[np.int64], remembered: Sequence[Remembered] = ()
) -> Mapping[int, int | None]:
    """Return per group (by place in `groups`) the issue it continues, or None for a new one; no issue is given twice.

    groups: rows of the snapshot. known: `(n,)`, present issue per row, 0 for loose. See the top of this file for the rules.
    """
    matched: dict[int, int | None] = {**dict.fromkeys(range(len(groups))), **match_by_members(groups, known)}
    free = [at for at, issue in matched.items() if issue is None]
    present = set(np.unique(known).tolist())
    gone = [one for one in remembered if one.issue_id not in present and len(one.vectors) >= FEWEST_REMEMBERED]
    if free and gone:
        middle = Middles(snapshot)
        sides = [middle.of_rows(groups[at]) for at in free]
        earlier = sorted(gone, key=lambda one: one.issue_id)
        others = [middle.of(one.vectors, one.languages) for one in earlier]
        likeness = np.array([[one.one_thing(other) for other in others] for one in sides])
        pairs = assign(np.where(likeness >= SAME_THING, likeness, 0.0))
        matched.update({free[row]: earlier[column].issue_id for row, column in pairs})
    return matched


def match_by_members(groups: Sequence[NDArray[np.int64]], known: NDArray[np.int64]) -> dict[int, int]:
    """Return group → issue so that the most mentions keep their issue (rule 1 above); groups without one are left out."""
    issues, sizes = np.unique(known[known != LOOSE], return_counts=True)
    if not len(issues) or not groups:
        return {}
    shared = np.zeros((len(groups), len(issues)))
    for at, rows in enumerate(groups):
        here, counts = np.unique(known[rows][known[rows] != LOOSE], return_counts=True)
        shared[at, np.searchsorted(issues, here)] = counts
    smaller = np.minimum(np.array([len(rows) for rows in groups])[:, None], sizes[None, :])
    return {row: int(issues[column]) for row, column in assign(np.where(shared >= KEEP_SHARE * smaller, shared, 0.0))}


def assign(worth: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Return the one-to-one pairs (row, column), by row, of the largest total worth; pairs worth 0 are never taken.

    Rows and columns that no worth ties together are solved apart: that is fast, and what happens in one corner cannot move another.
    """
    if not worth.size:
        return []
    rows, columns = worth.shape
    tied = sparse.bmat([[None, sparse.csr_matrix(worth > 0)], [sparse.csr_matrix((columns, rows), dtype=bool), None]])
    parts = connected_components(tied, directed=False)[1]
    found: list[tuple[int, int]] = []
    for part in np.unique(parts[:rows][(worth > 0).any(axis=1)]):
        own_rows, own_columns = np.flatnonzero(parts[:rows] == part), np.flatnonzero(parts[rows:] == part)
        chosen = linear_sum_assignment(worth[np.ix_(own_rows, own_columns)], maximize=True)
        found += [(int(own_rows[r]), int(own_columns[c])) for r, c in zip(*chosen, strict=True)]
    return sorted(pair for pair in found if worth[pair] > 0)


def returned(middles: Middles, rows: NDArray[np.int64], remembered: Sequence[Remembered]) -> int | None:
    """Return the remembered issue that some rows are most about, by rule 2 above, or None. Of equally alike ones the older."""
    side = middles.of_rows(rows)
    best, most = None, SAME_THING
    for one in sorted(remembered, key=lambda one: one.issue_id):
        likeness = side.one_thing(middles.of(one.vectors, one.languages)) if len(one.vectors) >= FEWEST_REMEMBERED else 0.0
        if likeness > most or (best is None and likeness == most):
            best, most = one.issue_id, likeness
    return best


def share_out(
    space: Space,
    group: NDArray[np.int64],
    free: NDArray[np.int64],
    issue: int | None,
    *,
    known: NDArray[np.int64],
    fixed: NDArray[np.bool_],
) -> list[tuple[int | None, NDArray[np.int64]]]:
    """Return the free rows of a group by the issue they go to: all to `issue`, or each to the nearest where people keep several apart.

    People split an issue, or renamed two that are alike: a grouping may still see one group there. The members of those issues are fixed
    and stay; a mention that is in neither goes to the one whose members in the group it is most like on average.
    """
    apart = {int(one) for one in np.unique(known[group][fixed[group]])} - {LOOSE}
    if issue is None or not apart - {issue}:
        return [(issue, free)]
    candidates = sorted(apart | {issue})
    members = [group[known[group] == one] for one in candidates]
    middles = np.stack([space.matrix[rows].mean(axis=0) if len(rows) else np.zeros(space.matrix.shape[1]) for rows in members])
    nearest = (space.matrix[free] @ middles.T).argmax(axis=1)
    nearest[known[free] == issue] = candidates.index(issue)
    parts = [(one, free[nearest == at]) for at, one in enumerate(candidates)]
    return [(one, rows) for one, rows in parts if len(rows)]


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """Some mentions as far as comparing them with others as a whole needs: how many, their sum, how alike they are among themselves."""

    count: int
    total: NDArray[np.float64]
    within: float

    def one_thing(self, other: Side) -> float:
        """Return the mean likeness between two sides as a share of that within them; 0 when one of them has nothing in common itself."""
        if min(self.within, other.within) < _NO_WITHIN:
            return 0.0
        between = float(self.total @ other.total) / (self.count * other.count)
        return between / float(np.sqrt(self.within * other.within))


class Middles:
    """Compares sets of mentions by the window's own measure: vectors minus the middle of their language in the window, unit length."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._languages = [entry.language for entry in snapshot.entries]
        self._whole = snapshot.vectors.mean(axis=0, dtype=np.float64)
        self._own: dict[str, NDArray[np.float64]] = {}

    def of_rows(self, rows: NDArray[np.int64]) -> Side:
        """Return the side made of rows of the snapshot."""
        return self.of(self._snapshot.vectors[rows], tuple(self._languages[int(row)] for row in rows))

    def of(self, vectors: NDArray[np.float32], languages: Sequence[str]) -> Side:
        """Return the side made of these unit vectors `(k, n_dims)`, a language for each."""
        centred = vectors - np.stack([self._middle(language) for language in languages])
        lengths = np.linalg.norm(centred, axis=1, keepdims=True)
        centred /= np.where(lengths > 0, lengths, 1.0)
        count, total = len(centred), centred.sum(axis=0)
        itself = float(np.einsum("ij,ij->", centred, centred))
        return Side(count, total, (float(total @ total) - itself) / max(count * (count - 1), 1))

    def _middle(self, language: str) -> NDArray[np.float64]:
        """Return a language's middle, drawn towards that of the whole window where it has few mentions there."""
        if language not in self._own:
            rows = [row for row, spoken in enumerate(self._languages) if spoken == language]
            total = self._snapshot.vectors[rows].sum(axis=0, dtype=np.float64) if rows else np.zeros_like(self._whole)
            self._own[language] = (total + FEWEST_FOR_OWN_CENTRE * self._whole) / (len(rows) + FEWEST_FOR_OWN_CENTRE)
        return self._own[language]
