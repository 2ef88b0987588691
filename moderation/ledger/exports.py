"""Rows to take out of the house, a batch at a time: each batch is one short reading, so nobody waits for a long export."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, and_, exists, func, not_, or_, select, true

from listener.ledger.private import is_private
from listener.ledger.tables import analysis, issue, label, mention, mention_brand, revision
from listener.ledger.transactions import reading
from moderation.ledger.brand_conditions import about_brands
from moderation.ledger.tables import conversation, conversation_mention, support_case
from moderation.ledger.tables_feedback import feedback, feedback_answer, improvement_action
from moderation.model.export import ExportAsked

BATCH = 2_000
Rows = list[dict[str, Any]]


class ExportLedger:
    """Reads; each method yields batches by number. What came in after an export began is not in it."""

    def __init__(self, engine: Engine, *, batch: int = BATCH) -> None:
        self._engine = engine
        self._batch = batch

    def mentions(self, asked: ExportAsked) -> Iterator[Rows]:
        """Yield messages that are still there, with brands (those that the person sees) as a list and labels as (name, value)."""
        query = (
            select(
                mention, revision.c.title, revision.c.text, analysis.c.language, issue.c.title.label("issue"), is_private().label("private")
            )
            .join(revision, and_(revision.c.mention_id == mention.c.mention_id, revision.c.revision == mention.c.latest_revision))
            .outerjoin(analysis, analysis.c.mention_id == mention.c.mention_id)
            .outerjoin(issue, issue.c.issue_id == mention.c.issue_id)
            .where(mention.c.latest_revision >= 0, *_mentions_asked(asked))
        )
        yield from self._batches(query, mention.c.mention_id, lambda tx, rows: _with_labels(tx, rows, asked))

    def issues(self, asked: ExportAsked) -> Iterator[Rows]:
        """Yield issues that were not merged, with the mentions that fit; those without any are left out."""
        counted = (
            select(
                mention.c.issue_id,
                func.count().label("mentions"),
                func.count(func.distinct(func.coalesce(func.nullif(mention.c.author_key, ""), mention.c.native_id))).label("people"),
                func.min(mention.c.posted_at).label("first_at"),
                func.max(mention.c.posted_at).label("last_at"),
            )
            .outerjoin(analysis, analysis.c.mention_id == mention.c.mention_id)
            .where(mention.c.latest_revision >= 0, mention.c.issue_id.is_not(None), *_mentions_asked(asked))
            .group_by(mention.c.issue_id)
            .subquery()
        )
        query = select(issue, counted).join(counted, counted.c.issue_id == issue.c.issue_id).where(issue.c.merged_into.is_(None))
        yield from self._batches(query, issue.c.issue_id)

    def cases(self, asked: ExportAsked) -> Iterator[Rows]:
        """Yield cases opened in the period. Whoever holds one is left out: a file is no place to compare colleagues."""
        about = conversation_mention.c.conversation_id == conversation.c.conversation_id
        messages = select(func.count()).where(about).scalar_subquery()
        first = (
            select(mention.c.issue_id)
            .join_from(conversation_mention, mention, mention.c.mention_id == conversation_mention.c.mention_id)
            .where(about, mention.c.issue_id.is_not(None))
            .order_by(mention.c.mention_id)
            .limit(1)
            .scalar_subquery()
        )
        query = (
            select(support_case, conversation.c.brand, conversation.c.platform, conversation.c.realm)
            .add_columns(messages.label("messages"), first.label("issue_id"))
            .join(conversation, conversation.c.conversation_id == support_case.c.conversation_id)
            .where(*_within(support_case.c.opened_at, asked), _is(conversation.c.platform, asked.channel), *_brand_is(asked))
        )
        if asked.issue_id is not None:
            of_issue = select(conversation_mention.c.mention_id).join(mention, mention.c.mention_id == conversation_mention.c.mention_id)
            query = query.where(of_issue.where(about, mention.c.issue_id == asked.issue_id).exists())
        yield from self._batches(query, support_case.c.case_id)

    def feedback(self, asked: ExportAsked) -> Iterator[Rows]:
        """Yield responses begun in the period, with their answers by question."""
        query = select(feedback).where(*_within(feedback.c.begun_at, asked), _is(feedback.c.channel, asked.channel))
        query = query.where(_is(feedback.c.language, asked.language), _issue_is(feedback.c.issue_id, asked))
        for brands in _scopes(asked):
            query = query.where(about_brands(brands, feedback.c.conversation_id, feedback.c.issue_id))
        yield from self._batches(query, feedback.c.feedback_id, _with_answers)

    def actions(self, asked: ExportAsked) -> Iterator[Rows]:
        """Yield improvement actions made in the period."""
        query = select(improvement_action, issue.c.title.label("issue")).join(issue, issue.c.issue_id == improvement_action.c.issue_id)
        query = query.where(*_within(improvement_action.c.made_at, asked), _issue_is(improvement_action.c.issue_id, asked))
        for brands in _scopes(asked):
            query = query.where(about_brands(brands, func.nullif(1, 1), improvement_action.c.issue_id))
        yield from self._batches(query, improvement_action.c.action_id)

    def _batches(
        self, query: Select[Any], key: ColumnElement[int], more: Callable[[Connection, Sequence[Row[Any]]], Rows] | None = None
    ) -> Iterator[Rows]:
        with reading(self._engine) as tx:
            last = tx.execute(select(func.max(key))).scalar() or 0
        at = 0
        while at < last:
            with reading(self._engine) as tx:
                rows = tx.execute(query.where(key > at, key <= last).order_by(key).limit(self._batch)).all()
                made = more(tx, rows) if more else [dict(row._mapping) for row in rows]
            if not rows:
                return
            at = rows[-1]._mapping[key]
            yield made


def _mentions_asked(asked: ExportAsked) -> Iterator[ColumnElement[bool]]:
    yield from _within(mention.c.posted_at, asked)
    yield _is(mention.c.platform, asked.channel)
    yield _is(analysis.c.language, asked.language)
    yield _issue_is(mention.c.issue_id, asked)
    named = exists().where(mention_brand.c.mention_id == mention.c.mention_id)
    if asked.brand:
        yield named.where(mention_brand.c.brand == asked.brand)
    if asked.brands is not None:
        yield or_(not_(named), named.where(mention_brand.c.brand.in_(sorted(asked.brands))))


def _within(column: ColumnElement[Any], asked: ExportAsked) -> Iterator[ColumnElement[bool]]:
    if asked.from_at is not None:
        yield column >= asked.from_at
    if asked.to_at is not None:
        yield column < asked.to_at


def _is(column: ColumnElement[Any], value: str) -> ColumnElement[bool]:
    return column == value if value else true()


def _issue_is(column: ColumnElement[Any], asked: ExportAsked) -> ColumnElement[bool]:
    return true() if asked.issue_id is None else column == asked.issue_id


def _brand_is(asked: ExportAsked) -> Iterator[ColumnElement[bool]]:
    for brands in _scopes(asked):
        yield conversation.c.brand.in_(sorted(brands))


def _scopes(asked: ExportAsked) -> Iterator[frozenset[str]]:
    """Yield each set of brands that a row must be of: those that the person sees, and the one that was asked for."""
    if asked.brands is not None:
        yield asked.brands
    if asked.brand:
        yield frozenset({asked.brand})


def _with_labels(tx: Connection, rows: Sequence[Row[Any]], asked: ExportAsked) -> Rows:
    ids = [row.mention_id for row in rows]
    brands: dict[int, list[tuple[str, bool]]] = defaultdict(list)
    for one in tx.execute(select(mention_brand).where(mention_brand.c.mention_id.in_(ids)).order_by(mention_brand.c.brand)):
        if asked.brands is None or one.brand in asked.brands:
            brands[one.mention_id].append((one.brand, one.directed))
    labels: dict[int, dict[str, str]] = defaultdict(dict)
    for one in tx.execute(select(label.c.mention_id, label.c.name, label.c.value).where(label.c.mention_id.in_(ids))):
        labels[one.mention_id][one.name] = one.value
    return [{**row._mapping, "brands": brands[row.mention_id], "labels": labels[row.mention_id]} for row in rows]


def _with_answers(tx: Connection, rows: Sequence[Row[Any]]) -> Rows:
    answers: dict[int, dict[str, str]] = defaultdict(dict)
    ids = [row.feedback_id for row in rows]
    for one in tx.execute(select(feedback_answer).where(feedback_answer.c.feedback_id.in_(ids))):
        answers[one.feedback_id][one.question] = one.value
    return [{**row._mapping, "answers": answers[row.feedback_id]} for row in rows]
