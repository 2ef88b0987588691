"""What is known of conversations without anybody filling it in: feedback, what we gave back, knowledge, sentiments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select

from listener.ledger.changes import batches
from listener.ledger.labels import labels_now
from listener.ledger.tables import mention
from listener.ledger.transactions import reading
from moderation.ledger.tables import conversation, conversation_mention, support_case
from moderation.ledger.tables_feedback import feedback, feedback_invite, you_said_message
from moderation.ledger.tables_knowledge import article, article_evidence, article_use
from moderation.model.action import TellState
from moderation.model.case import CaseState
from moderation.model.knowledge import ArticleState

_LIVE = (ArticleState.SUGGESTED.value, ArticleState.APPROVED.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFacts:
    """Facts of one conversation."""

    feedback_asked: bool = False
    feedback_received: bool = False
    given_back: bool = False
    knowledge: int = 0


class CardFactLedger:
    """Reads facts for cards, of one conversation or of many."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def known(self, conversation_ids: Collection[int]) -> dict[int, KnownFacts]:
        """Return the facts of these conversations, by id."""
        asked, received, told = set[int](), set[int](), set[int]()
        articles: dict[int, set[int]] = defaultdict(set)
        sources = (
            (asked, feedback_invite.c.conversation_id, feedback_invite.c.conversation_id.is_not(None)),
            (received, feedback.c.conversation_id, feedback.c.conversation_id.is_not(None)),
            (told, you_said_message.c.conversation_id, you_said_message.c.state == TellState.DRAFTED.value),
        )
        with reading(self._engine) as tx:
            for some in batches(sorted(conversation_ids)):
                for found, column, wanted in sources:
                    found |= set(tx.execute(select(column).where(column.in_(some), wanted)).scalars())
                for table in (article_evidence, article_use):
                    query = (
                        select(support_case.c.conversation_id, table.c.article_id)
                        .join_from(table, support_case, table.c.case_id == support_case.c.case_id)
                        .join(article, article.c.article_id == table.c.article_id)
                        .where(
                            support_case.c.conversation_id.in_(some),
                            article.c.state.in_(_LIVE),
                        )
                    )
                    for row in tx.execute(query):
                        articles[row.conversation_id].add(row.article_id)
        return {
            one: KnownFacts(
                feedback_asked=one in asked or one in received,
                feedback_received=one in received,
                given_back=one in told,
                knowledge=len(articles[one]),
            )
            for one in conversation_ids
        }

    def closed_since(self, since: datetime, *, brand: str | None) -> list[int]:
        """Return the conversations whose case was closed since a moment and still is, by id."""
        query = (
            select(conversation.c.conversation_id)
            .join_from(support_case, conversation, support_case.c.conversation_id == conversation.c.conversation_id)
            .where(support_case.c.state == CaseState.CLOSED.value, support_case.c.changed_at >= since)
            .order_by(conversation.c.conversation_id)
        )
        if brand is not None:
            query = query.where(conversation.c.brand == brand)
        with reading(self._engine) as tx:
            return list(tx.execute(query).scalars())

    def sentiments(self, conversation_ids: Collection[int]) -> dict[int, list[str]]:
        """Return the sentiments of each conversation's messages, oldest first, "" where there is none."""
        found: dict[int, list[str]] = defaultdict(list)
        query = (
            select(conversation_mention.c.conversation_id, mention.c.mention_id)
            .join_from(conversation_mention, mention, conversation_mention.c.mention_id == mention.c.mention_id)
            .where(mention.c.latest_revision >= 0)
            .order_by(mention.c.posted_at, mention.c.mention_id)
        )
        with reading(self._engine) as tx:
            rows = [
                row
                for some in batches(sorted(conversation_ids))
                for row in tx.execute(query.where(conversation_mention.c.conversation_id.in_(some)))
            ]
            labels: dict[int, dict[str, str]] = {}
            for some in batches([row.mention_id for row in rows]):
                labels |= labels_now(tx, mention.c.mention_id.in_(some))
        for row in rows:
            found[row.conversation_id].append(labels.get(row.mention_id, {}).get("sentiment", ""))
        return dict(found)
