"""What we said to one customer, and how contacts went: read from what was posted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from listener.ledger.changes import batches
from listener.ledger.labels import labels_now
from listener.ledger.private import is_private
from listener.ledger.tables import mention
from listener.ledger.transactions import reading
from moderation.ledger.conditions import POSTED_STATES
from moderation.ledger.tables import conversation, conversation_mention, outbox, support_case
from moderation.ledger.tables_knowledge import article_use
from moderation.model.case import CaseState
from moderation.model.post import ANSWERING


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacted:
    """One case that is done, as the channel grid counts it: labels of the customer's messages, and our `answers` to them.

    `private`: only its writer and we read it.
    """

    case_id: int
    brand: str
    platform: str
    labels: frozenset[tuple[str, str]]
    directed: bool
    answers: tuple[str, ...]
    linked: bool
    ending: str
    opened_at: datetime
    private: bool = False


class OurWords:
    """Reads; changes nothing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def to_customer(self, conversation_ids: Collection[int]) -> list[tuple[str, datetime]]:
        """Return (text, moment) of our posts in these conversations, and in others of the same people with the same brand, oldest first.

        What was taken away again, or replaced by an edit, is not among them. People whom no platform names are not looked up elsewhere.
        """
        same = aliased(conversation)
        these = conversation.c.conversation_id.in_(sorted(conversation_ids))
        theirs = exists().where(
            and_(
                same.c.conversation_id.in_(sorted(conversation_ids)),
                same.c.author_key != "",
                same.c.author_key == conversation.c.author_key,
                same.c.brand == conversation.c.brand,
            )
        )
        query = (
            select(outbox.c.text, outbox.c.changed_at)
            .join_from(outbox, support_case, support_case.c.case_id == outbox.c.case_id)
            .join(conversation, conversation.c.conversation_id == support_case.c.conversation_id)
            .where(or_(these, theirs), _stands())
            .order_by(outbox.c.entry_id)
        )
        with reading(self._engine) as tx:
            return [(row.text, row.changed_at) for row in tx.execute(query)]

    def latest_in(self, case_ids: Collection[int]) -> dict[int, tuple[str, datetime]]:
        """Return (text, moment) of the post of ours that stands last in each of these cases; nothing for those without one."""
        found: dict[int, tuple[str, datetime]] = {}
        with reading(self._engine) as tx:
            for some in batches(sorted(set(case_ids))):
                last = select(func.max(outbox.c.entry_id)).where(outbox.c.case_id.in_(some), _stands()).group_by(outbox.c.case_id)
                query = select(outbox.c.case_id, outbox.c.text, outbox.c.changed_at).where(outbox.c.entry_id.in_(last))
                found |= {row.case_id: (row.text, row.changed_at) for row in tx.execute(query)}
        return found

    def contacts(self, since: datetime, until: datetime, *, brands: Collection[str] | None = None) -> list[Contacted]:
        """Return the cases that were answered or closed in a stretch of time, by id, with what the grid looks at."""
        done = [CaseState.ANSWERED.value, CaseState.CLOSED.value]
        query = (
            select(support_case, conversation.c.brand, conversation.c.platform)
            .join_from(support_case, conversation, conversation.c.conversation_id == support_case.c.conversation_id)
            .where(support_case.c.state.in_(done), support_case.c.changed_at >= since, support_case.c.changed_at < until)
            .order_by(support_case.c.case_id)
        )
        if brands is not None:
            query = query.where(conversation.c.brand.in_(sorted(brands)))
        answers = and_(outbox.c.kind.in_([kind.value for kind in ANSWERING]), outbox.c.state.in_(POSTED_STATES), outbox.c.removes == "")
        messages = (
            select(*conversation_mention.c["conversation_id", "mention_id", "directed"], is_private().label("private"))
            .join_from(conversation_mention, mention, mention.c.mention_id == conversation_mention.c.mention_id)
            .where(mention.c.removed_at.is_(None))
        )
        with reading(self._engine) as tx:
            rows = tx.execute(query).all()
            said: dict[int, list[tuple[int, bool]]] = {}
            private: set[int] = set()
            for some in batches([row.conversation_id for row in rows]):
                for one in tx.execute(messages.where(conversation_mention.c.conversation_id.in_(some))):
                    said.setdefault(one.conversation_id, []).append((one.mention_id, one.directed))
                    private |= {one.conversation_id} if one.private else set()
            labels: dict[int, dict[str, str]] = {}
            for some in batches([mention_id for lines in said.values() for mention_id, _ in lines]):
                labels |= labels_now(tx, mention.c.mention_id.in_(some))
            answered: dict[int, list[str]] = {}
            for some in batches([row.case_id for row in rows]):
                posts = select(outbox.c.case_id, outbox.c.text).where(answers, outbox.c.case_id.in_(some)).order_by(outbox.c.entry_id)
                for post in tx.execute(posts):
                    answered.setdefault(post.case_id, []).append(post.text)
            linked = set(tx.execute(select(article_use.c.case_id).distinct()).scalars())
        return [
            Contacted(
                case_id=row.case_id,
                brand=row.brand,
                platform=row.platform,
                labels=frozenset(
                    pair for mention_id, _ in said.get(row.conversation_id, ()) for pair in labels.get(mention_id, {}).items()
                ),
                directed=any(directed for _, directed in said.get(row.conversation_id, ())),
                answers=tuple(answered.get(row.case_id, ())),
                linked=row.case_id in linked,
                ending=row.ending,
                opened_at=row.opened_at,
                private=row.conversation_id in private,
            )
            for row in rows
        ]


def _stands() -> ColumnElement[bool]:
    """An answer of ours was posted, and neither taken away again nor replaced by an edit."""
    later = aliased(outbox)
    undone = exists().where(
        and_(
            later.c.platform == outbox.c.platform,
            later.c.realm == outbox.c.realm,
            outbox.c.platform_id != "",
            or_(later.c.removes == outbox.c.platform_id, later.c.edits == outbox.c.platform_id),
            later.c.state.in_(POSTED_STATES),
        )
    )
    answers = outbox.c.kind.in_([kind.value for kind in ANSWERING])
    return and_(answers, outbox.c.state.in_(POSTED_STATES), outbox.c.removes == "", ~undone)
