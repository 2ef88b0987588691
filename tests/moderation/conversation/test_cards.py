"""The card of a conversation: it fills itself, a person stands before it, and together cards say what conversations were worth."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listener.errors import NotAllowed
from moderation.model.card import Card, CardFacts, CardPart, CardWords
from moderation.model.case import Ending
from moderation.triage.card import card_of, likely_cause, value_of
from tests.fakes.desk import MORNING
from tests.moderation.conversation.conftest import JOOST, MEREL, Conversations, held, negative, one_case, wrote


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
