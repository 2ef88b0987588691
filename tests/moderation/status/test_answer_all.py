"""One answer to everybody hit by an issue: each conversation is chosen singly, hears it once, and counts as answered once it is posted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listener.errors import NotAllowed
from listener.model.mention import Author
from moderation.ledger.cases import CaseLedger
from moderation.model.broadcast import ItemState, Plan, PlanKind, PlanState
from moderation.model.case import CaseState
from moderation.model.leave import OptOut
from moderation.model.person import Person, Role
from moderation.model.post import PostKind
from tests.fakes.desk import Desk, mention
from tests.moderation.status.said import issue_of, published

TEXTS = {"nl": "Dag {{ customer }}, de kabel is gerepareerd. Doet alles het weer?", "en": "Hello {{ customer }}, the cable was repaired."}


def people(desk: Desk, threads: int, *, platform: str = "feed") -> list[int]:
    """Let one person speak to the brand in each of so many threads."""
    return desk.hear(*(mention(f"{number}", platform=platform) for number in range(threads)))


def planned(desk: Desk, issue: int, *, who: str = "carla", tick: bool = True) -> Plan:
    cases = [one.case.case_id for one in desk.status.answers.affected(issue)]
    plan = desk.status.answers.plan(issue, cases, TEXTS, who)
    if tick:
        desk.status.sending.tick(plan.plan_id, [item.item_id for item in plan.to_post], who)
    return desk.status.sending.get(plan.plan_id)


def states(desk: Desk) -> list[CaseState]:
    return [row.state for row in CaseLedger(desk.ledger.engine).rows(tuple(CaseState))]


async def carry_out(desk: Desk, plan: Plan) -> Plan:
    desk.status.sending.approve(plan.plan_id, "bram")
    desk.status.sending.once()
    await desk.settle()
    return desk.status.sending.get(plan.plan_id)


async def test_everybody_hears_it_once_by_name_and_counts_as_answered(desk: Desk) -> None:
    issue = issue_of(desk, people(desk, 3))
    plan = await carry_out(desk, planned(desk, issue))
    assert (plan.kind, plan.state, plan.update_id) == (PlanKind.ANSWER, PlanState.DONE, 0)
    posts = desk.platform.posts()
    assert sorted(post.thread_id for post in posts) == ["0", "1", "2"]
    assert {post.text for post in posts} == {f"Dag Naam {n}, de kabel is gerepareerd. Doet alles het weer?" for n in range(3)}
    assert states(desk) == [CaseState.ANSWERED] * 3
    assert {entry.post.kind for entry in desk.entries.entries()} == {PostKind.ANSWER}
    assert desk.status.answers.affected(issue) == ()


async def test_only_conversations_that_somebody_chose_singly_get_it(desk: Desk) -> None:
    """The settled rule: what nobody chose singly does not leave, however often status updates proved right."""
    issue = issue_of(desk, people(desk, 3))
    plan = planned(desk, issue, tick=False)
    with pytest.raises(NotAllowed, match="one by one"):
        desk.status.sending.approve(plan.plan_id, "bram")
    desk.status.sending.tick(plan.plan_id, [plan.to_post[1].item_id], "carla")
    done = await carry_out(desk, plan)
    assert [post.thread_id for post in desk.platform.posts()] == ["1"]
    assert [(item.state, item.why) for item in done.items if item.position != 1] == [(ItemState.SKIPPED, "unticked")] * 2
    assert not desk.status.sending.live(done)


def test_above_five_somebody_else_approves(desk: Desk) -> None:
    plan = planned(desk, issue_of(desk, people(desk, 6)))
    with pytest.raises(NotAllowed, match="Somebody else"):
        desk.status.sending.approve(plan.plan_id, "carla")
    assert desk.status.sending.approve(plan.plan_id, "bram").state is PlanState.APPROVED


async def test_the_caps_of_broadcasts_hold_it(desk: Desk) -> None:
    """Ten an hour: the eleventh waits."""
    plan = planned(desk, issue_of(desk, people(desk, 12)))
    desk.status.sending.approve(plan.plan_id, "bram")
    for _ in range(3):
        desk.status.sending.once()
        await desk.gateway.run_once()
    assert len(desk.platform.posts()) == 10
    desk.clock.advance(timedelta(minutes=61))
    desk.status.sending.once()
    await desk.settle()
    assert len(desk.platform.posts()) == 12


def test_who_is_skipped_says_why(desk: Desk) -> None:
    quiet = Author(platform="feed", realm="forum.example", native_id="quiet", name="Q")
    evil = Author(platform="feed", realm="forum.example", native_id="evil", name="@everyone http://x.example")
    first, second, third, fourth, fifth = desk.hear(
        mention("goes"), mention("quiet", author=quiet), mention("evil", author=evil), mention("held"), mention("german")
    )
    issue = issue_of(desk, [first, second, third, fourth, fifth])
    desk.leave.add_opt_out(OptOut(person_key=quiet.key, at=desk.clock.now(), how="words", noted_by="anna"))
    held = next(row for row in CaseLedger(desk.ledger.engine).rows() if fourth in row.mention_ids)
    desk.inbox.claim(held.case_id, "dora", held.version)
    plan = planned(desk, issue, tick=False)
    assert [item.target.thread_id for item in plan.to_post] == ["goes", "german"]
    assert {item.target.thread_id: item.why for item in plan.skipped} == {"quiet": "opted_out", "evil": "no_name", "held": "held"}
    only_english = desk.status.answers.plan(issue, [item.case_id or 0 for item in plan.items], {"en": "It works again."}, "carla")
    assert "no_words" in {item.why for item in only_english.items}


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({}, "Write the answer"),
        ({"nl": " \n "}, "Write the answer"),
        ({"nl": "Dag {{ voornaam }}"}, "There is no"),
        ({"nl": "De stand: {{ status }}"}, "is not known"),
        ({"nl": "Dag [naam], het is klaar"}, "blank"),
        ({"nl": "Dag {{ customer }} {% for a in b %}"}, "blank"),
    ],
)
def test_unfinished_words_are_refused_before_anything_is_planned(desk: Desk, texts: dict[str, str], said: str) -> None:
    issue = issue_of(desk, people(desk, 1))
    with pytest.raises(NotAllowed, match=said):
        desk.status.answers.plan(issue, [1], texts, "carla")
    assert desk.status.answers.plans(issue) == []


def test_what_was_published_fills_the_words(desk: Desk) -> None:
    issue = issue_of(desk, people(desk, 1))
    published(desk, issue)
    plan = desk.status.answers.plan(issue, [1], {"nl": "Over {{ issue }}: {{ status }}. Meer nieuws {{ next_update }}."}, "carla")
    (item,) = plan.items
    assert "de storing in Zuid: we zoeken uit wat er aan de hand is. Meer nieuws " in item.text
    assert "{{" not in item.text


async def test_a_conversation_that_moved_on_meanwhile_gets_nothing(desk: Desk) -> None:
    """After planning: a colleague takes one, the customer writes again in another, a third is answered by somebody."""
    ids = people(desk, 4)
    issue = issue_of(desk, ids)
    plan = planned(desk, issue)
    desk.status.sending.approve(plan.plan_id, "bram")
    rows = {row.mention_ids[0]: row for row in CaseLedger(desk.ledger.engine).rows()}
    desk.inbox.claim(rows[ids[0]].case_id, "dora", rows[ids[0]].version)
    same = Author(platform="feed", realm="forum.example", native_id="u-1", name="Naam 1")
    desk.hear(mention("again", root_id="1", author=same, text="Bij ons ook nog steeds niet"))
    desk.inbox.claim(rows[ids[2]].case_id, "emma", rows[ids[2]].version)
    desk.inbox.send(desk.inbox.draft_reply(rows[ids[2]].case_id, "emma", "Wat vervelend, we kijken mee.").draft_id, "emma")
    await desk.settle()
    desk.status.sending.once()
    await desk.settle()
    done = desk.status.sending.get(plan.plan_id)
    assert [item.why for item in done.items] == ["held", "wrote_again", "answered", ""]
    assert [post.thread_id for post in desk.platform.posts()] == ["2", "3"]


async def test_two_plans_for_the_same_people_answer_them_once(desk: Desk) -> None:
    issue = issue_of(desk, people(desk, 3))
    cases = [one.case.case_id for one in desk.status.answers.affected(issue)]
    plans = [planned(desk, issue), desk.status.answers.plan(issue, cases, {"nl": "Het is opgelost, sorry voor het wachten."}, "dora")]
    for plan in plans:
        desk.status.sending.tick(plan.plan_id, [item.item_id for item in plan.to_post], "carla")
        desk.status.sending.approve(plan.plan_id, "bram")
    desk.status.sending.once()
    await desk.settle()
    desk.status.sending.once()
    await desk.settle()
    assert sorted(post.thread_id for post in desk.platform.posts()) == ["0", "1", "2"]


async def test_an_answer_by_hand_just_before_it_leaves_stops_it(desk: Desk) -> None:
    """It waited for the caps in the outbox while a colleague answered: the gateway asks again just before each send."""
    ids = people(desk, 11)
    plan = planned(desk, issue_of(desk, ids))
    desk.status.sending.approve(plan.plan_id, "bram")
    for _ in range(2):
        desk.status.sending.once()
        await desk.gateway.run_once()
    queued = desk.entries.entries()[-1]
    assert (len(desk.platform.posts()), queued.post.target.mention_id) == (10, ids[-1])
    desk.approved(ids[-1], "Ik heb je net gebeld, het is opgelost.", who="dora")
    await desk.gateway.run_once()
    desk.clock.advance(timedelta(minutes=61))
    await desk.settle()
    assert [post.text for post in desk.platform.posts() if post.thread_id == "10"] == ["Ik heb je net gebeld, het is opgelost."]
    assert desk.entry(queued.entry_id).note == "answered_meanwhile"


def test_somebody_of_one_brand_answers_for_that_brand_only(desk: Desk) -> None:
    issue = issue_of(desk, people(desk, 2))
    stranger = Person(name="x", role=Role.AGENT, brands=frozenset({"Andere"}))
    assert desk.status.answers.affected(issue, person=stranger) == ()
    with pytest.raises(NotAllowed, match="None of these"):
        desk.status.answers.plan(issue, [1, 2], TEXTS, "x", person=stranger)


def test_an_answer_is_signed_once(desk: Desk) -> None:
    issue = issue_of(desk, people(desk, 1))
    desk.status.answers._signature = "Team Stroomwerk"
    unsigned = desk.status.answers.plan(issue, [1], {"nl": "Het is klaar."}, "carla").items[0].text
    signed = desk.status.answers.plan(issue, [1], {"nl": "Het is klaar. {{ signature }}"}, "carla").items[0].text
    assert (unsigned, signed) == ("Het is klaar.\n\nTeam Stroomwerk", "Het is klaar. Team Stroomwerk")
