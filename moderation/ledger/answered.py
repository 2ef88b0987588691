"""What a post does to the case it answers, in the transaction that knows it was posted."""

from __future__ import annotations

from sqlalchemy import Connection, and_, exists, select, update

from moderation.ledger.case_facts import mark_stale, touch
from moderation.ledger.tables import approval, conversation_mention, outbox, support_case
from moderation.ledger.tables_queue import case_fact
from moderation.model.case import CaseState


def note_answer(tx: Connection, entry_id: int) -> None:
    """Mark the case of a posted entry as answered, up to the moment of its approval.

    Messages that joined after that moment were not read by whoever answered: with one of those, the case goes on waiting.
    """
    query = select(outbox.c.case_id, outbox.c.removes, approval.c.approved_at)
    query = query.join_from(outbox, approval, outbox.c.approval_id == approval.c.approval_id)
    case_id, removes, approved_at = tx.execute(query.where(outbox.c.entry_id == entry_id)).one()
    if case_id is None:
        return
    mine = support_case.c.case_id == case_id
    if removes:  # taking a post away answers nobody, but what it promised is promised no more
        mark_stale(tx, case_fact.c.case_id == case_id)
        return
    later = exists().where(
        and_(conversation_mention.c.conversation_id == support_case.c.conversation_id, conversation_mention.c.joined_at > approved_at)
    )
    tx.execute(update(support_case).where(mine).values(answered_at=approved_at, version=support_case.c.version + 1))
    waits = support_case.c.state.in_([CaseState.OPEN.value, CaseState.CLAIMED.value])
    tx.execute(update(support_case).where(mine, waits, ~later).values(state=CaseState.ANSWERED.value))
    touch(tx, mine, stale=True)
