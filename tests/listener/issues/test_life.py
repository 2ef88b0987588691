"""The state of an issue follows from its counts as a person would judge them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listener.issues.life import state_of
from listener.model.issue import IssueState
from tests.fakes.posts import START

NOW = START + timedelta(days=30)
OLD = NOW - timedelta(days=20)


@pytest.mark.parametrize(
    ("daily", "state"),
    [
        ([5] * 14, IssueState.STEADY),
        ([2] * 12 + [9, 11], IssueState.GROWING),
        ([9] * 12 + [1, 0], IssueState.FADING),
        ([9] * 11 + [0, 0, 0], IssueState.QUIET),
        ([0] * 13 + [1], IssueState.STEADY),  # one post after a silence is no growth
        ([1, 0] * 7, IssueState.STEADY),
        ([], IssueState.QUIET),
        ([50] * 30 + [5] * 14, IssueState.STEADY),  # what lies before the last fortnight is forgotten
    ],
)
def test_counts_tell_the_state(daily: list[int], state: IssueState) -> None:
    assert state_of(daily, created_at=OLD, now=NOW) is state


def test_an_issue_is_new_for_two_days() -> None:
    assert state_of([0] * 12 + [3, 4], created_at=NOW - timedelta(hours=47), now=NOW) is IssueState.NEW
    assert state_of([0] * 12 + [3, 4], created_at=NOW - timedelta(hours=49), now=NOW) is not IssueState.NEW


def test_a_fresh_signal_means_growing() -> None:
    assert state_of([5] * 14, created_at=OLD, now=NOW, last_signal_at=NOW - timedelta(hours=20)) is IssueState.GROWING
    assert state_of([5] * 14, created_at=OLD, now=NOW, last_signal_at=NOW - timedelta(days=4)) is IssueState.STEADY


def test_muted_wins_over_everything() -> None:
    assert state_of([1] * 12 + [50, 90], created_at=NOW, now=NOW, muted=True, resolved_at=OLD) is IssueState.MUTED


def test_a_resolved_issue_comes_back_only_when_people_do() -> None:
    resolved = NOW - timedelta(days=3)
    assert state_of([9] * 11 + [0, 1, 1], created_at=OLD, now=NOW, resolved_at=resolved) is IssueState.RESOLVED
    assert state_of([9] * 11 + [0, 2, 4], created_at=OLD, now=NOW, resolved_at=resolved) is IssueState.CAME_BACK
    returned = state_of([0] * 14, created_at=OLD, now=NOW, resolved_at=resolved, last_signal_at=NOW - timedelta(hours=1))
    assert returned is IssueState.CAME_BACK


def test_a_resolution_planned_for_tomorrow_counts_from_tomorrow() -> None:
    assert state_of([5] * 14, created_at=OLD, now=NOW, resolved_at=NOW + timedelta(days=1)) is IssueState.STEADY
