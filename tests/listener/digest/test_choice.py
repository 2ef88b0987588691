"""Quotes: typical, unlike each other, by different people, of these days where possible."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from listener.digest.choice import choose_quotes, link_only


def toward(*angles: float) -> list[NDArray[np.float32] | None]:
    return [np.array([np.cos(angle), np.sin(angle)], dtype=np.float32) for angle in angles]


def test_the_most_typical_comes_first_and_the_next_says_something_else() -> None:
    assert choose_quotes([1, 2, 3, 4], list("abcd"), toward(0.0, 0.02, 0.8, -0.4), 2) == (2, 3)


def test_nobody_is_quoted_twice_while_others_have_something_to_say() -> None:
    assert choose_quotes([1, 2, 3], list("aab"), toward(0.0, 0.6, -1.2), 2) == (1, 3)
    assert choose_quotes([1, 2], list("aa"), toward(0.0, 0.6), 2) == (2, 1)


def test_quotes_of_the_period_go_first_when_they_are_typical() -> None:
    """A stray post of today must not speak for an issue of two weeks."""
    angles = toward(0.0, 0.05, 0.1, 0.6, 1.5, 1.4)
    today = [False, False, True, False, True, False]
    chosen = choose_quotes([1, 2, 3, 4, 5, 6], list("abcdef"), angles, 2, preferred=today)
    assert chosen[0] == 3
    assert 5 not in chosen


def test_without_vectors_the_newest_are_taken() -> None:
    assert choose_quotes([1, 2, 3], list("abc"), [None, None, None], 2) == (3, 2)
    assert choose_quotes([], [], [], 2) == ()
    assert choose_quotes([1, 2], list("ab"), toward(0.0, 1.0), 0) == ()


@pytest.mark.parametrize(
    ("platform", "bare"),
    [("x", True), ("X.com", True), ("Twitter / X", True), ("xenforo", False), ("mastodon", False), ("", False)],
)
def test_posts_of_x_leave_as_links_however_an_import_spells_it(platform: str, *, bare: bool) -> None:
    assert link_only(platform) is bare
