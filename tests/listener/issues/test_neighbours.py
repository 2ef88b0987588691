"""A large window is not compared pair by pair, and must still find nearly what comparing every pair finds."""

from __future__ import annotations

import numpy as np

from listener.issues.features import Space
from listener.issues.neighbours import nearest


def space_of_clouds(count: int, *, clouds: int = 30, dims: int = 48, seed: int = 5) -> Space:
    chance = np.random.default_rng(seed)
    middles = chance.standard_normal((clouds, dims))
    matrix = (middles[chance.integers(0, clouds, count)] + 0.7 * chance.standard_normal((count, dims))).astype(np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    one = np.ones((1, 1), dtype=np.float32)
    return Space(matrix=matrix, group=np.zeros(count, dtype=np.int64), near=0.6 * one, link=0.2 * one)


def links(space: Space, **how: int) -> set[tuple[int, int]]:
    rows, columns, _ = nearest(space, neighbours=10, **how)
    return set(zip(rows.tolist(), columns.tolist(), strict=True))


def test_exact_search_finds_what_sorting_all_likenesses_finds() -> None:
    space = space_of_clouds(300)
    likeness = space.matrix @ space.matrix.T
    np.fill_diagonal(likeness, -1.0)
    expected = {
        (row, int(column)) for row in range(300) for column in np.argsort(-likeness[row], kind="stable")[:10] if likeness[row, column] > 0.2
    }
    assert links(space) == expected


def test_search_by_cells_finds_nearly_all_that_comparing_everything_finds() -> None:
    space = space_of_clouds(6000)
    exact, by_cells = links(space, exact_up_to=10_000), links(space, exact_up_to=0)
    assert len(exact & by_cells) / len(exact) >= 0.95


def test_search_by_cells_twice_gives_the_same() -> None:
    space = space_of_clouds(3000)
    first, second = (np.column_stack(nearest(space, neighbours=10, exact_up_to=0)) for _ in range(2))
    assert np.array_equal(first, second)


def test_nobody_is_a_neighbour_of_its_own_and_a_mention_without_words_has_none() -> None:
    space = space_of_clouds(500)
    space.matrix[7] = 0.0
    for exact_up_to in (0, 1000):
        rows, columns, above = nearest(space, neighbours=10, exact_up_to=exact_up_to)
        assert not (rows == columns).any()
        assert 7 not in rows
        assert 7 not in columns
        assert (above > 0).all()


def test_an_empty_window_has_no_links() -> None:
    space = space_of_clouds(1).only(np.zeros(0, dtype=np.int64))
    assert [len(one) for one in nearest(space, neighbours=10)] == [0, 0, 0]
