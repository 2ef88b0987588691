"""One update to many threads: planned in words, approved by somebody else, each thread once, the rest said why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from listener.errors import NotAllowed
from listener.model.mention import Author, Removal
from moderation.ledger.tables_status import broadcast_item
from moderation.model.broadcast import ItemState, Plan, PlanState
from moderation.model.leave import OptOut
from moderation.model.outbox import DraftState, EntryState, Outcome
from moderation.model.policy import House
from moderation.model.post import ConnectedAccount, Limits
from moderation.model.shadow import Judged, ShadowKind
from moderation.workflows.plan_broadcast import done_at
from tests.fakes.desk import HOUSE, MORNING, NAME, Desk, mention, open_desk
from tests.moderation.status.said import drafted, heard, issue_of, published

FIVE = ("feed", "discourse", "matrix", "lemmy", "discord")


def planned(desk: Desk, threads: int, *, platforms: tuple[str, ...] = ("feed",)) -> Plan:
    update = published(desk, issue_of(desk, heard(desk, threads, platforms=platforms)))
    return desk.status.planning.plan(update.update_id, "carla")


def ticked(desk: Desk, plan: Plan) -> Plan:
    return desk.status.sending.tick(plan.plan_id, [item.item_id for item in plan.to_post], "carla")


async def carried_out(desk: Desk, *, hours: int = 8) -> None:
    for _ in range(hours):
        desk.status.sending.once()
        await desk.settle()
        desk.clock.advance(timedelta(hours=1, minutes=1))


def test_every_thread_of_the_issue_is_in_the_plan_once(desk: Desk) -> None:
    ids = desk.hear(*(mention(f"{n}", root_id=f"t{n % 3}", author=None) for n in range(9)))
    update = published(desk, issue_of(desk, ids))
    plan = desk.status.planning.plan(update.update_id, "carla")
    assert sorted(item.target.thread_id for item in plan.to_post) == ["t0", "t1", "t2"]
    assert plan.skipped == ()
    assert {item.account for item in plan.to_post} == {NAME}
    assert all("Monteurs zoeken de oorzaak." in item.text for item in plan.to_post)
    assert desk.platform.posts() == []


def test_each_thread_hears_its_own_language(desk: Desk) -> None:
    first, second, third = desk.hear(*(mention(f"{n}", author=None) for n in range(3)))
    issue = issue_of(desk, [first, second, third], languages={second: "en", third: "fr"})
    plan = desk.status.planning.plan(published(desk, issue).update_id, "carla")
    spoken = {item.target.mention_id: item.language for item in plan.to_post}
    assert spoken == {first: "nl", second: "en", third: "nl"}
    assert all(("Engineers" in item.text) == (item.language == "en") for item in plan.to_post)


def test_a_draft_is_not_broadcast(desk: Desk) -> None:
    draft = drafted(desk, issue_of(desk, heard(desk, 1)))
    with pytest.raises(NotAllowed, match="not published"):
        desk.status.planning.plan(draft.update_id, "carla")


def test_what_is_skipped_says_why(desk: Desk) -> None:
    quiet = Author(platform="feed", realm="forum.example", native_id="quiet", name="Q")
    ids = desk.hear(
        mention("goes", author=None),
        mention("gone", author=None),
        mention("quiet", author=quiet),
        mention("closed", author=None),
    )
    ids += desk.hear(mention("cold", platform="x", realm="x.example", author=None), directed=False)
    ids += desk.hear(mention("sub", platform="reddit", realm="stroom", author=None))
    issue = issue_of(desk, ids)
    closed = desk.approved(ids[3], "Dit bericht werd niet geplaatst.")
    desk.entries.settle(closed, _refused(), at=desk.clock.now(), who="gateway")
    desk.leave.add_opt_out(OptOut(person_key=quiet.key, at=desk.clock.now(), how="words", noted_by="anna"))
    gone = Removal(platform="feed", realm="forum.example", native_id="gone")
    desk.ledger.mentions.remove([gone], source="feed", at=desk.clock.now())
    plan = desk.status.planning.plan(published(desk, issue).update_id, "carla")
    assert [item.target.thread_id for item in plan.to_post] == ["goes"]
    assert {item.target.thread_id: item.why for item in plan.skipped} == {
        "gone": "removed",
        "quiet": "opted_out",
        "closed": "closed",
        "cold": "not_addressed",
        "sub": "rule",
    }
    assert next(item.note for item in plan.skipped if item.why == "rule") == "reddit_not_listed"


def test_where_nobody_of_us_is_connected_is_said(desk: Desk) -> None:
    ids = heard(desk, 2, platforms=("feed", "lemmy"))
    only_feed = ConnectedAccount(account=desk.account.account, limits=desk.account.limits, native_key=False, serves=("feed",))
    desk.precheck.accounts._accounts = (only_feed,)
    plan = desk.status.planning.plan(published(desk, issue_of(desk, ids)).update_id, "carla")
    assert {item.target.platform: item.why for item in plan.items} == {"feed": "", "lemmy": "no_account"}


@pytest.mark.parametrize(("most", "short", "why"), [(2000, False, ""), (140, True, ""), (40, False, "too_long")])
def test_a_platform_with_little_room_gets_the_short_wording_or_none(desk: Desk, most: int, short: bool, why: str) -> None:
    ids = heard(desk, 1)
    limits = Limits(most=most, counts="graphemes")
    desk.precheck.accounts._accounts = (ConnectedAccount(account=desk.account.account, limits=limits, native_key=False),)
    plan = desk.status.planning.plan(published(desk, issue_of(desk, ids)).update_id, "carla")
    (item,) = plan.items
    assert (item.short, item.why) == (short, why)
    if why:
        assert "/ 40 graphemes" in item.note
        assert item.text == ""


async def test_up_to_five_threads_one_person_may_decide_above_somebody_else(desk: Desk) -> None:
    five = ticked(desk, planned(desk, 5))
    assert desk.status.sending.approve(five.plan_id, "carla").state is PlanState.APPROVED
    await carried_out(desk, hours=1)
    assert len(desk.platform.posts()) == 5


async def test_above_five_threads_the_planner_cannot_approve(desk: Desk) -> None:
    six = ticked(desk, planned(desk, 6))
    with pytest.raises(NotAllowed, match="Somebody else"):
        desk.status.sending.approve(six.plan_id, "carla")
    desk.status.sending.once()
    await desk.settle()
    assert desk.platform.posts() == []
    desk.status.sending.approve(six.plan_id, "bram")
    await carried_out(desk, hours=1)
    assert len(desk.platform.posts()) == 6
    assert {entry.approved_by for entry in desk.entries.entries()} == {"bram"}


async def test_what_nobody_ticked_is_noted_in_shadow_and_not_posted(desk: Desk) -> None:
    """RULES, settled first: until broadcasts graduated, a person chooses each thread singly."""
    plan = planned(desk, 4)
    desk.status.sending.tick(plan.plan_id, [plan.to_post[0].item_id], "carla")
    desk.status.sending.approve(plan.plan_id, "carla")
    await carried_out(desk, hours=1)
    assert len(desk.platform.posts()) == 1
    states = [item.state for item in desk.status.sending.get(plan.plan_id).items]
    assert sorted(states) == [ItemState.APPROVED, ItemState.SHADOW, ItemState.SHADOW, ItemState.SHADOW]
    assert len(desk.shadow.items()) == 3
    assert desk.status.sending.get(plan.plan_id).state is PlanState.DONE


async def test_the_caps_hold_the_rest_and_the_plan_says_until_when(desk: Desk) -> None:
    plan = ticked(desk, planned(desk, 25))
    assert desk.status.done_at(plan) == desk.clock.now() + timedelta(hours=2)
    desk.status.sending.approve(plan.plan_id, "bram")
    posted = []
    for _ in range(4):
        desk.status.sending.once()
        await desk.gateway.run_once()
        desk.status.sending.once()
        await desk.gateway.run_once()
        posted.append(len(desk.platform.posts()))
        desk.clock.advance(timedelta(hours=1, minutes=1))
    assert posted == [10, 20, 25, 25]


def test_the_time_a_plan_takes_counts_what_went_before() -> None:
    with_nothing = Plan(
        plan_id=1, update_id=1, issue_id=1, state=PlanState.OPEN, correct=False, planned_by="a", planned_at=_now(), items=()
    )
    assert done_at(with_nothing, used_hour=9, used_day=9, most_per_hour=10, most_per_day=50, now=_now()) == _now()


async def test_a_thread_that_heard_an_update_is_not_told_again_by_another_plan(desk: Desk) -> None:
    first = ticked(desk, planned(desk, 3))
    second = ticked(desk, desk.status.planning.plan(first.update_id, "bram"))
    desk.status.sending.approve(first.plan_id, "carla")
    desk.status.sending.approve(second.plan_id, "carla")
    await carried_out(desk, hours=1)
    assert len(desk.platform.posts()) == 3
    assert {item.why for item in desk.status.sending.get(second.plan_id).items} == {"told"}
    third = desk.status.planning.plan(first.update_id, "bram")
    assert {item.why for item in third.items} == {"told"}


async def test_a_text_changed_after_approval_does_not_leave(desk: Desk) -> None:
    plan = ticked(desk, planned(desk, 3))
    desk.status.sending.approve(plan.plan_id, "bram")
    with desk.ledger.engine.begin() as tx:
        tx.execute(broadcast_item.update().where(broadcast_item.c.item_id == plan.items[1].item_id).values(text="Iets anders."))
    await carried_out(desk, hours=1)
    assert desk.platform.posts() == []
    assert {item.why for item in desk.status.sending.get(plan.plan_id).items} == {"changed"}


async def test_a_thread_chosen_in_the_moment_of_the_approval_is_not_approved_unseen(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look at what was shown and the keeping of the approval lies a moment; what a colleague ticks in it nobody has seen."""
    plan = planned(desk, 3)
    sending = desk.status.sending
    sending.tick(plan.plan_id, [plan.to_post[0].item_id], "carla")
    shown, live = sending.seen(sending.get(plan.plan_id)), sending.live

    def carla_ticks_another(looked_at: Plan) -> bool:
        sending.tick(plan.plan_id, [plan.to_post[1].item_id], "carla")
        return live(looked_at)

    monkeypatch.setattr(sending, "needs_second", carla_ticks_another)
    with pytest.raises(NotAllowed, match="changed since you saw it"):
        sending.approve(plan.plan_id, "bram", shown=shown)
    assert sending.get(plan.plan_id).state is PlanState.OPEN
    monkeypatch.undo()
    sending.approve(plan.plan_id, "bram", shown=sending.seen(sending.get(plan.plan_id)))
    with pytest.raises(NotAllowed, match="not open"):
        sending.tick(plan.plan_id, [plan.to_post[2].item_id], "carla")
    await carried_out(desk, hours=1)
    assert len(desk.platform.posts()) == 2


