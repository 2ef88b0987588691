"""Words between colleagues: notes on a case, and questions to a specialist. None of it can be sent to a customer (RULES F33)."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from moderation.inbox.api.bodies import Body, Id, Text, Words
from moderation.inbox.api.call import Call, Items, must_be_case
from moderation.inbox.api.problems import CHANGES, answers
from moderation.model.conversation import CaseNote, CaseQuestion, QuestionState


class NewNote(Body):
    """A note for colleagues."""

    text: Text


class NewQuestion(Body):
    """A question: to a colleague by name, or to "team NAME"."""

    asked: Words
    text: Text


class NewAnswer(Body):
    """The answer to a question."""

    text: Text


class ShownNote(BaseModel):
    """A note that was kept."""

    note_id: int
    text: str
    made_by: str
    made_at: datetime


class ShownQuestion(BaseModel):
    """A question and what became of it."""

    question_id: int
    case_id: int
    asked: str
    team: bool
    text: str
    asked_by: str
    asked_at: datetime
    state: QuestionState
    answer: str
    answered_by: str


def add_talk_calls(router: APIRouter) -> None:
    """Add the calls about notes and questions."""

    @router.post("/cases/{case_id}/notes", summary="Keep a note for colleagues", tags=["talk"], responses=CHANGES, status_code=201)
    def note(call: Call, case_id: Id, body: NewNote) -> ShownNote:
        must_be_case(call, case_id)
        return _note(call.api.notes.add(case_id, body.text, call.who))

    @router.post(
        "/cases/{case_id}/notes/{note_id}/remove", summary="Take one's own note away", tags=["talk"], responses=CHANGES, status_code=204
    )
    def remove(call: Call, case_id: Id, note_id: Id) -> None:
        must_be_case(call, case_id)
        call.api.notes.remove(case_id, note_id, call.who)

    @router.post("/cases/{case_id}/questions", summary="Ask a specialist", tags=["talk"], responses=CHANGES, status_code=201)
    def ask(call: Call, case_id: Id, body: NewQuestion) -> ShownQuestion:
        must_be_case(call, case_id)
        return _question(call.api.questions.ask(case_id, body.asked, body.text, call.who))

    @router.get("/questions", summary="Questions that wait for me or my teams, oldest first", tags=["talk"], responses=answers())
    def questions(call: Call) -> Items[ShownQuestion]:
        return Items[ShownQuestion](items=[_question(one) for one in call.api.questions.waiting_for(call.person)], next="")

    @router.post("/questions/{question_id}/answer", summary="Answer a question", tags=["talk"], responses=CHANGES)
    def answer(call: Call, question_id: Id, body: NewAnswer) -> ShownQuestion:
        return _question(call.api.questions.answer(question_id, body.text, call.person))

    @router.post("/questions/{question_id}/withdraw", summary="Take one's own open question back", tags=["talk"], responses=CHANGES)
    def withdraw(call: Call, question_id: Id) -> ShownQuestion:
        return _question(call.api.questions.withdraw(question_id, call.person))


def _note(one: CaseNote) -> ShownNote:
    return ShownNote(note_id=one.note_id, text=one.text, made_by=one.made_by, made_at=one.made_at)


def _question(one: CaseQuestion) -> ShownQuestion:
    return ShownQuestion(
        question_id=one.question_id,
        case_id=one.case_id,
        asked=one.asked,
        team=one.team,
        text=one.text,
        asked_by=one.asked_by,
        asked_at=one.asked_at,
        state=one.state,
        answer=one.answer,
        answered_by=one.answered_by,
    )
