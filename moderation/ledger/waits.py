"""When customers wrote and when we answered, per case: what reports about clocks are worked out from. No person is read here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, select

from listener.ledger.changes import batches
from listener.ledger.tables import mention
from listener.ledger.transactions import reading
from moderation.ledger.conditions import POSTED_STATES
from moderation.ledger.tables import approval, conversation, conversation_mention, outbox, support_case
from moderation.model.case import CaseState
from moderation.model.clock import CaseTimes
from moderation.model.post import PostKind


class WaitLedger:
    """Reads times of cases; writes nothing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def times(self, since: datetime, until: datetime, brands: Collection[str] | None = None) -> list[CaseTimes]:
        """Return the times of every case in which a customer wrote in [since, until) what we have, by case; of `brands`, or all."""
        wrote = conversation_mention.c.joined_at.between(since, until)
        recent = select(conversation_mention.c.conversation_id).where(wrote).distinct()
        query = (
            select(support_case.c.case_id, support_case.c.conversation_id, support_case.c.state, support_case.c.changed_at)
            .add_columns(conversation.c.platform)
            .join_from(support_case, conversation, support_case.c.conversation_id == conversation.c.conversation_id)
            .where(support_case.c.conversation_id.in_(recent))
            .order_by(support_case.c.case_id)
        )
        if brands is not None:
            query = query.where(conversation.c.brand.in_(sorted(brands)))
        with reading(self._engine) as tx:
            cases = tx.execute(query).all()
            messages = _messages(tx, [row.conversation_id for row in cases])
            answers = _answers(tx, [row.case_id for row in cases])
        return [
            CaseTimes(
                case_id=row.case_id,
                platform=row.platform,
                messages=tuple(messages[row.conversation_id]),
                answers=tuple(answers[row.case_id]),
                ended_at=row.changed_at if row.state == CaseState.CLOSED.value else None,
            )
            for row in cases
        ]


def _messages(tx: Connection, conversation_ids: Sequence[int]) -> dict[int, list[tuple[datetime, datetime]]]:
    found: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    query = (
        select(conversation_mention.c.conversation_id, conversation_mention.c.joined_at, mention.c.posted_at)
        .join_from(conversation_mention, mention, conversation_mention.c.mention_id == mention.c.mention_id)
        .where(mention.c.latest_revision >= 0)
        .order_by(conversation_mention.c.joined_at, mention.c.mention_id)
    )
    for some in batches(conversation_ids):
        for row in tx.execute(query.where(conversation_mention.c.conversation_id.in_(some))):
            found[row.conversation_id].append((row.posted_at, row.joined_at))
    return found


def _answers(tx: Connection, case_ids: Sequence[int]) -> dict[int, list[datetime]]:
    """Return when the replies that reached a customer were approved, by case; edits and removals of a reply answer nobody."""
    found: dict[int, list[datetime]] = defaultdict(list)
    query = (
        select(outbox.c.case_id, approval.c.approved_at)
        .join_from(outbox, approval, outbox.c.approval_id == approval.c.approval_id)
        .where(outbox.c.kind == PostKind.REPLY.value, outbox.c.state.in_(POSTED_STATES), outbox.c.edits == "", outbox.c.removes == "")
        .order_by(approval.c.approved_at)
    )
    for some in batches(case_ids):
        for row in tx.execute(query.where(outbox.c.case_id.in_(some))):
            found[row.case_id].append(row.approved_at)
    return found
