"""A thank-you to a helper leaves as every reply does: worded and sent by one person, and seen by a second one where the house asks it."""

from __future__ import annotations

import pytest

from listener.errors import NotAllowed
from moderation.ledger.endings import EndingLedger
from moderation.ledger.people import PeopleLedger
from moderation.model.outbox import DraftState
from moderation.reply_desk import second_person_for
from moderation.settings import KlankbordSettings
from tests.moderation.conversation.conftest import Conversations, helped


def test_a_colleague_sends_nobody_elses_thank_you(conversations: Conversations) -> None:
    """Pressing Send approves one's own words; a colleague's words are approved by an approver, after a fresh sign-in."""
    case_id, _ = helped(conversations)
    endings = conversations.talks.endings
    draft = endings.thank(case_id, "Dank je wel!", "anna", language="nl")
    with pytest.raises(NotAllowed) as refused:
        endings.send_thanks(case_id, draft.draft_id, "bram")
    assert refused.value.key == "draft_of_other"
    assert conversations.desk.entries.entries() == []
    assert endings.send_thanks(case_id, draft.draft_id, "Anna").draft_id == draft.draft_id
    kept = conversations.desk.drafts.get(draft.draft_id)
    assert kept is not None
    assert kept.state is DraftState.APPROVED


def test_only_the_message_that_helped_is_this_cases_to_use(conversations: Conversations) -> None:
    """A number typed into a form must not carry what was said elsewhere, to another brand, into this one's knowledge."""
    case_id, helper = helped(conversations)
    conversations.talks.endings.must_have_helped(case_id, helper)
    for other in (helper - 1, helper + 1, 999):
        with pytest.raises(NotAllowed) as refused:
            conversations.talks.endings.must_have_helped(case_id, other)
        assert refused.value.key == "talk_no_helper"


@pytest.mark.parametrize(("brands", "asked"), [(["Stroomwerk"], True), (["Elders"], False)])
def test_a_brand_that_asks_for_a_second_person_asks_it_of_a_thank_you_too(
    conversations: Conversations, brands: list[str], asked: bool
) -> None:
    """It belongs to no case, but it is said in the name of the brand whose conversation it ended."""
    case_id, _ = helped(conversations)
    draft = conversations.talks.endings.thank(case_id, "Dank je wel!", "anna", language="nl")
    assert draft.case_id is None
    engine = conversations.desk.ledger.engine
    settings = KlankbordSettings.model_validate({"outbox": {"four_eyes_brands": brands}})
    asks = second_person_for(settings, conversations.desk.cases, PeopleLedger(engine), EndingLedger(engine))
    assert asks(draft) is asked
