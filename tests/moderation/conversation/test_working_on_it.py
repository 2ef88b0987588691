"""What people do on a conversation: note, ask, fill in the card, end it, and see what happened."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listener.errors import AlreadyClaimed, NotAllowed
from listener.model.analysis import Label
from listener.model.mention import Removal
from moderation.model.card import Card, CardFacts, CardPart, CardWords
from moderation.model.case import CaseState, Ending
from moderation.model.conversation import EventGroup, QuestionState
from moderation.model.outbox import DraftState, EntryState
from moderation.model.person import Person, Role
from moderation.model.talk import LineKind
from moderation.triage.card import card_of, likely_cause, value_of
from tests.fakes.desk import ANSWER, MORNING, edited, mention
from tests.moderation.conversation.conftest import ANNA, BRAM, Conversations, writer, wrote

MEREL, JOOST = writer("Merel"), writer("Joost")
CARLA = Person(name="carla", role=Role.AGENT, brands=frozenset({"Ander merk"}), teams=frozenset({"techniek"}))


def negative(value: str = "negative") -> Label:
    return Label(name="sentiment", value=value, probability=0.9, model="m")


def one_case(conversations: Conversations, text: str = "Geen stroom") -> int:
    conversations.hear(wrote("1", text, MEREL, root_id="t"))
    return conversations.case().case_id


def held(conversations: Conversations, case_id: int, agent: str = "anna") -> int:
    row = conversations.desk.cases.get(case_id)
    assert row is not None
    return conversations.acts.claim(case_id, agent, row.version).version


# notes and questions


def test_a_note_is_seen_and_its_writer_takes_it_away(conversations: Conversations) -> None:
    case_id = one_case(conversations)
    note = conversations.talks.notes.add(case_id, "  Belt om vier uur terug.\r\n", "anna")
    assert [one.text for one in conversations.show(case_id).beside.notes] == ["Belt om vier uur terug."]
    with pytest.raises(NotAllowed):
        conversations.talks.notes.remove(case_id, note.note_id, "bram")
    conversations.talks.notes.remove(case_id, note.note_id, "anna")
    (left,) = conversations.show(case_id).beside.notes
    assert (left.text, left.removed_by) == ("", "anna")


@pytest.mark.parametrize("text", ["", "   \n", "x" * 4001])
def test_a_note_that_says_nothing_or_too_much_is_refused_and_never_cut(conversations: Conversations, text: str) -> None:
    case_id = one_case(conversations)
    with pytest.raises(NotAllowed):
        conversations.talks.notes.add(case_id, text, "anna")
    assert conversations.show(case_id).beside.notes == ()


def test_a_plan_stands_on_every_case_of_its_issue_until_its_moment(conversations: Conversations) -> None:
    ids = conversations.hear(wrote("1", "Geen stroom", MEREL), wrote("2", "Hier ook niet", JOOST))
    conversations.analyse(ids, issue="storing")
    now = conversations.desk.clock.now()
    conversations.talks.notes.plan(1, "Monteur om half vier.", "anna", until=now + timedelta(hours=1))
    for number in range(2):
        assert [one.text for one in conversations.show(conversations.case(number).case_id).beside.plans] == ["Monteur om half vier."]
    conversations.desk.clock.advance(timedelta(hours=1))
    assert conversations.show(conversations.case(0).case_id).beside.plans == ()
    with pytest.raises(NotAllowed):
        conversations.talks.notes.plan(1, "Gisteren", "anna", until=now)


def test_a_question_to_a_team_reaches_its_people_and_is_answered_once(conversations: Conversations) -> None:
    case_id = one_case(conversations)
    questions = conversations.talks.questions
    asked = questions.ask(case_id, "team techniek", "Is de storing bekend?", "bram")
    assert (asked.team, asked.asked) == (True, "techniek")
    assert [one.question_id for one in questions.waiting_for(ANNA)] == [asked.question_id]
    assert (questions.count_for(ANNA), questions.count_for(BRAM)) == (1, 0)
    answered = questions.answer(asked.question_id, "Ja, sinds acht uur.", ANNA)
    assert (answered.state, answered.answered_by) == (QuestionState.ANSWERED, "anna")
    with pytest.raises(NotAllowed):
        questions.answer(asked.question_id, "Nee.", ANNA)
    assert questions.waiting_for(ANNA) == ()
    assert [one.answer for one in conversations.show(case_id).beside.questions] == ["Ja, sinds acht uur."]


def test_a_colleague_of_another_brand_sees_and_answers_no_question(conversations: Conversations) -> None:
    """RULES S3, also where a team's name would fit."""
    asked = conversations.talks.questions.ask(one_case(conversations), "team techniek", "Bekend?", "bram")
    assert conversations.talks.questions.waiting_for(CARLA) == ()
    assert conversations.talks.questions.count_for(CARLA) == 0
    with pytest.raises(NotAllowed):
        conversations.talks.questions.answer(asked.question_id, "Ja.", CARLA)


