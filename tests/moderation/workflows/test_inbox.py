"""An agent's work: the next conversation, an answer, Send, and seeing what became of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from listener.errors import AlreadyClaimed, NotAllowed
from listener.model.analysis import Analysis, AnalysisStep
from listener.model.issue import Membership, NewIssue, Signal
from listener.model.mention import Author
from moderation.model.case import CaseState, CaseSummary
from moderation.model.outbox import DraftState, EntryState
from tests.fakes.desk import ANSWER, MORNING, Desk, edited, mention, open_desk

ANNA = Author(platform="feed", realm="forum.example", native_id="anna", name="Anna")


def claimed(desk: Desk, agent: str = "anna") -> CaseSummary:
    """Take the next case."""
    case = desk.inbox.next(agent)
    assert case is not None
    desk.inbox.claim(case.case_id, agent, case.version)
    return case


async def test_from_next_to_accepted(desk: Desk) -> None:
    """The whole road of one answer."""
    desk.hear(mention())
    case = claimed(desk)
    draft = desk.inbox.draft_reply(case.case_id, "anna", ANSWER)
    entry = desk.inbox.send(draft.draft_id, "anna")
    assert entry.state is EntryState.APPROVED
    await desk.gateway.run_once()
    view = desk.inbox.show(case.case_id)
    assert view is not None
    assert (view.summary.state, view.entries[0].state) == (CaseState.ANSWERED, EntryState.SENT)
    assert view.drafts[0].state is DraftState.APPROVED
    assert [one.mention.text for one in view.mentions] == [mention().text]
    assert desk.inbox.next("anna") is None


async def test_an_answer_that_was_not_accepted_leaves_the_case_waiting(desk: Desk) -> None:
    """A customer is not answered because we pressed a button."""
    desk.hear(mention())
    case = claimed(desk)
    entry = desk.inbox.send(desk.inbox.draft_reply(case.case_id, "anna", ANSWER).draft_id, "anna")
    desk.platform.close_thread(entry.post.target, why="locked")
    await desk.gateway.run_once()
    waiting = desk.inbox.next("anna")
    assert waiting is not None
    assert waiting.state is CaseState.CLAIMED


async def test_what_the_customer_added_before_the_send_still_waits(desk: Desk) -> None:
    """The answer was approved without having read it."""
    desk.hear(mention("1", root_id="t", author=ANNA))
    case = claimed(desk)
    desk.inbox.send(desk.inbox.draft_reply(case.case_id, "anna", ANSWER).draft_id, "anna")
    desk.hear(mention("2", root_id="t", author=ANNA, posted_at=MORNING + timedelta(minutes=20)))
    await desk.gateway.run_once()
    waiting = desk.inbox.next("anna")
    assert waiting is not None
    assert waiting.case_id == case.case_id


def test_next_passes_over_what_others_hold(desk: Desk) -> None:
    desk.hear(mention("1"), mention("2"))
    first = claimed(desk, "anna")
    second = desk.inbox.next("bram")
    assert second is not None
    assert second.case_id != first.case_id


def test_what_belongs_to_a_growing_issue_comes_first(desk: Desk) -> None:
    desk.hear(mention("1"))
    desk.clock.advance(timedelta(hours=1))
    ids = desk.hear(mention("2", posted_at=desk.clock.now()), directed=False)
    at = desk.clock.now()
    step = AnalysisStep(
        at=at,
        analyses=(Analysis(mention_id=ids[0], revision=0, language="nl", card_id=ids[0], text_hash="h"),),
        new_issues=(NewIssue(temporary_id=-1, title="storing", created_at=at),),
        memberships=(Membership(mention_id=ids[0], issue_id=-1, by="model", reason="near", at=at),),
    )
    desk.ledger.analyses.save(step)
    (issue,) = desk.ledger.issues.all()
    burst = Signal(
        kind="burst", issue_id=issue.issue_id, at=desk.clock.now(), seen=9, usual=0.1, p_value=1e-9, window_hours=12, mention_ids=tuple(ids)
    )
    desk.ledger.analyses.save(AnalysisStep(at=desk.clock.now(), signals=(burst,)))
    desk.hear(mention("2", posted_at=desk.clock.now()))
    case = desk.inbox.next("anna")
    assert case is not None
    assert (case.issue_id, case.why[0].key) == (issue.issue_id, "issue_growing")


def test_only_the_holder_drafts_and_sends(desk: Desk) -> None:
    desk.hear(mention())
    case = desk.inbox.next("anna")
    assert case is not None
    with pytest.raises(AlreadyClaimed, match="claim it first"):
        desk.inbox.draft_reply(case.case_id, "anna", ANSWER)
    desk.inbox.claim(case.case_id, "anna", case.version)
    with pytest.raises(AlreadyClaimed, match="anna holds it"):
        desk.inbox.draft_reply(case.case_id, "bram", ANSWER)
    draft = desk.inbox.draft_reply(case.case_id, "anna", ANSWER)
    with pytest.raises(AlreadyClaimed):
        desk.inbox.send(draft.draft_id, "bram")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("x" * 501, "501 graphemes"),
        ("Dag {{ naam }}, we kijken mee.", "blank"),
        ("Dank je! Zet het op https://nl.trustpilot.com/stroom", "review site"),
        ("Dag \x00", "control character"),
        ("Dag \ud83d", "half a character"),
    ],
)
def test_a_text_that_may_not_leave_is_refused_before_approval(desk: Desk, text: str, says: str) -> None:
    """RULES F32: refused with the reason, never cut, never mended in silence."""
    desk.hear(mention())
    case = claimed(desk)
    with pytest.raises(NotAllowed, match=says):
        desk.inbox.draft_reply(case.case_id, "anna", text)
    assert desk.drafts.all() == []


def test_a_reply_is_signed(tmp_path: Path) -> None:
    """RULES P36: a reader sees that the brand speaks. The signature counts towards the length."""
    with open_desk(tmp_path, signature="– Team Stroomwerk") as desk:
        desk.hear(mention())
        case = claimed(desk)
        assert desk.inbox.draft_reply(case.case_id, "anna", "Dag!").text == "Dag!\n\n– Team Stroomwerk"
        with pytest.raises(NotAllowed, match="takes 500"):
            desk.inbox.draft_reply(case.case_id, "anna", "x" * 490)


def test_a_thank_you_from_a_template(desk: Desk) -> None:
    desk.hear(mention())
    case = claimed(desk)
    draft = desk.inbox.draft_from_template(case.case_id, "anna", "reply_thanks", {"subject": "de monteur"})
    assert "de monteur" in draft.text
    assert draft.template.startswith("reply_thanks@")
    with pytest.raises(NotAllowed, match="no template for replies"):
        desk.inbox.draft_from_template(case.case_id, "anna", "invitation_thread", {"brand": "x"})


def test_on_x_the_message_that_named_us_is_answered(desk: Desk) -> None:
    """The follow-up did not name us, and X lets a program answer only what did."""
    author = Author(platform="x", realm="x.example", native_id="a", name="A")
    desk.hear(mention("1", platform="x", realm="x.example", author=author, root_id="t"))
    desk.hear(
        mention("2", platform="x", realm="x.example", author=author, root_id="t", posted_at=MORNING + timedelta(minutes=20)), directed=False
    )
    case = claimed(desk)
    assert len(case.mention_ids) == 2
    assert desk.inbox.draft_reply(case.case_id, "anna", ANSWER).target.parent_id == "1"


def test_an_edit_between_draft_and_send_is_shown_to_the_agent(desk: Desk) -> None:
    """RULES F8, before the outbox: the agent hears it when pressing Send."""
    before = mention()
    desk.hear(before)
    case = claimed(desk)
    draft = desk.inbox.draft_reply(case.case_id, "anna", ANSWER)
    desk.hear(edited(before, "Nu doet het gas het ook niet", at=MORNING + timedelta(minutes=30)))
    with pytest.raises(NotAllowed, match="target_edited"):
        desk.inbox.send(draft.draft_id, "anna")


def test_with_four_eyes_somebody_else_approves(tmp_path: Path) -> None:
    with open_desk(tmp_path, four_eyes=True) as desk:
        desk.hear(mention())
        case = claimed(desk)
        draft = desk.inbox.draft_reply(case.case_id, "anna", ANSWER)
        with pytest.raises(NotAllowed, match="four eyes"):
            desk.inbox.send(draft.draft_id, "anna")
        assert desk.outbox.approve(draft.draft_id, "bram").approved_by == "bram"


def test_what_is_approved_can_be_taken_back_until_it_leaves(desk: Desk) -> None:
    (one,) = desk.hear(mention())
    entry = desk.approved(one)
    cancelled = desk.outbox.cancel(entry.entry_id, "bram", "al gebeld")
    assert (cancelled.state, cancelled.note) == (EntryState.CANCELLED, "al gebeld")
    with pytest.raises(NotAllowed, match="cannot be cancelled"):
        desk.outbox.cancel(entry.entry_id, "bram", "nog eens")


def test_a_discarded_draft_cannot_be_approved(desk: Desk) -> None:
    (one,) = desk.hear(mention())
    draft = desk.draft(one)
    assert desk.drafts.discard(draft.draft_id, who="anna", at=desk.clock.now())
    with pytest.raises(NotAllowed, match="thrown away"):
        desk.outbox.approve(draft.draft_id, "anna")
    with pytest.raises(NotAllowed, match="no draft 99"):
        desk.outbox.approve(99, "anna")


def test_the_queue_can_be_narrowed(desk: Desk) -> None:
    desk.hear(mention("1"), mention("2"))
    case = claimed(desk)
    assert [one.case_id for one in desk.inbox.list(holder="anna")] == [case.case_id]
    assert len(desk.inbox.list(holder="")) == 1
    assert desk.inbox.list(brand="Anders") == ()
    assert len(desk.inbox.list(brand="Stroomwerk")) == 2


def test_a_draft_of_whoever_gave_the_case_back_is_not_approved_behind_the_new_holders_back(desk: Desk) -> None:
    """Two colleagues must not answer one customer because an old draft was still lying about."""
    desk.hear(mention())
    case = desk.inbox.list()[0]
    desk.inbox.claim(case.case_id, "anna", case.version)
    draft = desk.inbox.draft_reply(case.case_id, "anna", ANSWER)
    desk.inbox.release(case.case_id, "anna", desk.inbox.list()[0].version)
    desk.inbox.claim(case.case_id, "bram", desk.inbox.list()[0].version)
    with pytest.raises(NotAllowed, match="bram holds this conversation"):
        desk.outbox.approve(draft.draft_id, "anna")
    assert desk.outbox.list() == ()
