"""Who is answered first, and why."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.model.case import CaseFacts
from moderation.triage.urgency import MOST, urgency

CALM = CaseFacts(waiting_seconds=0, unanswered=1, mentions=1, directed=True, question=False, negative=False, promise_broken=False)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"issue_growing": True}, "issue_growing"),
        ({"issue_age_hours": 3.0}, "issue_new"),
        ({"question": True}, "question"),
        ({"negative": True}, "negative"),
        ({"promise_broken": True}, "promise_not_kept"),
        ({"unanswered": 3}, "follow_up"),
        ({"answered_before": True}, "follow_up"),
        ({"waiting_seconds": 4 * 3600}, "waiting"),
    ],
)
def test_each_of_these_makes_a_case_more_urgent_and_says_so(change: dict[str, object], reason: str) -> None:
    before, _ = urgency(CALM)
    after, why = urgency(replace(CALM, **change))  # type: ignore[arg-type]  # fields of CaseFacts by name
    assert after > before
    assert reason in [one.key for one in why]


def test_the_weightiest_reason_comes_first() -> None:
    _, why = urgency(replace(CALM, issue_growing=True, question=True, waiting_seconds=3600 * 3))
    assert [one.key for one in why] == ["issue_growing", "question", "waiting", "directed"]


def test_nobody_is_passed_by_for_ever() -> None:
    """A calm question of yesterday comes before an angry one of this minute."""
    old, _ = urgency(replace(CALM, waiting_seconds=20 * 3600))
    new, _ = urgency(replace(CALM, negative=True))
    assert old > new


def test_an_old_issue_that_is_quiet_adds_nothing() -> None:
    assert urgency(replace(CALM, issue_age_hours=400.0)) == urgency(CALM)


def test_nothing_about_the_person_is_known_here() -> None:
    """Followers, name, gender, value to the brand: triage cannot weigh what it is not told."""
    names = {field.name for field in fields(CaseFacts)}
    assert not {name for name in names if any(word in name for word in ("follower", "author", "name", "value", "verified", "reach"))}


@given(
    st.builds(
        CaseFacts,
        waiting_seconds=st.floats(-1e9, 1e9),
        unanswered=st.integers(0, 500),
        mentions=st.integers(1, 500),
        directed=st.booleans(),
        question=st.booleans(),
        negative=st.booleans(),
        promise_broken=st.booleans(),
        issue_growing=st.booleans(),
        issue_age_hours=st.none() | st.floats(0, 1e6),
        answered_before=st.booleans(),
    )
)
def test_it_is_always_between_nothing_and_a_hundred(facts: CaseFacts) -> None:
    """Also for a clock that went back."""
    score, _ = urgency(facts)
    assert 0 <= score <= MOST
