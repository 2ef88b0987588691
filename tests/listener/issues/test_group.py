"""Groups keep their identity: known issues are found again, small ones are not swallowed, a newcomer renames nothing."""

from __future__ import annotations

import numpy as np

from listener.issues.features import Space
from listener.issues.group import cohesion, group_labels, separation


def blobs(sizes: list[int], *, spread: float = 0.35, dims: int = 24, seed: int = 0) -> tuple[Space, np.ndarray]:
    """A space of clouds around orthogonal directions, with the cloud of each row."""
    chance = np.random.default_rng(seed)
    truth = np.repeat(np.arange(len(sizes)), sizes)
    matrix = np.eye(dims, dtype=np.float32)[truth] + spread * chance.standard_normal((len(truth), dims)).astype(np.float32) / 2
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    one = np.ones((1, 1), dtype=np.float32)
    return Space(matrix=matrix.astype(np.float32), group=np.zeros(len(truth), dtype=np.int64), near=0.6 * one, link=0.35 * one), truth


def test_clouds_are_found_without_being_told_how_many() -> None:
    space, truth = blobs([40, 30, 25, 20, 15])
    labels = group_labels(space)
    assert len(set(labels.tolist())) == 5
    assert all(len(set(labels[truth == cloud].tolist())) == 1 for cloud in range(5))


def test_a_mention_near_nothing_stays_loose() -> None:
    space, _ = blobs([20, 20, 1])
    assert group_labels(space)[-1] == -1


def test_grouping_twice_gives_the_same() -> None:
    space, _ = blobs([40, 30, 20], spread=0.8)
    assert np.array_equal(group_labels(space), group_labels(space))


def test_right_groups_hold_together_and_apart_better_than_wrong_ones() -> None:
    space, truth = blobs([30, 30, 30])
    shuffled = np.random.default_rng(1).permutation(truth)
    assert separation(space.matrix, truth) > separation(space.matrix, shuffled)
    assert cohesion(space, truth) > 1 > cohesion(space, shuffled)
