"""Which conversation a case is the work on, and whose it is."""

from __future__ import annotations

from sqlalchemy import Connection, select

from listener.errors import NotAllowed
from moderation.ledger.tables import conversation, support_case


def case_and_person(tx: Connection, case_id: int) -> tuple[int, str]:
    """Return a case's conversation and the key of its customer ("" when nobody is named). Raises `NotAllowed` when there is none."""
    query = (
        select(conversation.c.conversation_id, conversation.c.author_key)
        .join_from(support_case, conversation, support_case.c.conversation_id == conversation.c.conversation_id)
        .where(support_case.c.case_id == case_id)
    )
    row = tx.execute(query).one_or_none()
    if row is None:
        raise NotAllowed(f"There is no case {case_id}.", key="talk_no_case")
    return row.conversation_id, row.author_key
