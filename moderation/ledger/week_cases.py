"""Which cases a figure of a week counted, and what their customers began with: for readers who ask "which ones?"."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Engine, select

from listener.ledger.changes import batches
from listener.ledger.tables import mention
from listener.ledger.transactions import reading
from moderation.ledger.tables import conversation, conversation_mention, support_case
from moderation.ledger.tables_conversation import contact_mark


class WeekCaseLedger:
    """Reads; changes nothing. Stretches are [from_at, to_at)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def marked(self, from_at: datetime, to_at: datetime, brands: frozenset[str] | None, answer: str) -> list[int]:
        """Return the conversations of which a colleague said this in the stretch ("yes": the contact was unnecessary), by id."""
        query = (
            select(contact_mark.c.conversation_id)
            .join(conversation, conversation.c.conversation_id == contact_mark.c.conversation_id)
            .where(contact_mark.c.made_at >= from_at, contact_mark.c.made_at < to_at, contact_mark.c.unnecessary == answer)
            .order_by(contact_mark.c.conversation_id)
        )
        if brands is not None:
            query = query.where(conversation.c.brand.in_(sorted(brands)))
        with reading(self._engine) as tx:
            return list(tx.execute(query).scalars())

    def cases_of(self, conversation_ids: Collection[int]) -> dict[int, int]:
        """Return conversation → its case."""
        found: dict[int, int] = {}
        with reading(self._engine) as tx:
            for some in batches(sorted(conversation_ids)):
                query = select(support_case.c.conversation_id, support_case.c.case_id).where(support_case.c.conversation_id.in_(some))
                found |= {row.conversation_id: row.case_id for row in tx.execute(query)}
        return found

    def first_messages(self, case_ids: Collection[int]) -> dict[int, int]:
        """Return case → the oldest of its customer's messages that is still there; cases without any are left out."""
        found: dict[int, int] = {}
        query = (
            select(support_case.c.case_id, mention.c.mention_id)
            .join_from(support_case, conversation_mention, conversation_mention.c.conversation_id == support_case.c.conversation_id)
            .join(mention, mention.c.mention_id == conversation_mention.c.mention_id)
            .where(mention.c.latest_revision >= 0)
            .order_by(mention.c.posted_at, mention.c.mention_id)
        )
        with reading(self._engine) as tx:
            for some in batches(sorted(case_ids)):
                for row in tx.execute(query.where(support_case.c.case_id.in_(some))):
                    found.setdefault(row.case_id, row.mention_id)
        return found
