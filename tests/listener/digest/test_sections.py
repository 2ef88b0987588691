"""Which section an issue is told in: true over a day and over a week, and silent about what nobody can know."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listener.digest.sections import divide, section_of
from listener.model.figures import IssueFigures
from listener.model.issue import IssueState, Signal

NOW = datetime(2026, 3, 11, 8, tzinfo=UTC)
WEEK_AGO = NOW - timedelta(days=7)
LONG_AGO = NOW - timedelta(days=60)
Issue = Callable[..., IssueFigures]
MakeSignal = Callable[..., Signal]


@pytest.fixture
def old(issue: Issue) -> Issue:
    """An issue of long standing, steady and never flagged unless told otherwise."""

    def make(period: int, before: int, **changed: Any) -> IssueFigures:
        facts: dict[str, Any] = {"state": IssueState.STEADY, "signal": None, "first_at": LONG_AGO}
        return issue(period_mentions=period, before_mentions=before, **{**facts, **changed})

    return make


def section(figures: IssueFigures, known_from: datetime | None = LONG_AGO) -> str:
    return section_of(figures, from_at=WEEK_AGO, as_of=NOW, known_from=known_from)


def test_what_began_in_the_period_is_new(old: Issue) -> None:
    assert section(old(5, 0, first_at=NOW - timedelta(days=5))) == "new"
    assert section(old(5, 0, state=IssueState.NEW)) == "new"
    assert section(old(5, 40, state=IssueState.CAME_BACK)) == "new"


def test_an_issue_that_burst_out_this_week_is_new_although_it_is_fading_by_now(old: Issue, signal: MakeSignal) -> None:
    """Management reads on Monday what broke on Tuesday; stray early mentions and a calm weekend do not make it old news."""
    burst = signal(at=NOW - timedelta(days=5))
    assert section(old(122, 8, state=IssueState.FADING, signal=burst)) == "new"
    assert section(old(122, 80, state=IssueState.FADING, signal=burst)) == "growing"


def test_more_or_fewer_than_before_has_to_be_more_than_luck(old: Issue) -> None:
    assert [section(old(period, 40)) for period in (70, 48, 40, 33, 18)] == ["growing", "steady", "steady", "steady", "fading"]
    assert [section(old(0, before)) for before in (9, 3)] == ["fading", ""]


def test_a_flagged_issue_that_falls_silent_is_told(old: Issue, signal: MakeSignal) -> None:
    flagged = signal(at=NOW - timedelta(days=12))
    assert section(old(2, 4, state=IssueState.FADING, signal=flagged)) == "fading"
    assert section(old(0, 3, state=IssueState.QUIET, signal=flagged)) == "fading"
    assert section(old(4, 2, state=IssueState.FADING, signal=flagged)) == "fading"
    assert section(old(4, 2, state=IssueState.FADING)) == "steady"


def test_nobody_hears_of_muted_resolved_or_silent_issues(old: Issue) -> None:
    assert [section(old(50, 1, state=state)) for state in (IssueState.MUTED, IssueState.RESOLVED)] == ["", ""]
    assert section(old(0, 0, state=IssueState.QUIET)) == ""


def test_before_anybody_listened_is_unknown_and_not_quiet(old: Issue, signal: MakeSignal) -> None:
    """On the eighth day everything has more mentions than in the week before, of which one day was heard."""
    one_day_before = WEEK_AGO - timedelta(days=1)
    assert section(old(70, 10), known_from=one_day_before) == "steady"
    assert section(old(70, 10), known_from=LONG_AGO) == "growing"
    everything_heard = NOW - timedelta(days=3)
    assert section(old(70, 0, first_at=NOW - timedelta(days=3)), known_from=everything_heard) == "steady"
    flagged = old(70, 0, first_at=NOW - timedelta(days=3), signal=signal(at=NOW - timedelta(days=1)))
    assert section(flagged, known_from=everything_heard) == "new"
    assert section(old(5, 0), known_from=None) == "steady"


def test_flagged_issues_come_first_in_their_section(old: Issue, signal: MakeSignal) -> None:
    issues = [
        old(90, 80, issue_id=1),
        old(50, 45, issue_id=2),
        old(30, 0, issue_id=3, state=IssueState.NEW),
        old(9, 0, issue_id=4, state=IssueState.NEW, signal=signal(at=NOW - timedelta(days=1))),
        old(100, 60, issue_id=5),
        old(70, 20, issue_id=6),
        old(1, 30, issue_id=7),
        old(0, 90, issue_id=8),
    ]
    divided = divide(issues, from_at=WEEK_AGO, as_of=NOW, known_from=LONG_AGO)
    found = {name: [one.issue_id for one in some] for name, some in divided.items()}
    assert found == {"new": [4, 3], "growing": [6, 5], "steady": [1, 2], "fading": [8, 7]}
