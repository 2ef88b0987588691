"""Standing approvals: given once, void when they end, never given back."""

from __future__ import annotations

from datetime import timedelta

from moderation.ledger.standing import StandingLedger
from moderation.model.outbox import StandingApproval
from moderation.model.post import PostKind
from tests.fakes.desk import MORNING, Desk

GIVEN = StandingApproval(
    standing_id=0,
    kind=PostKind.INVITATION,
    template="invitation_thread",
    template_hash="abc",
    variables=("brand", "link"),
    audience_rule="every tenth visit",
    accounts=("simulated/simulated/stroomloket",),
    most_per_hour=10,
    most_per_day=50,
    given_by="carla",
    given_at=MORNING,
    expires_at=MORNING + timedelta(days=30),
)


def test_it_comes_back_as_it_was_given(desk: Desk) -> None:
    standing = StandingLedger(desk.ledger.engine)
    kept = standing.give(GIVEN)
    assert standing.get(kept.standing_id) == kept
    assert kept.variables == GIVEN.variables
    assert kept.standing_id > 0


def test_it_ends_once_and_says_why(desk: Desk) -> None:
    standing = StandingLedger(desk.ledger.engine)
    kept = standing.give(GIVEN)
    assert standing.make_void(kept.standing_id, reason="the template changed", who="gateway", at=MORNING)
    assert not standing.make_void(kept.standing_id, reason="again", who="gateway", at=MORNING)
    found = standing.get(kept.standing_id)
    assert found is not None
    assert found.void_reason == "the template changed"
    assert [line.verb for line in desk.audit.lines()] == ["approve_standing", "void_standing"]
