"""Themes: issues about one subject under one heading, whatever order they come in."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from listener.issues.themes import theme_titles, themes

SUBJECTS = np.repeat(np.arange(5), 3)
SIZES = [9, 5, 4, 20, 3, 2, 7, 7, 7, 4, 4, 4, 6, 6, 6]


def planted(subjects: NDArray[np.int64], *, alike: float = 0.6, dims: int = 40) -> NDArray[np.float32]:
    """Issue centroids that share a direction with the others of their subject and are else alike by chance."""
    own = np.random.default_rng(4).standard_normal((len(subjects), dims)) / np.sqrt(dims)
    shared = np.eye(dims)[subjects]
    return np.asarray(np.sqrt(alike) * shared + np.sqrt(1 - alike) * own, dtype=np.float32)


def test_issues_about_one_subject_share_a_theme_and_others_do_not() -> None:
    theme = themes(planted(SUBJECTS), SIZES)
    assert [sorted(np.flatnonzero(theme == number).tolist()) for number in np.unique(theme)] == [
        [3, 4, 5],
        [6, 7, 8],
        [0, 1, 2],
        [12, 13, 14],
        [9, 10, 11],
    ]


def test_a_theme_bears_the_title_of_its_largest_issue() -> None:
    titles = [f"issue {at:02}" for at in range(15)]
    assert theme_titles(themes(planted(SUBJECTS), SIZES), SIZES, titles) == ("issue 03", "issue 06", "issue 00", "issue 12", "issue 09")


def test_issues_with_nothing_in_common_stay_apart() -> None:
    assert len(set(themes(np.eye(12, dtype=np.float32), [5] * 12).tolist())) == 12


def test_a_handful_of_issues_and_none_at_all_need_no_themes() -> None:
    assert themes(np.eye(3, dtype=np.float32), [1, 3, 2]).tolist() == [2, 0, 1]
    assert themes(np.zeros((0, 4), dtype=np.float32), []).tolist() == []
    assert theme_titles(np.zeros(0, dtype=np.int64), [], []) == ()


@given(st.permutations(range(15)))
def test_the_order_of_issues_changes_no_theme(order: list[int]) -> None:
    centroids, place = planted(SUBJECTS), np.array(order)
    straight, shuffled = themes(centroids, SIZES)[place], themes(centroids[place], [SIZES[at] for at in order])
    assert np.array_equal(straight[:, None] == straight, shuffled[:, None] == shuffled)
