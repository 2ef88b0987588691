"""Conditions on brands for queries that count: what of a table belongs to some brands, or to none (RULES S3)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, literal, not_, or_, select

from listener.ledger.tables import issue, mention, mention_brand
from moderation.ledger.tables import conversation, outbox, support_case


def about_brands(brands: frozenset[str], conversation_id: ColumnElement[Any], issue_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition that a row is about one of these brands: by its conversation when it has one, else by its issue's mentions.

    A row that names neither, or an issue that names no brand, belongs to everybody. Agrees with `ObjectBrandLedger`.
    """
    of_conversation = exists().where(conversation.c.conversation_id == conversation_id, conversation.c.brand.in_(sorted(brands)))
    merged = select(issue.c.merged_into).where(issue.c.issue_id == issue_id).scalar_subquery()
    named = select(mention_brand.c.brand).join_from(mention, mention_brand, mention.c.mention_id == mention_brand.c.mention_id)
    of_issue = named.where(mention.c.issue_id == func.coalesce(merged, issue_id))
    theirs = of_issue.where(mention_brand.c.brand.in_(sorted(brands))).exists()
    by_issue = and_(conversation_id.is_(None), or_(issue_id.is_(None), theirs, not_(of_issue.exists())))
    return or_(of_conversation, by_issue)


def post_about(brands: frozenset[str]) -> ColumnElement[bool]:
    """Return the condition that a post of ours is about one of these brands: by its case, else by the mention it names, else by its issue.

    One that names none of them, or a mention that names no brand, belongs to everybody. Agrees with `ObjectBrandLedger`.
    """
    their_case = exists().where(
        support_case.c.case_id == outbox.c.case_id,
        conversation.c.conversation_id == support_case.c.conversation_id,
        conversation.c.brand.in_(sorted(brands)),
    )
    named = select(mention_brand.c.brand).where(mention_brand.c.mention_id == outbox.c.mention_id)
    their_mention = or_(named.where(mention_brand.c.brand.in_(sorted(brands))).exists(), not_(named.exists()))
    by_mention = and_(outbox.c.case_id.is_(None), outbox.c.mention_id.is_not(None), their_mention)
    by_issue = and_(outbox.c.case_id.is_(None), outbox.c.mention_id.is_(None), about_brands(brands, literal(None), outbox.c.issue_id))
    return or_(their_case, by_mention, by_issue)
