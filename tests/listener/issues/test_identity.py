"""An issue's number is what people bookmark: groups go on under it by their members, and by what they are about once those have left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from listener.issues.identity import assign, match_by_members, match_groups
from listener.issues.window import Entry, Snapshot, Window
from listener.model.analysis import Remembered
from listener.text.clean import clean

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def test_as_many_mentions_as_possible_keep_their_issue() -> None:
    """Taking the largest overlap first would give 75 mentions another number here; the best assignment gives 60 one."""
    known = np.array([1] * 115 + [2] * 20)
    groups = [np.r_[np.arange(60), np.arange(115, 135)], np.arange(60, 115)]
    assert match_by_members(groups, known) == {0: 2, 1: 1}


def test_the_largest_share_continues_an_issue_and_each_issue_goes_on_once() -> None:
    known = np.array([7, 7, 7, 7, 9, 9, 0, 0, 0, 0])
    groups = [np.array([0, 1, 2, 6]), np.array([3, 7, 8]), np.array([4, 5, 9])]
    assert match_by_members(groups, known) == {0: 7, 2: 9}


def test_one_member_that_strayed_does_not_name_a_group() -> None:
    known = np.array([7] + [0] * 9 + [7] * 9)
    assert match_by_members([np.arange(10)], known) == {}


@given(arrays(np.float64, st.tuples(st.integers(1, 7), st.integers(1, 7)), elements=st.sampled_from([0.0, 1.0, 2.0, 5.0, 9.0])))
def test_pairs_are_one_to_one_and_worth_at_least_what_taking_the_best_first_gives(worth: NDArray[np.float64]) -> None:
    """Solved in parts or whole, nobody is assigned twice, and nothing worthless is."""
    pairs = assign(worth)
    assert len({row for row, _ in pairs}) == len(pairs) == len({column for _, column in pairs})
    assert all(worth[pair] > 0 for pair in pairs)
    rows: set[int] = set()
    columns: set[int] = set()
    greedy = 0.0
    for row, column in sorted(np.ndindex(*worth.shape), key=lambda pair: -worth[pair]):
        if worth[row, column] > 0 and row not in rows and column not in columns:
            greedy += float(worth[row, column])
            rows.add(row)
            columns.add(column)
    assert sum(worth[pair] for pair in pairs) >= greedy


def cloud(direction: int, count: int, chance: np.random.Generator, *, dims: int = 32, spread: float = 0.5) -> NDArray[np.float32]:
    """Unit vectors around one direction, all on top of what every text of a model shares."""
    drawn = np.eye(dims)[direction] + 0.8 * np.eye(dims)[-1] + spread * chance.standard_normal((count, dims)) / np.sqrt(dims) * 2
    unit: NDArray[np.float32] = (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)
    return unit


def window_of(vectors: NDArray[np.float32], languages: list[str]) -> Snapshot:
    window = Window()
    window.add(
        [
            Entry(
                mention_id=at + 1,
                card_id=at + 1,
                author=f"p{at}",
                language=language,
                posted_at=NOON + timedelta(minutes=at),
                clean=clean(f"tekst {at}"),
                grams=np.zeros(0, dtype=np.int32),
                vector=vector,
            )
            for at, (vector, language) in enumerate(zip(vectors, languages, strict=True))
        ]
    )
    return window.snapshot()


@pytest.fixture
def five_clouds() -> tuple[Snapshot, list[NDArray[np.int64]], np.random.Generator]:
    chance = np.random.default_rng(5)
    vectors = np.concatenate([cloud(direction, 20, chance) for direction in range(5)])
    snapshot = window_of(vectors, ["nl"] * 60 + ["en"] * 40)
    return snapshot, [np.arange(at * 20, at * 20 + 20) for at in range(5)], chance


def test_an_issue_whose_mentions_have_left_the_window_is_found_again_by_its_middle(
    five_clouds: tuple[Snapshot, list[NDArray[np.int64]], np.random.Generator],
) -> None:
    """What was resolved in spring and returns in autumn has to come back under the number that everybody remembers."""
    snapshot, groups, chance = five_clouds
    remembered = [Remembered(40 + direction, cloud(direction, 8, chance), ("nl",) * 8) for direction in (3, 1, 9)]
    nothing_known = np.zeros(100, dtype=np.int64)
    assert match_groups(snapshot, groups, nothing_known, remembered) == {0: None, 1: 41, 2: None, 3: 43, 4: None}
    assert match_groups(snapshot, groups, nothing_known) == dict.fromkeys(range(5))


def test_members_come_before_the_middle(five_clouds: tuple[Snapshot, list[NDArray[np.int64]], np.random.Generator]) -> None:
    """A group that carries an issue's mentions goes on as that issue, whatever an older one was about."""
    snapshot, groups, chance = five_clouds
    known = np.zeros(100, dtype=np.int64)
    known[20:30] = 7
    remembered = [Remembered(41, cloud(1, 8, chance), ("nl",) * 8), Remembered(7, cloud(2, 8, chance), ("nl",) * 8)]
    assert match_groups(snapshot, groups, known, remembered) == {0: None, 1: 7, 2: None, 3: None, 4: None}, "7 is in the window"


def test_two_issues_about_one_thing_do_not_both_return(
    five_clouds: tuple[Snapshot, list[NDArray[np.int64]], np.random.Generator],
) -> None:
    snapshot, groups, chance = five_clouds
    remembered = [Remembered(41, cloud(1, 8, chance), ("nl",) * 8), Remembered(42, cloud(1, 8, chance), ("nl",) * 8)]
    matched = match_groups(snapshot, groups, np.zeros(100, dtype=np.int64), remembered)
    assert matched[1] in (41, 42)
    assert [issue for issue in matched.values() if issue is not None] == [matched[1]]


def test_two_mentions_are_too_few_to_remember_an_issue_by(
    five_clouds: tuple[Snapshot, list[NDArray[np.int64]], np.random.Generator],
) -> None:
    snapshot, groups, chance = five_clouds
    few = [Remembered(41, cloud(1, 2, chance), ("nl", "nl"))]
    assert set(match_groups(snapshot, groups, np.zeros(100, dtype=np.int64), few).values()) == {None}