def test_only_whoever_asked_takes_a_question_back(conversations: Conversations) -> None:
    asked = conversations.talks.questions.ask(one_case(conversations), "anna", "Weet jij dit?", "bram")
    with pytest.raises(NotAllowed):
        conversations.talks.questions.withdraw(asked.question_id, ANNA)
    assert conversations.talks.questions.withdraw(asked.question_id, BRAM).state is QuestionState.WITHDRAWN
    with pytest.raises(NotAllowed):
        conversations.talks.questions.ask(asked.case_id, "Bram", "Ik vraag het mezelf", "bram")


# the thread


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
    assert [talk.lines[n].stored.mention.text for n in (0, 1, -1) if talk.lines[n].stored] == ["Bericht 0", "Bericht 288", "Bericht 299"]
    assert len(conversations.show(case_id).lines) == 300


# labels


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


# the card


def test_the_card_fills_itself_and_a_person_stands_before_it(conversations: Conversations) -> None:
    ids = conversations.hear(
        wrote("1", "Geen stroom", MEREL, root_id="t"),
        wrote("2", "Dank, het doet het weer", MEREL, root_id="t", posted_at=MORNING + timedelta(minutes=9)),
    )
    conversations.analyse(ids[:1], negative(), issue="storing")
    conversations.analyse(ids[1:], negative("positive"))
    case_id = conversations.case().case_id
    card = conversations.show(case_id).card
    assert (card.sentiment_first, card.sentiment_last, card.turned) == ("negative", "positive", 1)
    assert (card.suggested, card.missing) == (": storing", (CardPart.NEED, CardPart.FEEDBACK, CardPart.KNOWLEDGE))
    given = CardWords(summary="Wil weten wanneer de stroom terug is", need_asked="yes", sentiment_last="neutral")
    assert conversations.talks.cards.keep(case_id, given, "anna")
    assert not conversations.talks.cards.keep(case_id, given, "anna"), "said twice is said once"
    card = conversations.show(case_id).card
    assert (card.summary, card.sentiment_last, card.suggested) == (given.summary, "neutral", "")
    assert card.filled[CardPart.NEED]


async def test_a_question_of_ours_shows_that_the_need_was_asked_for(conversations: Conversations) -> None:
    case_id = one_case(conversations)
    held(conversations, case_id)
    inbox = conversations.desk.inbox
    inbox.send(inbox.draft_reply(case_id, "anna", "Dag Merel, wanneer viel de stroom uit?").draft_id, "anna")
    assert conversations.show(case_id).card.need_asked == "", "nothing was asked while it is not posted"
    await conversations.desk.gateway.run_once()
    assert conversations.show(case_id).card.need_asked == "yes"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (CardWords(sentiment_first="angry"), "sentiment_first"),
        (CardWords(need_asked="maybe"), "need_asked"),
        (CardWords(language="xx"), "language"),
        (CardWords(summary="x" * 201), "201"),
    ],
)
def test_a_card_takes_only_answers_it_knows(conversations: Conversations, given: CardWords, says: str) -> None:
    with pytest.raises(NotAllowed, match=says):
        conversations.talks.cards.keep(one_case(conversations), given, "anna")


