"""Who was asked, and what came of it: counted from links that reached somebody."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, exists, select

from moderation.ledger.brand_conditions import about_brands
from moderation.ledger.conditions import POSTED_STATES
from moderation.ledger.feedback_rows import about_issue
from moderation.ledger.tables import outbox
from moderation.ledger.tables_feedback import feedback, feedback_answer, feedback_invite, review_click
from moderation.model.feedback import Asked, AskedCount, LinkUse
from moderation.model.link_token import RANDOM_BYTES, token_hash
from moderation.model.post import PostKind

_LINK = re.compile(r"/f/(?:done/)?([A-Za-z0-9_-]{43})(?![A-Za-z0-9_-])")


def asked_count(
    tx: Connection, asked: Asked, from_at: datetime, to_at: datetime, issue_id: int | None, brands: frozenset[str] | None = None
) -> AskedCount:
    """Count the people who were asked this way with a link of their own, made in [from_at, to_at); about these brands, None for all.

    Asked is: the post with the link left, a person handed it over, or it was used (which proves it arrived). A link that only shadow saw
    asked nobody. Links for threads are left out: how many people read a thread, nobody knows.
    """
    answers = exists().where(
        and_(feedback.c.invite_id == feedback_invite.c.invite_id, feedback_answer.c.feedback_id == feedback.c.feedback_id)
    )
    clicks = exists().where(review_click.c.invite_id == feedback_invite.c.invite_id)
    query = select(
        feedback_invite.c.token_hash,
        feedback_invite.c.by_hand,
        feedback_invite.c.opened_at,
        answers.label("answered"),
        clicks.label("reviewed"),
    ).where(
        feedback_invite.c.asked == asked.value,
        feedback_invite.c.use != LinkUse.THREAD.value,
        feedback_invite.c.from_invite_id.is_(None),
        feedback_invite.c.made_at >= from_at,
        feedback_invite.c.made_at < to_at,
    )
    if issue_id is not None:
        query = query.where(about_issue(feedback_invite.c.issue_id, issue_id))
    if brands is not None:
        query = query.where(about_brands(brands, feedback_invite.c.conversation_id, feedback_invite.c.issue_id))
    left = set(_links_that_left(tx, from_at))
    reached = [row for row in tx.execute(query) if _reached(row, left)]
    return AskedCount(
        asked=len(reached), answered=sum(1 for row in reached if row.answered), reviewed=sum(1 for row in reached if row.reviewed)
    )


def _reached(row: Row[Any], left: set[str]) -> bool:
    return bool(row.by_hand or row.opened_at is not None or row.reviewed or row.token_hash in left)


def _links_that_left(tx: Connection, since: datetime) -> Iterator[str]:
    """Yield the hash of every feedback link in a post that left: the text tells, so nobody has to report it."""
    query = select(outbox.c.text).where(
        outbox.c.kind == PostKind.INVITATION.value, outbox.c.state.in_(POSTED_STATES), outbox.c.changed_at >= since, outbox.c.removes == ""
    )
    for text in tx.execute(query).scalars():
        for written in _LINK.findall(text):
            yield token_hash(base64.urlsafe_b64decode(f"{written}=")[:RANDOM_BYTES])