async def test_a_plan_taken_back_sends_nothing(desk: Desk) -> None:
    plan = ticked(desk, planned(desk, 3))
    desk.status.sending.cancel(plan.plan_id, "carla")
    with pytest.raises(NotAllowed, match="taken back"):
        desk.status.sending.approve(plan.plan_id, "bram")
    await carried_out(desk, hours=1)
    assert desk.platform.posts() == []


async def test_a_plan_taken_back_halfway_takes_what_waits_along(desk: Desk) -> None:
    plan = ticked(desk, planned(desk, 15))
    desk.status.sending.approve(plan.plan_id, "bram")
    desk.status.sending.once()
    assert len(desk.entries.entries((EntryState.APPROVED,))) == 10
    desk.status.sending.cancel(plan.plan_id, "carla")
    await carried_out(desk, hours=3)
    assert desk.platform.posts() == []
    assert {entry.state for entry in desk.entries.entries()} == {EntryState.CANCELLED}


async def test_a_draft_that_somebody_threw_away_in_between_ends_its_item(desk: Desk) -> None:
    """The process died between draft and approval, and a colleague cleaned up: the plan says so and comes to its end."""
    plan = ticked(desk, planned(desk, 1))
    desk.status.sending.approve(plan.plan_id, "bram")
    desk.status.sending._on_step = _die_at("item.drafted")
    with pytest.raises(Died):
        desk.status.sending.once()
    desk.status.sending._on_step = lambda _step: None
    (draft,) = desk.drafts.all(state=DraftState.OPEN)
    desk.drafts.discard(draft.draft_id, who="anna", at=desk.clock.now())
    await carried_out(desk, hours=1)
    ended = desk.status.sending.get(plan.plan_id)
    assert (ended.state, ended.items[0].state) == (PlanState.DONE, ItemState.REFUSED)
    assert desk.platform.posts() == []


