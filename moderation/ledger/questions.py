"""Questions to specialists: asked once, answered once, and never part of anything that leaves."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, Select, and_, func, insert, or_, select, update

from listener.errors import NotAllowed
from listener.ledger.transactions import reading, writing
from moderation.ledger.audit import note
from moderation.ledger.case_of import case_and_person
from moderation.ledger.tables import conversation, support_case
from moderation.ledger.tables_conversation import case_question
from moderation.model.conversation import CaseQuestion, QuestionState

_OPEN = case_question.c.state == QuestionState.OPEN.value


class QuestionLedger:
    """What colleagues asked each other about conversations."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ask(self, case_id: int, asked: str, text: str, *, team: bool, who: str, at: datetime) -> CaseQuestion:
        """Keep a question. Raises `NotAllowed` when there is no such case."""
        with writing(self._engine) as tx:
            conversation_id, person_key = case_and_person(tx, case_id)
            row = {
                "conversation_id": conversation_id,
                "person_key": person_key,
                "asked": asked,
                "team": team,
                "text": text,
                "asked_by": who,
                "asked_at": at,
                "state": QuestionState.OPEN.value,
            }
            question_id = int(tx.execute(insert(case_question).values(row).returning(case_question.c.question_id)).scalar_one())
            note(tx, at=at, who=who, verb="ask", subject=f"case:{case_id}", detail={"question": question_id, "asked": asked})
            return _question(tx.execute(_questions().where(case_question.c.question_id == question_id)).one())

    def answer(self, question_id: int, text: str, *, who: str, at: datetime) -> CaseQuestion:
        """Keep the answer, once. Raises `NotAllowed` when it was answered or taken back meanwhile."""
        return self._end(question_id, QuestionState.ANSWERED, who=who, at=at, verb="answer_question", answer=text)

    def withdraw(self, question_id: int, *, who: str, at: datetime) -> CaseQuestion:
        """Take an open question back. Raises as `answer` does."""
        return self._end(question_id, QuestionState.WITHDRAWN, who=who, at=at, verb="withdraw_question", answer="")

    def get(self, question_id: int) -> CaseQuestion | None:
        """Return one question, or None."""
        found = self._find(case_question.c.question_id == question_id)
        return found[0] if found else None

    def of(self, conversation_ids: Collection[int]) -> list[CaseQuestion]:
        """Return the questions about these conversations, oldest first."""
        return self._find(case_question.c.conversation_id.in_(list(conversation_ids)))

    def open_for(self, name: str, teams: Collection[str]) -> list[CaseQuestion]:
        """Return what waits for an answer of a person or of one of their teams, oldest first."""
        return self._find(and_(_OPEN, _for(name, teams)))

    def asked_by(self, name: str, *, limit: int = 50) -> list[CaseQuestion]:
        """Return what somebody asked, newest first."""
        query = _questions().where(case_question.c.asked_by == name).order_by(case_question.c.question_id.desc()).limit(limit)
        with reading(self._engine) as tx:
            return [_question(row) for row in tx.execute(query)]

    def count_for(self, name: str, teams: Collection[str]) -> int:
        """Return how many `open_for` would give."""
        query = select(func.count()).select_from(case_question).where(_OPEN, _for(name, teams))
        with reading(self._engine) as tx:
            return tx.execute(query).scalar_one()

    def _find(self, wanted: ColumnElement[bool]) -> list[CaseQuestion]:
        with reading(self._engine) as tx:
            return [_question(row) for row in tx.execute(_questions().where(wanted).order_by(case_question.c.question_id))]

    def _end(self, question_id: int, state: QuestionState, *, who: str, at: datetime, verb: str, answer: str) -> CaseQuestion:
        mine = case_question.c.question_id == question_id
        values = {"state": state.value, "answer": answer, "answered_by": who, "answered_at": at}
        with writing(self._engine) as tx:
            if tx.execute(update(case_question).where(mine, _OPEN).values(values)).rowcount != 1:
                raise NotAllowed(f"Question {question_id} does not wait for an answer (any more).", key="talk_question_closed")
            ended = _question(tx.execute(_questions().where(mine)).one())
            note(tx, at=at, who=who, verb=verb, subject=f"case:{ended.case_id}", detail={"question": question_id})
        return ended


def _for(name: str, teams: Collection[str]) -> ColumnElement[bool]:
    person = and_(case_question.c.team.is_(False), case_question.c.asked == name)
    return or_(person, and_(case_question.c.team.is_(True), case_question.c.asked.in_(sorted(teams))))


def _questions() -> Select[Any]:
    return (
        select(case_question, support_case.c.case_id, conversation.c.brand)
        .join_from(case_question, conversation, case_question.c.conversation_id == conversation.c.conversation_id)
        .join(support_case, support_case.c.conversation_id == conversation.c.conversation_id)
    )


def _question(row: Row[Any]) -> CaseQuestion:
    values = dict(row._mapping)
    del values["person_key"]
    return CaseQuestion(**{**values, "state": QuestionState(row.state), "team": bool(row.team)})
