"""A low score makes the conversation's case wait again. It changes nothing about who is offered which link."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from listener.ledger.dialect import insert_missing
from moderation.ledger.audit import note
from moderation.ledger.case_opening import add_case, wait_again
from moderation.ledger.tables import support_case
from moderation.ledger.tables_feedback import feedback, feedback_answer, feedback_recovery
from moderation.model.feedback import RecoveryRule


def recover(tx: Connection, feedback_id: int, rule: RecoveryRule, at: datetime) -> bool:
    """Open the case of a response again when its scores ask for that; return whether it did. One response does so once.

    A response about no conversation opens nothing: there is nobody to answer.
    """
    conversation_id = tx.execute(select(feedback.c.conversation_id).where(feedback.c.feedback_id == feedback_id)).scalar()
    if conversation_id is None:
        return False
    said = tx.execute(select(feedback_answer.c.question, feedback_answer.c.value).where(feedback_answer.c.feedback_id == feedback_id))
    low = rule.score_of({row.question: row.value for row in said})
    if low is None:
        return False
    case_id = _case_of(tx, conversation_id, at)
    line = {"feedback_id": feedback_id, "case_id": case_id, "question": low[0], "score": low[1], "at": at}
    if tx.execute(insert_missing(tx.dialect, feedback_recovery).returning(feedback_recovery.c.feedback_id), line).scalar() is None:
        return False
    wait_again(tx, support_case.c.case_id == case_id, at)
    note(tx, at=at, who="feedback", verb="recover", subject=f"case:{case_id}", detail={"feedback": feedback_id, "score": low[1]})
    return True


def _case_of(tx: Connection, conversation_id: int, at: datetime) -> int:
    """Return the conversation's case, made new where it had none."""
    found = tx.execute(select(support_case.c.case_id).where(support_case.c.conversation_id == conversation_id)).scalar()
    return add_case(tx, conversation_id, at) if found is None else int(found)