async def test_once_broadcasts_have_graduated_threads_that_nobody_ticked_hear_it_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifty shadow items checked by a person and right, then a person's leave: only so; a setting alone never does it."""
    house = House(account_names=HOUSE.account_names, most_per_hour=100, most_per_day=200)
    with open_desk(tmp_path, house=house, native_key=False) as desk:
        first = planned(desk, 50)
        desk.status.sending.approve(first.plan_id, "bram")
        await carried_out(desk, hours=1)
        assert (len(desk.platform.posts()), desk.status.sending.live(first)) == (0, False)
        for item in desk.shadow.items():
            desk.shadow.review(item.shadow_id, Judged.RIGHT, "carla")
        assert not desk.status.sending.live(first), "good figures alone let nothing leave"
        desk.shadow.graduate(ShadowKind.BROADCAST, desk.shadow.subject_of(ShadowKind.BROADCAST, ""), "carla")
        assert desk.status.sending.live(first)
        after = desk.status.planning.plan(first.update_id, "carla")
        monkeypatch.setattr(desk.status.sending, "live", lambda _plan: False)
        desk.status.sending.approve(after.plan_id, "bram")
        monkeypatch.undo()
        await carried_out(desk, hours=1)
        assert len(desk.platform.posts()) == 0, "whoever approved it saw that nothing but what was ticked would leave"
        second = desk.status.planning.plan(first.update_id, "carla")
        desk.status.sending.approve(second.plan_id, "bram")
        await carried_out(desk, hours=1)
        assert len(desk.platform.posts()) == 50


