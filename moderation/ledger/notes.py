"""Notes on conversations and planning notes on issues, for colleagues only."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, insert, or_, select, update

from listener.errors import NotAllowed
from listener.ledger.tables import issue
from listener.ledger.transactions import reading, writing
from moderation.ledger.audit import note
from moderation.ledger.case_of import case_and_person
from moderation.ledger.tables_conversation import case_note, planning_note
from moderation.model.conversation import CaseNote, PlanningNote


class NoteLedger:
    """What colleagues wrote for each other. Nothing here can become a draft: no draft knows this table, and it knows no draft."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, case_id: int, text: str, *, who: str, at: datetime) -> CaseNote:
        """Keep a note on a case's conversation. Raises `NotAllowed` when there is no such case."""
        with writing(self._engine) as tx:
            conversation_id, person_key = case_and_person(tx, case_id)
            row = {"conversation_id": conversation_id, "person_key": person_key, "text": text, "made_by": who, "made_at": at}
            kept = _note(tx.execute(insert(case_note).values(row).returning(case_note)).one())
            note(tx, at=at, who=who, verb="note", subject=f"case:{case_id}", detail={"note": kept.note_id})
        return kept

    def remove(self, note_id: int, case_id: int, *, who: str, at: datetime) -> None:
        """Empty a note of one's own. Raises `NotAllowed` when it is somebody else's, of another case, or gone."""
        with writing(self._engine) as tx:
            conversation_id, _ = case_and_person(tx, case_id)
            mine = (case_note.c.note_id == note_id) & (case_note.c.conversation_id == conversation_id) & case_note.c.removed_at.is_(None)
            done = update(case_note).where(mine, case_note.c.made_by == who).values(text="", removed_at=at, removed_by=who)
            if tx.execute(done).rowcount != 1:
                raise NotAllowed("Only whoever wrote a note takes it away, and only once.", key="talk_not_your_note")
            note(tx, at=at, who=who, verb="remove_note", subject=f"case:{case_id}", detail={"note": note_id})

    def of(self, conversation_ids: Collection[int]) -> list[CaseNote]:
        """Return the notes of these conversations, oldest first; removed ones without their words."""
        query = select(case_note).where(case_note.c.conversation_id.in_(list(conversation_ids))).order_by(case_note.c.note_id)
        with reading(self._engine) as tx:
            return [_note(row) for row in tx.execute(query)]

    def plan(self, issue_id: int, text: str, *, who: str, at: datetime, until: datetime | None) -> PlanningNote:
        """Keep what is planned about an issue. Raises `NotAllowed` when there is no such issue."""
        with writing(self._engine) as tx:
            if tx.execute(select(issue.c.issue_id).where(issue.c.issue_id == issue_id)).scalar() is None:
                raise NotAllowed(f"There is no issue {issue_id}.", key="talk_no_issue")
            row = {"issue_id": issue_id, "text": text, "made_by": who, "made_at": at, "until": until}
            kept = _plan(tx.execute(insert(planning_note).values(row).returning(planning_note)).one())
            note(tx, at=at, who=who, verb="plan_note", subject=f"issue:{issue_id}", detail={"note": kept.note_id})
        return kept

    def end_plan(self, note_id: int, issue_id: int, *, who: str, at: datetime) -> None:
        """End a planning note. Raises `NotAllowed` when it does not stand (any more)."""
        mine = (planning_note.c.note_id == note_id) & (planning_note.c.issue_id == issue_id) & planning_note.c.ended_at.is_(None)
        with writing(self._engine) as tx:
            if tx.execute(update(planning_note).where(mine).values(ended_at=at, ended_by=who)).rowcount != 1:
                raise NotAllowed("This planning note ended already.", key="talk_plan_ended")
            note(tx, at=at, who=who, verb="end_plan_note", subject=f"issue:{issue_id}", detail={"note": note_id})

    def plans(self, issue_id: int) -> list[PlanningNote]:
        """Return every planning note of an issue and of what was merged into it, oldest first."""
        merged = select(issue.c.issue_id).where(or_(issue.c.issue_id == issue_id, issue.c.merged_into == issue_id))
        query = select(planning_note).where(planning_note.c.issue_id.in_(merged)).order_by(planning_note.c.note_id)
        with reading(self._engine) as tx:
            return [_plan(row) for row in tx.execute(query)]


def _note(row: Row[Any]) -> CaseNote:
    values = dict(row._mapping)
    del values["person_key"]
    return CaseNote(**values)


def _plan(row: Row[Any]) -> PlanningNote:
    return PlanningNote(**row._mapping)
