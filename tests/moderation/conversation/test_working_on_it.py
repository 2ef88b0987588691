"""What people see of a conversation and do to it: its thread, labels put right, consent, and a timeline of everything."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listener.errors import NotAllowed
from listener.model.mention import Removal
from moderation.model.card import CardWords
from moderation.model.case import Ending
from moderation.model.conversation import EventGroup
from moderation.model.outbox import EntryState
from moderation.model.talk import LineKind
from tests.fakes.desk import ANSWER, MORNING, edited, mention
from tests.moderation.conversation.conftest import JOOST, MEREL, Conversations, held, negative, one_case, wrote


def test_copies_fold_and_removed_messages_leave_a_mark_without_words(conversations: Conversations) -> None:
    texts = [wrote(str(n), "Geen stroom!!", MEREL, root_id="t", posted_at=MORNING + timedelta(minutes=n)) for n in range(4)]
    ids = conversations.hear(*texts)
    conversations.analyse(ids[:3], card_id=ids[0])
    gone = Removal(platform="feed", realm="forum.example", native_id="3")
    conversations.desk.ledger.mentions.remove([gone], source="feed", at=conversations.desk.clock.now())
    lines = conversations.show(conversations.case().case_id).lines
    assert [(line.kind, line.copies) for line in lines] == [(LineKind.MESSAGE, 2), (LineKind.GONE, 0)]
    assert lines[0].waits


def test_others_in_the_same_thread_are_shown_beside_it(conversations: Conversations) -> None:
    case_id = one_case(conversations)
    conversations.desk.hear(wrote("2", "Bij mij hielp herstarten", JOOST, root_id="t"), directed=False)
    conversations.desk.hear(wrote("3", "Heel ergens anders", JOOST, root_id="u"), directed=False)
    talk = conversations.show(case_id)
    assert [one.mention.text for one in talk.around] == ["Bij mij hielp herstarten"]
    assert len(talk.lines) == 1


async def test_our_post_is_in_its_place_with_its_state(conversations: Conversations) -> None:
    case_id = one_case(conversations)
    held(conversations, case_id)
    inbox = conversations.desk.inbox
    inbox.send(inbox.draft_reply(case_id, "anna", ANSWER).draft_id, "anna")
    assert conversations.show(case_id).lines[-1].entry is not None
    await conversations.desk.gateway.run_once()
    (first, ours) = conversations.show(case_id).lines
    assert (ours.kind, ours.entry.state if ours.entry else None, first.waits) == (LineKind.OURS, EntryState.SENT, False)


def test_a_long_thread_opens_with_its_first_and_newest_lines(conversations: Conversations) -> None:
    """300 messages: the page shows a few, and says how many it folded."""
    conversations.hear(*(wrote(str(n), f"Bericht {n}", MEREL, root_id="t", posted_at=MORNING + timedelta(seconds=n)) for n in range(300)))
    case_id = conversations.case().case_id
    talk = conversations.talks.show.show(case_id, lambda cause, title: "")
    assert talk is not None
    assert (len(talk.lines), talk.earlier) == (13, 287)
    ends = [line.stored for line in (talk.lines[0], talk.lines[1], talk.lines[-1])]
    assert [one.mention.text for one in ends if one] == ["Bericht 0", "Bericht 288", "Bericht 299"]
    assert len(conversations.show(case_id).lines) == 300


def test_a_label_is_corrected_in_place_and_taken_back(conversations: Conversations) -> None:
    (mention_id,) = conversations.hear(wrote("1", "Top hoor, weer geen stroom", MEREL))
    conversations.analyse([mention_id], negative("positive"))
    case = conversations.case()
    correct = conversations.talks.corrections.correct
    correct([case.conversation_id], mention_id, "sentiment", "negative", "anna")
    (line,) = conversations.show(case.case_id).lines
    assert (line.labels["sentiment"], line.corrected) == ("negative", frozenset({"sentiment"}))
    correct([case.conversation_id], mention_id, "sentiment", "", "anna")
    assert conversations.show(case.case_id).lines[0].labels["sentiment"] == "positive"


@pytest.mark.parametrize(("name", "value"), [("sentiment", "angry"), ("spam", "yes"), ("name", "x"), ("", "")])
def test_only_answers_on_the_list_are_kept(conversations: Conversations, name: str, value: str) -> None:
    (mention_id,) = conversations.hear(wrote("1", "Geen stroom", MEREL))
    conversations.analyse([mention_id], negative())
    with pytest.raises(NotAllowed):
        conversations.talks.corrections.correct([conversations.case().conversation_id], mention_id, name, value, "anna")


def test_a_message_of_another_conversation_is_not_corrected_from_here(conversations: Conversations) -> None:
    """The number in the form is checked against the conversation, whoever sends it."""
    ids = conversations.hear(wrote("1", "Geen stroom", MEREL), wrote("2", "Iets anders", JOOST))
    conversations.analyse(ids, negative())
    case = next(row for row in conversations.desk.cases.rows() if row.mention_ids == (ids[0],))
    with pytest.raises(NotAllowed):
        conversations.talks.corrections.correct([case.conversation_id], ids[1], "sentiment", "positive", "anna")


def test_the_timeline_tells_everything_in_order(conversations: Conversations) -> None:
    first = wrote("1", "Geen stroom", MEREL, root_id="t")
    ids = conversations.hear(first)
    conversations.analyse(ids, negative())
    case_id = conversations.case().case_id
    version = held(conversations, case_id)
    conversations.talks.notes.add(case_id, "x", "anna")
    conversations.talks.questions.ask(case_id, "bram", "y", "anna")
    conversations.talks.corrections.correct([conversations.case().conversation_id], ids[0], "sentiment", "neutral", "anna")
    conversations.talks.cards.keep(case_id, CardWords(summary="z"), "anna")
    conversations.desk.inbox.send(conversations.desk.inbox.draft_reply(case_id, "anna", ANSWER).draft_id, "anna")
    conversations.desk.clock.advance(timedelta(minutes=1))
    conversations.talks.endings.end(case_id, "anna", version, Ending.ANSWERED)
    conversations.desk.hear(edited(first, "Geen stroom en geen gas", at=conversations.desk.clock.now()))
    events = conversations.talks.show.events(case_id)
    moments = [one.at for one in events]
    assert moments == sorted(moments, reverse=True)
    verbs = {one.verb for one in events}
    assert {"message", "open", "claim", "note", "ask", "label", "card", "draft", "approve", "close", "ending", "edited"} <= verbs
    assert {one.group for one in events} == {EventGroup.CUSTOMER, EventGroup.WORK, EventGroup.INSIDE, EventGroup.REPLY}
    assert not any("Geen stroom" in str(one) or ANSWER in str(one) for one in events), "a timeline holds no words of anybody"


def test_opt_out_and_consent_noted_here_are_the_ones_that_hold_everywhere(conversations: Conversations) -> None:
    case_id = one_case(conversations)
    leave = conversations.talks.leave
    leave.consent(MEREL.key, "email", "anna", source="in het gesprek")
    leave.opt_out(MEREL.key, "anna", why="schreef dat ze niets meer wil horen")
    beside = conversations.show(case_id).beside
    assert beside.opted_out is not None
    assert ([one.channel for one in beside.consents], beside.nobody) == (["email"], False)
    assert conversations.desk.leave.opted_out(MEREL.key)
    with pytest.raises(NotAllowed, match="own wish"):
        leave.end_opt_out(MEREL.key, "anna", why=" ")
    leave.end_opt_out(MEREL.key, "anna", why="belde zelf")
    assert not conversations.desk.leave.opted_out(MEREL.key)
    with pytest.raises(NotAllowed):
        leave.consent("", "email", "anna")
    with pytest.raises(NotAllowed):
        leave.consent(MEREL.key, "carrier_pigeon", "anna")


def test_a_conversation_of_nobody_in_particular_keeps_no_consent(conversations: Conversations) -> None:
    conversations.hear(mention("1", author=None))
    assert conversations.show(conversations.case().case_id).beside.nobody


def test_a_case_that_is_not_there_is_said_so(conversations: Conversations) -> None:
    assert conversations.talks.show.show(99, lambda cause, title: "") is None
    assert conversations.talks.show.events(99) == ()
    for act in (
        lambda: conversations.talks.notes.add(99, "x", "anna"),
        lambda: conversations.talks.questions.ask(99, "bram", "x", "anna"),
        lambda: conversations.talks.cards.keep(99, CardWords(), "anna"),
        lambda: conversations.talks.export(99),
        lambda: conversations.talks.show.customer(99),
    ):
        with pytest.raises(NotAllowed):
            act()