CARDS = [
    # facts, words, filled parts, turned
    (CardFacts(), CardWords(), set(), 0),
    (CardFacts(sentiments=("", "negative", "", "positive")), CardWords(), {"sentiment"}, 1),
    (CardFacts(sentiments=("positive", "negative")), CardWords(), {"sentiment"}, -1),
    (CardFacts(sentiments=("negative",)), CardWords(sentiment_first="positive"), {"sentiment"}, -1),
    (CardFacts(feedback_asked=True), CardWords(), set(), 0),  # asking alone is half of it
    (CardFacts(feedback_asked=True, feedback_received=True), CardWords(), {"feedback"}, 0),
    (CardFacts(given_back=True), CardWords(feedback_given_back="no"), set(), 0),  # a person knows better
    (CardFacts(), CardWords(feedback_given_back="yes"), {"feedback"}, 0),
    (CardFacts(knowledge=2, suggested="x"), CardWords(), {"knowledge"}, 0),
    (CardFacts(suggested="x"), CardWords(), set(), 0),  # a suggestion is nobody's word
    (CardFacts(), CardWords(summary="y"), {"need"}, 0),
]


@pytest.mark.parametrize(("facts", "words", "filled", "turned"), CARDS)
def test_a_card_says_what_is_known_and_no_more(facts: CardFacts, words: CardWords, filled: set[str], turned: int) -> None:
    card = card_of(facts, words)
    assert {part.value for part in CardPart if card.filled[part]} == filled
    assert {part.value for part in card.missing} == {part.value for part in CardPart} - filled
    assert card.turned == turned


def test_the_value_of_conversations_adds_cards_up_and_names_nobody() -> None:
    cards: list[Card] = [card_of(facts, words) for facts, words, _, _ in CARDS]
    value = value_of(cards)
    assert (value.conversations, value.needs, value.sentiments, value.better, value.worse) == (11, 1, 3, 1, 2)
    assert (value.feedback, value.knowledge) == (2, 1)


def test_closed_conversations_are_what_the_report_adds_up(conversations: Conversations) -> None:
    ids = conversations.hear(wrote("1", "Geen stroom", MEREL), wrote("2", "Iets anders", JOOST))
    conversations.analyse(ids, negative())
    case_id = conversations.case(0).case_id
    conversations.talks.cards.keep(case_id, CardWords(summary="Wil stroom"), "anna")
    conversations.talks.endings.end(case_id, "anna", conversations.case(0).version, Ending.NO_ANSWER_NEEDED)
    value = conversations.talks.cards.value_since(MORNING)
    assert (value.conversations, value.needs, value.sentiments) == (1, 1, 1)
    assert conversations.talks.cards.value_since(MORNING, brand="Ander merk").conversations == 0


def test_the_likeliest_cause_is_the_one_that_weighs_most() -> None:
    assert likely_cause([("cause", "idea"), ("cause", "promise_not_kept"), ("sentiment", "negative")]) == "promise_not_kept"
    assert likely_cause([("cause", "other")]) == ""


def test_whether_a_contact_was_necessary_is_kept_changed_and_taken_back(conversations: Conversations) -> None:
    case_id = one_case(conversations)
    cards = conversations.talks.cards
    cards.mark(case_id, "yes", "anna", avoidable_by="kept_promise", why="Zou gisteren gebeld worden")
    (mark,) = cards.marks_since(MORNING)
    assert (mark.unnecessary.value, mark.avoidable_by, mark.note) == ("yes", "kept_promise", "Zou gisteren gebeld worden")
    cards.mark(case_id, "no", "bram", avoidable_by="kept_promise")
    (mark,) = cards.marks_since(MORNING)
    assert (mark.unnecessary.value, mark.avoidable_by, mark.made_by) == ("no", "", "bram")
    cards.mark(case_id, "", "bram")
    assert cards.marks_since(MORNING) == ()
    for wrong in ({"answer": "perhaps"}, {"answer": "yes", "avoidable_by": "magic"}):
        with pytest.raises(NotAllowed):
            cards.mark(case_id, wrong["answer"], "anna", avoidable_by=wrong.get("avoidable_by", ""))


# endings


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


def helped(conversations: Conversations, **words: str) -> tuple[int, int]:
    """Let a neighbour answer a customer, and end the case so; return case and helper's message."""
    case_id = one_case(conversations)
    (helper,) = conversations.desk.hear(wrote("2", words.get("text", "Bij mij hielp herstarten"), JOOST, root_id="t"), directed=False)
    version = held(conversations, case_id)
    conversations.talks.endings.end(case_id, "anna", version, Ending.ANSWERED_BY_COMMUNITY, helper=helper)
    return case_id, helper


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


# what happened


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
