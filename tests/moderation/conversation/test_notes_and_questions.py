"""What colleagues tell and ask each other about a conversation."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listener.errors import NotAllowed
from moderation.model.conversation import QuestionState
from moderation.model.person import Person, Role
from tests.moderation.conversation.conftest import ANNA, BRAM, JOOST, MEREL, Conversations, one_case, wrote

CARLA = Person(name="carla", role=Role.AGENT, brands=frozenset({"Ander merk"}), teams=frozenset({"techniek"}))


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
