"""An issue that was over and is not, and an issue about which people change their mind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pytest

from listener.issues.scan import Bar, Burst
from listener.issues.watch import WatchRule, came_back, turned
from listener.issues.window import Entry, Snapshot, Window
from listener.text.clean import clean
from tests.fakes.posts import START

RETURN = WatchRule(kind="came_back", window_hours=12, baseline_hours=168, min_authors=5)
TURN = WatchRule(kind="turned", window_hours=24, baseline_hours=168, min_authors=5)
BAR = Bar(level=1e-3)


def snapshot(hours: Sequence[float], *, negative: Sequence[bool] = (), authors: Sequence[str] = ()) -> Snapshot:
    window = Window()
    window.add(
        [
            Entry(
                mention_id=at + 1,
                card_id=at + 1,
                author=authors[at] if authors else f"person-{at}",
                language="nl",
                posted_at=START + timedelta(hours=hour),
                clean=clean("iets"),
                grams=np.zeros(0, dtype=np.int32),
                vector=np.array([1.0, 0.0], dtype=np.float32),
                sentiment="negative" if negative and negative[at] else "neutral",
            )
            for at, hour in enumerate(hours)
        ]
    )
    return window.snapshot()


def returned(after: Sequence[float], *, authors: Sequence[str] = ()) -> Burst | None:
    """Twenty people before the issue is resolved at hour 50, then posts at these hours."""
    hours = [30 + at for at in range(20)] + list(after)
    names = [f"before-{at}" for at in range(20)] + list(authors) if authors else ()
    shot = snapshot(hours, authors=names)
    row = len(hours) - 1
    resolved_hours = float(shot.hours[0]) + 20.0
    return came_back(shot, row, np.arange(row), resolved_hours=resolved_hours, rule=RETURN, dispersion=1.2)


AGAIN = [120 + at for at in range(6)]


def test_people_who_write_again_days_later_are_a_return() -> None:
    found = returned(AGAIN)
    assert found is not None
    assert (found.kind, found.seen, found.before) == ("came_back", 6, 0)


@pytest.mark.parametrize(
    "after",
    [
        [52 + at for at in range(6)],  # talk that trails off: it was resolved two hours ago
        AGAIN[:4],  # four people are not many
        [64 + 3 * at for at in range(25)],  # it never stopped: as many as in any half day since
    ],
)
def test_what_is_no_return(after: list[float]) -> None:
    assert returned(after) is None


def test_one_person_who_comes_back_is_no_return() -> None:
    assert returned(AGAIN, authors=["the same"] * 6) is None


def mood(before: Sequence[bool], now: Sequence[bool], *, authors: Sequence[str] = ()) -> Burst | None:
    hours = [at * 3.0 for at in range(len(before))] + [150 + at for at in range(len(now))]
    shot = snapshot(hours, negative=[*before, *now], authors=authors)
    row = len(hours) - 1
    return turned(shot, row, np.arange(row), rule=TURN, bar=BAR)


CALM = [False, False, False, True, False] * 8


def test_a_share_of_angry_people_that_jumps_is_told_with_the_angry_ones_as_evidence() -> None:
    found = mood(CALM, [True] * 11 + [False, True])
    assert found is not None
    assert (found.seen, found.of_seen, found.before, found.of_before) == (12, 13, 8, 40)
    assert found.usual == pytest.approx(13 * 8 / 40)
    assert len(found.rows) == 12


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (CALM, [True] * 4),  # too few people
        (CALM[:5], [True] * 12),  # nobody knows what was usual
        ([True] * 40, [True] * 12),  # they were as angry before
        (CALM, [True] * 12 + [False]),  # the newest is not angry: it was told, or not, before this one
        (CALM * 4, [True] * 5 + [False] * 12 + [True]),  # a share too little larger to see
    ],
)
def test_what_is_no_turn(before: list[bool], now: list[bool]) -> None:
    assert mood(before, now) is None


def test_one_angry_person_turns_nothing() -> None:
    names = [f"person-{at}" for at in range(40)] + ["angry"] * 12
    assert mood(CALM, [True] * 12, authors=names) is None
