"""Rows of links and responses as records."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, case, select

from listener.ledger.changes import batches
from listener.ledger.tables import issue
from moderation.ledger.tables_feedback import feedback, feedback_answer
from moderation.model.feedback import Asked, Invite, LinkUse, Response


def invite_of(row: Row[Any]) -> Invite:
    """Return a link from a row of `feedback_invite`."""
    return Invite(
        invite_id=row.invite_id,
        use=LinkUse(row.use),
        asked=Asked(row.asked),
        channel=row.channel,
        language=row.language,
        made_at=row.made_at,
        expires_at=row.expires_at,
        conversation_id=row.conversation_id,
        issue_id=row.issue_id,
        opened_at=row.opened_at,
        used_at=row.used_at,
    )


def about_issue(column: ColumnElement[Any], issue_id: int) -> ColumnElement[bool]:
    """Return the condition that `column` names this issue, or one that was merged into it."""
    merged = select(issue.c.issue_id).where(issue.c.merged_into == issue_id)
    return (column == issue_id) | column.in_(merged)


def now_issue() -> ColumnElement[Any]:
    """Return the issue of a response as it is called now: where it was merged to, if it was."""
    return case((issue.c.merged_into.is_not(None), issue.c.merged_into), else_=feedback.c.issue_id)


def read_responses(
    tx: Connection,
    *,
    conversation_id: int | None = None,
    issue_id: int | None = None,
    feedback_id: int | None = None,
    limit: int | None = None,
    where: tuple[ColumnElement[bool], ...] = (),
) -> list[Response]:
    """Return responses with their answers, newest first."""
    query = (
        select(feedback, now_issue().label("issue_now"))
        .join_from(feedback, issue, issue.c.issue_id == feedback.c.issue_id, isouter=True)
        .where(*where)
        .order_by(feedback.c.begun_at.desc(), feedback.c.feedback_id.desc())
        .limit(limit)
    )
    if conversation_id is not None:
        query = query.where(feedback.c.conversation_id == conversation_id)
    if issue_id is not None:
        query = query.where(about_issue(feedback.c.issue_id, issue_id))
    if feedback_id is not None:
        query = query.where(feedback.c.feedback_id == feedback_id)
    found = tx.execute(query).all()
    answers: dict[int, dict[str, str]] = defaultdict(dict)
    for some in batches([row.feedback_id for row in found]):
        for row in tx.execute(select(feedback_answer).where(feedback_answer.c.feedback_id.in_(some))):
            answers[row.feedback_id][row.question] = row.value
    return [_response(row, answers[row.feedback_id]) for row in found]


def _response(row: Row[Any], answers: dict[str, str]) -> Response:
    return Response(
        feedback_id=row.feedback_id,
        source=row.source,
        channel=row.channel,
        language=row.language,
        begun_at=row.begun_at,
        answers=answers,
        ended_at=row.ended_at,
        conversation_id=row.conversation_id,
        issue_id=row.issue_now,
        external_id=row.external_id or "",
    )
