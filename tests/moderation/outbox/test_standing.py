"""Posts under a standing approval: only what it allows, only as long as it holds, asked again just before each send."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from listener.errors import NotAllowed
from moderation.ledger.standing import StandingLedger
from moderation.model.outbox import Draft, EntryState, NewDraft, StandingApproval
from moderation.model.post import PostKind
from tests.fakes.desk import MORNING, Desk, loose_target, shipped_rules

TEMPLATE = "invitation_thread"
DISCLOSED = "Een programma plaatste dit namens ons team."


def standing(desk: Desk, **changes: object) -> StandingApproval:
    """Give leave for invitations from the desk's own account."""
    name, _, digest = shipped_rules()[0]["nl"].version(TEMPLATE).partition("@")
    given = StandingApproval(
        standing_id=0,
        kind=PostKind.INVITATION,
        template=name,
        template_hash=digest,
        variables=("brand", "link"),
        audience_rule="every tenth visit",
        accounts=(desk.account.account.key,),
        most_per_hour=10,
        most_per_day=50,
        given_by="carla",
        given_at=MORNING,
        expires_at=MORNING + timedelta(days=30),
    )
    return StandingLedger(desk.ledger.engine).give(replace(given, **changes))  # type: ignore[arg-type]  # fields by name


def draft(desk: Desk, thread: str = "t1", **changes: object) -> Draft:
    """Keep the draft of an invitation for a thread."""
    new = NewDraft(
        kind=PostKind.INVITATION,
        target=loose_target(thread),
        text=f"Klacht, compliment of idee? Alles is welkom in {thread}. {DISCLOSED}",
        language="nl",
        author="invitations",
        template=shipped_rules()[0]["nl"].version(TEMPLATE),
    )
    return desk.drafts.add(replace(new, **changes), at=desk.clock.now())  # type: ignore[arg-type]  # fields by name


async def test_what_it_allows_leaves_once_and_names_it(desk: Desk) -> None:
    given, one = standing(desk), draft(desk)
    entry = desk.outbox.approve_standing(one.draft_id, given.standing_id)
    assert desk.outbox.approve_standing(one.draft_id, given.standing_id).entry_id == entry.entry_id
    await desk.settle()
    assert desk.state(entry.entry_id) is EntryState.SENT
    assert (entry.standing_id, entry.approved_by) == (given.standing_id, "standing")
    assert len(desk.platform.posts()) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": PostKind.YOU_SAID}, "it is for you_said"),
        ({"template_hash": "0" * 16}, "another text of the template"),
        ({"accounts": ("x/x.com/7",)}, "not given for the account"),
        ({"expires_at": MORNING}, "it ended on"),
    ],
)
def test_what_it_does_not_cover_is_refused(desk: Desk, changes: dict[str, object], said: str) -> None:
    given = standing(desk, **changes)
    desk.clock.advance(timedelta(seconds=1))
    with pytest.raises(NotAllowed, match=said):
        desk.outbox.approve_standing(draft(desk).draft_id, given.standing_id)
    assert desk.entries.entries() == []


@pytest.mark.parametrize("kind", [PostKind.REPLY, PostKind.STATUS_UPDATE])
def test_replies_and_status_updates_never_leave_under_one(desk: Desk, kind: PostKind) -> None:
    """A person reads those, each time."""
    given = standing(desk, kind=kind)
    with pytest.raises(NotAllowed):
        desk.outbox.approve_standing(draft(desk, kind=kind).draft_id, given.standing_id)


async def test_void_between_approval_and_send_stops_it(desk: Desk) -> None:
    given = standing(desk)
    entry = desk.outbox.approve_standing(draft(desk).draft_id, given.standing_id)
    StandingLedger(desk.ledger.engine).make_void(given.standing_id, reason="opt-outs", who="carla", at=desk.clock.now())
    await desk.settle()
    after = desk.entry(entry.entry_id)
    assert (after.state, after.reason, after.note) == (EntryState.NEEDS_HUMAN, "standing_void", "it is void: opt-outs")
    assert desk.platform.requests == 0


async def test_it_never_outlives_its_standing_approval(desk: Desk) -> None:
    given = standing(desk, expires_at=MORNING + timedelta(hours=1))
    entry = desk.outbox.approve_standing(draft(desk).draft_id, given.standing_id)
    assert entry.expires_at == given.expires_at
    desk.clock.advance(timedelta(hours=1))
    await desk.settle()
    assert desk.state(entry.entry_id) is EntryState.EXPIRED
    assert desk.platform.requests == 0


async def test_its_own_caps_hold_what_is_too_much(desk: Desk) -> None:
    given = standing(desk, most_per_hour=2, most_per_day=3)
    entries = [desk.outbox.approve_standing(draft(desk, f"t{number}").draft_id, given.standing_id) for number in range(5)]
    report = await desk.gateway.run_once()
    assert len(report.sent) == 2
    assert set(report.held.values()) == {"standing_hour"}
    desk.clock.advance(timedelta(hours=1, seconds=1))
    report = await desk.gateway.run_once()
    assert len(desk.platform.posts()) == 3
    assert set(report.held.values()) == {"standing_day"}
    assert sum(desk.state(entry.entry_id) is EntryState.APPROVED for entry in entries) == 2


async def test_another_text_of_the_template_ends_it(desk: Desk) -> None:
    """Klankbord was updated and words the invitation differently: nobody approved that."""
    given = standing(desk)
    entry = desk.outbox.approve_standing(draft(desk).draft_id, given.standing_id)
    desk.gateway._standing._versions = frozenset()  # type: ignore[union-attr]  # the desk has one
    await desk.settle()
    assert desk.entry(entry.entry_id).reason == "standing_void"
    assert desk.platform.requests == 0
