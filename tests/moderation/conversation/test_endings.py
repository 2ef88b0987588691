"""How a conversation ends, and thanks to whoever helped."""

from __future__ import annotations

import pytest

from listener.errors import AlreadyClaimed, NotAllowed
from listener.model.mention import Removal
from moderation.model.case import CaseState, Ending
from moderation.model.outbox import DraftState, EntryState
from tests.moderation.conversation.conftest import JOOST, Conversations, held, helped, one_case, wrote


@pytest.mark.parametrize("ending", [Ending.ANSWERED, Ending.NO_ANSWER_NEEDED])
def test_a_conversation_ends_and_the_ending_can_be_taken_back(conversations: Conversations, ending: Ending) -> None:
    case_id = one_case(conversations)
    version = held(conversations, case_id)
    act = conversations.talks.endings.end(case_id, "anna", version, ending)
    talk = conversations.show(case_id)
    row = conversations.desk.cases.get(case_id)
    assert talk.ending is not None
    assert row is not None
    assert (talk.ending.kind, row.state) == (ending.value, CaseState.CLOSED)
    conversations.acts.undo(act.act_id, "anna")
    row = conversations.desk.cases.get(case_id)
    assert row is not None
    assert (row.state, conversations.show(case_id).ending) == (CaseState.CLAIMED, None)


def test_of_two_who_end_a_conversation_one_does(conversations: Conversations) -> None:
    case_id = one_case(conversations)
    row = conversations.desk.cases.get(case_id)
    assert row is not None
    conversations.talks.endings.end(case_id, "anna", row.version, Ending.ANSWERED)
    with pytest.raises((AlreadyClaimed, NotAllowed)):
        conversations.talks.endings.end(case_id, "bram", row.version, Ending.NO_ANSWER_NEEDED)
    ending = conversations.show(case_id).ending
    assert ending is not None
    assert (ending.kind, ending.made_by) == ("answered", "anna")


def test_a_fix_names_what_solved_it(conversations: Conversations) -> None:
    case_id = one_case(conversations)
    version = held(conversations, case_id)
    with pytest.raises(NotAllowed, match="which action"):
        conversations.talks.endings.end(case_id, "anna", version, Ending.RESOLVED_BY_FIX)
    conversations.talks.endings.end(case_id, "anna", version, Ending.RESOLVED_BY_FIX, about="status:resolved")
    ending = conversations.show(case_id).ending
    assert ending is not None
    assert ending.about == "status:resolved"


async def test_whoever_helped_is_thanked_by_a_reply_that_a_person_sends(conversations: Conversations) -> None:
    """The thank-you is a draft like any other: below the helper's message, and nothing leaves before Send."""
    case_id, helper = helped(conversations)
    endings = conversations.talks.endings
    offered = endings.offered_thanks(case_id, "nl", "anna")
    assert "Joost" in offered
    draft = endings.thank(case_id, offered, "anna", language="nl")
    assert (draft.target.mention_id, draft.state) == (helper, DraftState.OPEN)
    await conversations.desk.gateway.run_once()
    assert conversations.desk.entries.entries() == []
    with pytest.raises(NotAllowed):
        endings.send_thanks(case_id, draft.draft_id + 1, "anna")
    entry = endings.send_thanks(case_id, draft.draft_id, "anna")
    await conversations.desk.gateway.run_once()
    assert conversations.desk.state(entry.entry_id) is EntryState.SENT
    row = conversations.desk.cases.get(case_id)
    assert row is not None
    assert (row.state, row.answered_at) == (CaseState.CLOSED, None), "thanking a neighbour is no answer to the customer"


def test_a_thank_you_carries_no_review_link(conversations: Conversations) -> None:
    case_id, _ = helped(conversations)
    with pytest.raises(NotAllowed, match="review"):
        conversations.talks.endings.thank(case_id, "Dank! Zet het op https://nl.trustpilot.com/stroom", "anna", language="nl")
    assert conversations.talks.endings.thanks(case_id) is None


def test_only_another_persons_message_in_this_thread_can_have_helped(conversations: Conversations) -> None:
    case_id = one_case(conversations)
    (elsewhere,) = conversations.desk.hear(wrote("9", "Ergens anders", JOOST, root_id="u"), directed=False)
    version = held(conversations, case_id)
    own = conversations.case().mention_ids[0]
    for helper in (None, elsewhere, own, 999):
        with pytest.raises(NotAllowed):
            conversations.talks.endings.end(case_id, "anna", version, Ending.ANSWERED_BY_COMMUNITY, helper=helper)
    row = conversations.desk.cases.get(case_id)
    assert row is not None
    assert row.state is CaseState.CLAIMED


def test_a_helper_whose_message_is_gone_is_not_thanked(conversations: Conversations) -> None:
    case_id, _ = helped(conversations)
    gone = Removal(platform="feed", realm="forum.example", native_id="2")
    conversations.desk.ledger.mentions.remove([gone], source="feed", at=conversations.desk.clock.now())
    assert conversations.talks.endings.offered_thanks(case_id, "nl", "anna") == ""
    with pytest.raises(NotAllowed):
        conversations.talks.endings.thank(case_id, "Dank!", "anna", language="nl")
