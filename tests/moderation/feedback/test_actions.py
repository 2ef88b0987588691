"""Improvement actions, and "you said, we did": to everybody who agreed, once, also when the process dies on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest

from listener.errors import NotAllowed
from moderation.ledger.actions import ActionLedger
from moderation.ledger.feedback import FeedbackLedger
from moderation.ledger.standing import StandingLedger
from moderation.model.action import Action, ActionState, Agreed, TellState, once_each
from moderation.model.leave import OptOut
from moderation.model.outbox import DraftState, StandingApproval
from moderation.model.post import PostKind
from moderation.model.shadow import Judged, ShadowKind
from moderation.workflows.feedback_links import FeedbackLinks
from moderation.workflows.give_feedback import FeedbackForms
from moderation.workflows.improve import TEMPLATE, Improvements
from tests.fakes.desk import Desk, mention, open_desk, shipped_rules
from tests.moderation.feedback.conftest import BASE, KEY
from tests.moderation.status.said import issue_of

DID = {"nl": "De storingskaart wordt nu elke vijf minuten ververst.", "en": "The outage map is renewed every five minutes now."}


class Killed(BaseException):
    """The process ends here."""


def improving(desk: Desk, on_step: Callable[[str], None] = lambda _step: None) -> Improvements:
    wording, _ = shipped_rules()
    engine = desk.ledger.engine
    return Improvements(
        desk.ledger,
        ActionLedger(engine),
        desk.leave,
        desk.shadow,
        StandingLedger(engine),
        desk.outbox,
        desk.precheck,
        desk.clock,
        wording=wording,
        on_step=on_step,
    )


def people(desk: Desk, count: int, *, prefix: str = "p") -> tuple[int, list[int]]:
    """Let so many people write about one issue, each in a thread of their own; return the issue and their conversations."""
    before = {row.conversation_id for row in desk.cases.rows()}
    ids = desk.hear(*(mention(f"{prefix}{n}", f"De kaart klopt niet, nummer {n}") for n in range(count)))
    issue = issue_of(desk, ids)
    return issue, [row.conversation_id for row in desk.cases.rows() if row.conversation_id not in before]


def agree(desk: Desk, conversations: list[int]) -> None:
    for one in conversations:
        ActionLedger(desk.ledger.engine).agree(one, agreed=True, by="anna", at=desk.clock.now())


def an_action(desk: Desk, issue: int) -> Action:
    due = date(2026, 3, 20)
    return improving(desk).add(issue, owner="bea", due_on=due, change="kaart elke 5 minuten", done_when="kaart loopt", by="anna")


def let_graduate(desk: Desk) -> None:
    """Fill shadow, let a person check it, and let the template go live."""
    issue, conversations = people(desk, 52, prefix="shadow")
    agree(desk, conversations)
    improving(desk).done(an_action(desk, issue).action_id, DID, by="anna")
    for item in desk.shadow.items(kind=ShadowKind.YOU_SAID):
        desk.shadow.review(item.shadow_id, Judged.RIGHT, "carla")
    for figures in desk.shadow.figures():
        if figures.holds:
            desk.shadow.graduate(figures.kind, figures.subject, "carla")


def give_standing(desk: Desk) -> None:
    wording, _ = shipped_rules()
    for language in ("nl", "en"):
        name, _, digest = wording[language].version(TEMPLATE).partition("@")
        StandingLedger(desk.ledger.engine).give(
            StandingApproval(
                standing_id=0,
                kind=PostKind.YOU_SAID,
                template=name,
                template_hash=digest,
                variables=("did", "signature"),
                audience_rule="agreed to hear",
                accounts=(desk.account.account.key,),
                most_per_hour=100,
                most_per_day=100,
                given_by="carla",
                given_at=desk.clock.now(),
                expires_at=desk.clock.now() + timedelta(days=30),
            )
        )


def drafts(desk: Desk) -> list[int]:
    return [one.draft_id for one in desk.drafts.all(state=DraftState.OPEN) if one.kind is PostKind.YOU_SAID]


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Desk]:
    """A desk where "you said, we did" graduated."""
    with open_desk(tmp_path / "live") as desk:
        let_graduate(desk)
        yield desk


def test_an_action_has_an_owner_a_day_and_a_sign_that_it_is_done(desk: Desk) -> None:
    issue, _ = people(desk, 2)
    kept = an_action(desk, issue)
    assert (kept.owner, kept.state, kept.done_when) == ("bea", ActionState.OPEN, "kaart loopt")
    assert kept.late_on(date(2026, 3, 21))
    assert not kept.late_on(date(2026, 3, 20))
    with pytest.raises(NotAllowed, match="an owner"):
        improving(desk).add(issue, owner=" ", due_on=date(2026, 3, 20), change="x", done_when="y", by="anna")
    with pytest.raises(NotAllowed, match="no issue 999"):
        an_action(desk, 999)


def test_what_was_done_to_an_action_stays_on_record(desk: Desk) -> None:
    issue, _ = people(desk, 1)
    work, action = improving(desk), an_action(desk, issue)
    work.drop(action.action_id, "leverancier stopt", by="bea")
    work.undo(action.action_id, by="carla")
    work.done(action.action_id, DID, by="bea")
    acts = ActionLedger(desk.ledger.engine).acts(action.action_id)
    assert [(one.verb, one.made_by) for one in acts] == [("add", "anna"), ("drop", "bea"), ("undo", "carla"), ("done", "bea")]
    assert acts[1].detail == "leverancier stopt"
    assert desk.audit.find_break() is None
    with pytest.raises(NotAllowed, match="is done"):
        work.drop(action.action_id, "toch niet", by="bea")


def test_nothing_leaves_before_graduation(desk: Desk) -> None:
    """Shadow first: what no person chose singly is looked at by people before anybody reads it."""
    issue, conversations = people(desk, 3)
    agree(desk, conversations)
    told = improving(desk).done(an_action(desk, issue).action_id, DID, by="anna")
    assert [one.state for one in told] == [TellState.SHADOW] * 3
    assert len(desk.shadow.items(kind=ShadowKind.YOU_SAID)) == 3
    assert desk.drafts.all() == []
    assert desk.entries.entries() == []


def test_only_who_agreed_is_told(live: Desk) -> None:
    issue, conversations = people(live, 3)
    agree(live, conversations[:1])
    told = improving(live).done(an_action(live, issue).action_id, DID, by="anna")
    assert [one.conversation_id for one in told] == conversations[:1]
    assert len(drafts(live)) == 1


def test_a_yes_in_feedback_is_an_agreement_and_a_later_no_by_hand_outweighs_it(live: Desk) -> None:
    issue, conversations = people(live, 2)
    ledger = FeedbackLedger(live.ledger.engine)
    links = FeedbackLinks(ledger, live.clock, key=KEY, base_url=BASE)
    forms = FeedbackForms(links, ledger, live.clock)
    for one in conversations:
        forms.answer(links.personal(one, issue_id=issue, channel="feed", language="nl").rpartition("/")[2], 4, {"tell": "yes"})
    ActionLedger(live.ledger.engine).agree(conversations[1], agreed=False, by="anna", at=live.clock.now())
    told = improving(live).done(an_action(live, issue).action_id, DID, by="anna")
    assert [one.conversation_id for one in told] == conversations[:1]


def test_who_opted_out_is_left_out_before_anything_else(live: Desk) -> None:
    issue, conversations = people(live, 2)
    agree(live, conversations)
    live.leave.add_opt_out(OptOut(person_key="feed/forum.example/u-p0", at=live.clock.now(), how="hand", noted_by="anna"))
    told = improving(live).done(an_action(live, issue).action_id, DID, by="anna")
    assert [(one.state, one.reason) for one in told] == [(TellState.LEFT_OUT, "opted_out"), (TellState.DRAFTED, "")]
    assert len(drafts(live)) == 1


def test_where_a_rule_forbids_it_the_rule_is_kept_by_name(live: Desk) -> None:
    """A page says it in its own language."""
    ids = live.hear(mention("x1", "De kaart klopt niet", platform="x", realm="x.example"))
    (conversation,) = [row.conversation_id for row in live.cases.rows() if set(row.mention_ids) & set(ids)]
    agree(live, [conversation])
    (told,) = improving(live).done(an_action(live, issue_of(live, ids)).action_id, DID, by="anna")
    assert (told.state, told.reason) == (TellState.LEFT_OUT, "invitation_place")


async def test_after_graduation_one_person_approves_each_or_a_standing_approval_all(live: Desk) -> None:
    issue, conversations = people(live, 2)
    agree(live, conversations)
    work, action = improving(live), an_action(live, issue)
    work.done(action.action_id, DID, by="anna")
    await live.settle()
    assert live.platform.posts() == []
    give_standing(live)
    work.go_on()
    await live.settle()
    posts = live.platform.posts()
    assert [post.kind for post in posts] == ["you_said"] * 2
    assert all(DID["nl"] in post.text for post in posts)


@pytest.mark.parametrize(("step", "at"), [("finished", 1), *product(("recorded", "drafted"), (1, 2, 3))])
async def test_a_process_that_dies_anywhere_tells_each_thread_once(live: Desk, step: str, at: int) -> None:
    """Killed at the n-th of each step, started again, done twice more: one message a thread."""
    give_standing(live)
    issue, conversations = people(live, 3)
    agree(live, conversations)
    action = an_action(live, issue)
    seen = 0

    def die(reached: str) -> None:
        nonlocal seen
        seen += reached == step
        if reached == step and seen == at:
            raise Killed

    with pytest.raises(Killed):
        improving(live, die).done(action.action_id, DID, by="anna")
    for _ in range(2):
        improving(live).go_on()
        improving(live).done(action.action_id, DID, by="anna")
    await live.settle()
    posts = live.platform.posts()
    assert len(posts) == 3
    assert len({post.thread_id for post in posts}) == 3


async def test_an_action_opened_again_and_done_again_tells_nobody_twice(live: Desk) -> None:
    """Two were to be told; one message had been approved, the other is withdrawn and worded anew."""
    issue, conversations = people(live, 2)
    agree(live, conversations)
    work, action = improving(live), an_action(live, issue)
    work.done(action.action_id, DID, by="anna")
    first, second = drafts(live)
    live.outbox.approve(first, "carla")
    await live.settle()
    work.undo(action.action_id, by="anna")
    withdrawn = live.drafts.get(second)
    assert withdrawn is not None
    assert withdrawn.state is DraftState.DISCARDED
    work.done(action.action_id, {"nl": "De kaart is vernieuwd, en je ziet wanneer."}, by="anna")
    (again,) = drafts(live)
    live.outbox.approve(again, "carla")
    await live.settle()
    posts = live.platform.posts()
    assert len(posts) == 2
    assert len({post.thread_id for post in posts}) == 2


def test_one_thread_or_one_person_gets_one_message() -> None:
    """Two people in one thread read the same message; one person in two threads is told in the first."""

    def agreed(number: int, thread: str, person: str) -> Agreed:
        return Agreed(conversation_id=number, platform="feed", realm="f", thread_id=thread, author_key=person)

    several = [
        agreed(1, "a", "p1"),
        agreed(2, "a", "p2"),
        agreed(3, "b", "p2"),
        agreed(4, "c", "p1"),
        agreed(5, "d", ""),
        agreed(6, "e", ""),
    ]
    assert [one.conversation_id for one in once_each(several)] == [1, 5, 6]


def test_done_says_what_we_did(desk: Desk) -> None:
    issue, _ = people(desk, 1)
    with pytest.raises(NotAllowed, match="what we did"):
        improving(desk).done(an_action(desk, issue).action_id, {"nl": " "}, by="anna")
