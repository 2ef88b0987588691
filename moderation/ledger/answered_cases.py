"""Answered conversations as knowledge is made of them: the question, our standing post, and the question's vector."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, and_, exists, func, select
from sqlalchemy.orm import aliased

from listener.ledger.facts import ANALYSED, from_float16
from listener.ledger.private import is_private
from listener.ledger.tables import analysis, embedding, issue, mention, revision
from listener.ledger.transactions import reading
from moderation.ledger.conditions import POSTED_STATES
from moderation.ledger.tables import conversation, outbox, support_case
from moderation.model.case import CaseState
from moderation.model.knowledge import AnsweredCase
from moderation.model.post import ANSWERING

_NOT_A_QUESTION = ("spam", "not_ours")
"""Endings of cases that nobody learns from."""


class AnsweredCases:
    """Reads; changes nothing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def latest(self, model: str, *, most: int) -> list[AnsweredCase]:
        """Return the `most` cases answered last, one answer each, by mention id: those whose question is still there and has a vector.

        A post of ours that was taken away again, or replaced by an edit, does not count.
        """
        newest = select(func.max(outbox.c.entry_id).label("entry_id")).where(_stands()).group_by(outbox.c.case_id)
        newest = newest.order_by(func.max(outbox.c.entry_id).desc()).limit(most)
        with reading(self._engine) as tx:
            rows = tx.execute(_answered(newest, model)).all()
        vectors = from_float16([row.vector for row in rows])
        return [
            AnsweredCase(
                case_id=row.case_id,
                mention_id=row.mention_id,
                entry_id=row.entry_id,
                brand=row.brand,
                language=row.language,
                platform=row.platform,
                question=row.question,
                answer=row.answer,
                author=row.author_name,
                issue_id=row.issue_id,
                answered_at=row.changed_at,
                vector=vector,
                private=row.private,
            )
            for row, vector in zip(rows, vectors, strict=True)
        ]


def _stands() -> ColumnElement[bool]:
    """Return the condition on a post of ours that it answers a case, and stands as it was posted."""
    later = aliased(outbox)
    undone = exists().where(
        and_(
            later.c.platform == outbox.c.platform,
            later.c.realm == outbox.c.realm,
            outbox.c.platform_id != "",
            (later.c.removes == outbox.c.platform_id) | (later.c.edits == outbox.c.platform_id),
            later.c.state.in_(POSTED_STATES),
        )
    )
    return and_(
        outbox.c.case_id.is_not(None),
        outbox.c.mention_id.is_not(None),
        outbox.c.kind.in_([kind.value for kind in ANSWERING]),
        outbox.c.state.in_(POSTED_STATES),
        outbox.c.removes == "",
        ~undone,
    )


def _answered(entries: Select[tuple[int]], model: str) -> Select[Any]:
    """Return the query that reads these entries with the question they answer and its vector of this model, by mention id."""
    return (
        select(
            outbox.c.case_id,
            outbox.c.entry_id,
            outbox.c.text.label("answer"),
            outbox.c.changed_at,
            mention.c.mention_id,
            mention.c.platform,
            mention.c.author_name,
            is_private().label("private"),
            func.coalesce(issue.c.merged_into, issue.c.issue_id).label("issue_id"),
            conversation.c.brand,
            analysis.c.language,
            revision.c.text.label("question"),
            embedding.c.vector,
        )
        .join_from(outbox, mention, mention.c.mention_id == outbox.c.mention_id)
        .join(analysis, ANALYSED)
        .join(revision, (revision.c.mention_id == mention.c.mention_id) & (revision.c.revision == mention.c.latest_revision))
        .join(embedding, (embedding.c.text_hash == analysis.c.text_hash) & (embedding.c.model == model))
        .join(support_case, support_case.c.case_id == outbox.c.case_id)
        .join(conversation, conversation.c.conversation_id == support_case.c.conversation_id)
        .join(issue, issue.c.issue_id == mention.c.issue_id, isouter=True)
        .where(outbox.c.entry_id.in_(entries.scalar_subquery()), mention.c.removed_at.is_(None))
        .where(~and_(support_case.c.state == CaseState.CLOSED.value, support_case.c.ending.in_(_NOT_A_QUESTION)))
        .order_by(mention.c.mention_id, outbox.c.entry_id)
    )