async def test_a_rule_that_came_up_meanwhile_keeps_one_thread_back_and_lets_the_others_go(desk: Desk) -> None:
    plan = ticked(desk, planned(desk, 3))
    gone = plan.to_post[0].target
    desk.ledger.mentions.remove(
        [Removal(platform=gone.platform, realm=gone.realm, native_id=gone.parent_id)], source="feed", at=desk.clock.now()
    )
    desk.status.sending.approve(plan.plan_id, "bram")
    await carried_out(desk, hours=1)
    assert len(desk.platform.posts()) == 2
    report = {one.item.target.thread_id: one for one in desk.status.sending.report(plan.plan_id)}
    assert report[gone.thread_id].item.state is ItemState.REFUSED
    assert "target_gone" in report[gone.thread_id].item.note
    assert desk.drafts.all(state=DraftState.OPEN) == [], "nothing of it waits for somebody to press"
    assert [one.entry.state for one in report.values() if one.entry is not None] == [EntryState.SENT, EntryState.SENT]


async def test_a_correction_changes_our_post_where_the_platform_lets_us_and_follows_it_elsewhere(desk: Desk) -> None:
    ids = heard(desk, 2, platforms=("feed", "lemmy"))
    issue = issue_of(desk, ids)
    wrong = published(desk, issue)
    desk.status.sending.approve(ticked(desk, desk.status.planning.plan(wrong.update_id, "carla")).plan_id, "carla")
    await carried_out(desk, hours=1)
    editable = ConnectedAccount(account=desk.account.account, limits=desk.account.limits, native_key=False, serves=("feed",), can_edit=True)
    desk.precheck.accounts._accounts = (editable, replace(desk.account, can_edit=False))
    right = published(desk, issue, due=desk.clock.now() + timedelta(hours=3), corrects=wrong.update_id)
    plan = desk.status.planning.plan(right.update_id, "carla", correct=True)
    by_platform = {item.target.platform: item for item in plan.to_post}
    first_post = next(entry for entry in desk.entries.entries() if entry.post.target.platform == "feed")
    assert by_platform["feed"].edits == first_post.platform_id != ""
    assert by_platform["lemmy"].edits == ""
    follow_up = desk.status.planning.plan(right.update_id, "carla")
    assert {item.edits for item in follow_up.to_post} == {""}, "without --correct it is a follow-up everywhere"
    with pytest.raises(NotAllowed, match="corrects none"):
        desk.status.planning.plan(wrong.update_id, "carla", correct=True)


async def test_four_eyes_asks_for_a_second_person_from_the_first_thread(tmp_path: Path) -> None:
    with open_desk(tmp_path, four_eyes=True, house=House(account_names=HOUSE.account_names)) as desk:
        plan = ticked(desk, planned(desk, 1))
        with pytest.raises(NotAllowed, match="Somebody else"):
            desk.status.sending.approve(plan.plan_id, "carla")
        desk.status.sending.approve(plan.plan_id, "bram")
        await carried_out(desk, hours=1)
        assert len(desk.platform.posts()) == 1


def _refused() -> Outcome:
    return Outcome(state=EntryState.NEEDS_HUMAN, reason="said_locked")


def _now() -> datetime:
    return MORNING


class Died(BaseException):
    """The process ends here."""


def _die_at(step: str) -> Callable[[str], None]:
    def die(name: str) -> None:
        if name == step:
            raise Died

    return die
