"""Cases as records, with the facts that triage is fed from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from listener.ledger.changes import batches
from listener.ledger.labels import labels_now
from listener.ledger.private import is_private
from listener.ledger.tables import analysis, issue, mention
from moderation.ledger.tables import conversation, conversation_mention, support_case
from moderation.ledger.tables_feedback import feedback_recovery
from moderation.model.case import CaseRow, CaseState, LowScore

_SPAM = ("spam", "yes")


def read_cases(
    tx: Connection, *, states: Sequence[str], case_id: int | None = None, case_ids: Sequence[int] | None = None
) -> list[CaseRow]:
    """Return cases in these states (and only `case_id` or `case_ids`, if given), by id, without those that have no message left."""
    query = (
        select(support_case, conversation.c.brand, conversation.c.platform, conversation.c.realm)
        .join_from(support_case, conversation, support_case.c.conversation_id == conversation.c.conversation_id)
        .where(support_case.c.state.in_(list(states)))
        .order_by(support_case.c.case_id)
    )
    if case_id is not None:
        query = query.where(support_case.c.case_id == case_id)
    if case_ids is not None:
        query = query.where(support_case.c.case_id.in_(list(case_ids)))
    found = tx.execute(query).all()
    messages = _messages(tx, [row.conversation_id for row in found])
    labels = _labels(tx, [one.mention_id for some in messages.values() for one in some])
    low = _low_scores(tx, found)
    return [_row(row, messages[row.conversation_id], labels, low.get(row.case_id)) for row in found if messages[row.conversation_id]]


def _messages(tx: Connection, conversation_ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    query = (
        select(
            conversation_mention,
            mention.c.posted_at,
            mention.c.issue_id,
            is_private().label("private"),
            issue.c.created_at.label("issue_created_at"),
            analysis.c.language,
        )
        .join_from(conversation_mention, mention, conversation_mention.c.mention_id == mention.c.mention_id)
        .join(issue, issue.c.issue_id == mention.c.issue_id, isouter=True)
        .join(analysis, analysis.c.mention_id == mention.c.mention_id, isouter=True)
        .where(mention.c.latest_revision >= 0)
        .order_by(mention.c.posted_at, mention.c.mention_id)
    )
    for some in batches(conversation_ids):
        for row in tx.execute(query.where(conversation_mention.c.conversation_id.in_(some))):
            found[row.conversation_id].append(row)
    return found


def _labels(tx: Connection, mention_ids: Sequence[int]) -> dict[int, set[tuple[str, str]]]:
    found: dict[int, set[tuple[str, str]]] = {}
    for some in batches(mention_ids):
        found |= {mention_id: set(labels.items()) for mention_id, labels in labels_now(tx, mention.c.mention_id.in_(some)).items()}
    return found


def _low_scores(tx: Connection, cases: Sequence[Row[Any]]) -> dict[int, LowScore]:
    """Return the latest low score per case that came after our last answer."""
    found: dict[int, LowScore] = {}
    answered = {row.case_id: row.answered_at for row in cases}
    query = select(feedback_recovery).order_by(feedback_recovery.c.at, feedback_recovery.c.feedback_id)
    for some in batches(answered):
        for row in tx.execute(query.where(feedback_recovery.c.case_id.in_(some))):
            if answered[row.case_id] is None or row.at > answered[row.case_id]:
                found[row.case_id] = LowScore(question=row.question, score=row.score, at=row.at)
    return found


def _row(row: Row[Any], messages: list[Row[Any]], labels: dict[int, set[tuple[str, str]]], low: LowScore | None) -> CaseRow:
    unanswered = [one for one in messages if row.answered_at is None or one.joined_at > row.answered_at]
    about = next((one for one in reversed(messages) if one.issue_id is not None), None)
    return CaseRow(
        case_id=row.case_id,
        conversation_id=row.conversation_id,
        brand=row.brand,
        platform=row.platform,
        realm=row.realm,
        state=CaseState(row.state),
        holder=row.holder,
        version=row.version,
        waiting_since=unanswered[0].posted_at if unanswered else low.at if low else messages[-1].posted_at,
        answered_at=row.answered_at,
        mention_ids=tuple(one.mention_id for one in messages),
        unanswered=len(unanswered),
        directed=any(one.directed for one in messages),
        labels=frozenset(pair for one in unanswered for pair in labels.get(one.mention_id, ())),
        issue_id=None if about is None else about.issue_id,
        issue_created_at=None if about is None else about.issue_created_at,
        low_score=low,
        team=row.team,
        snoozed_until=row.snoozed_until,
        snoozed_issue=row.snoozed_issue,
        ending=row.ending,
        opened_at=row.opened_at,
        changed_at=row.changed_at,
        language=next((one.language for one in reversed(messages) if one.language), ""),
        private=any(one.private for one in messages),
        spam=bool(unanswered) and all(_SPAM in labels.get(one.mention_id, ()) for one in unanswered),
    )
