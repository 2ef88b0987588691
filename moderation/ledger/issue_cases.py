"""Which waiting cases an issue has, and whether one of them may still be answered by a plan."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Connection, Engine, exists, select

from listener.ledger.changes import batches
from listener.ledger.tables import mention
from listener.ledger.transactions import reading
from moderation.ledger.tables import conversation, conversation_mention, draft, outbox, support_case
from moderation.model.broadcast import AffectedCase
from moderation.model.case import CaseState
from moderation.model.outbox import DraftState, EntryState
from moderation.model.post import PostKind
from moderation.outbox.states import ENDS

_WAITING = (CaseState.OPEN.value, CaseState.CLAIMED.value)
_OVER = tuple(sorted(state.value for state in ENDS - {EntryState.NEEDS_HUMAN}))
"""Of an entry that waits for a person nobody knows yet whether it stands there."""


class IssueCaseLedger:
    """Cases by the issue that somebody in them wrote about."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def waiting(self, issue_id: int) -> list[AffectedCase]:
        """Return the cases that wait for an answer and in which a message about the issue stands, by id; removed messages do not count."""
        same = conversation_mention.c.mention_id == mention.c.mention_id
        told = select(conversation_mention.c.conversation_id).join_from(mention, conversation_mention, same)
        about = support_case.c.conversation_id.in_(told.where(mention.c.issue_id == issue_id, mention.c.latest_revision >= 0))
        query = (
            select(support_case, conversation.c.brand, conversation.c.platform, conversation.c.realm)
            .join_from(support_case, conversation, support_case.c.conversation_id == conversation.c.conversation_id)
            .where(support_case.c.state.in_(_WAITING), about)
            .order_by(support_case.c.case_id)
        )
        with reading(self._engine) as tx:
            rows = tx.execute(query).all()
            messages = _messages(tx, [row.conversation_id for row in rows])
        return [
            AffectedCase(
                case_id=row.case_id,
                brand=row.brand,
                platform=row.platform,
                realm=row.realm,
                holder=row.holder,
                version=row.version,
                mention_ids=tuple(messages[row.conversation_id]),
            )
            for row in rows
        ]


def _messages(tx: Connection, conversation_ids: list[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    query = (
        select(conversation_mention.c.conversation_id, mention.c.mention_id)
        .join_from(conversation_mention, mention, conversation_mention.c.mention_id == mention.c.mention_id)
        .where(mention.c.latest_revision >= 0)
        .order_by(mention.c.posted_at, mention.c.mention_id)
    )
    for some in batches(conversation_ids):
        for conversation_id, mention_id in tx.execute(query.where(conversation_mention.c.conversation_id.in_(some))):
            found[conversation_id].append(mention_id)
    return found


def why_not_answered(tx: Connection, case_id: int, *, by: str, seen_mention_id: int) -> str:
    """Return why a case must not get the answer of a plan of `by` (any more), as a key of the words in status.yaml; empty when it may.

    It does not wait, a colleague holds it, an answer is on its way, or there is a message newer than the newest that the plan knew of.
    """
    row = tx.execute(select(support_case).where(support_case.c.case_id == case_id)).one_or_none()
    if row is None or row.state not in _WAITING:
        return "answered"
    if row.holder not in ("", by):
        return "held"
    under_way = exists().where(outbox.c.case_id == case_id, outbox.c.state.not_in(_OVER))
    drafted = exists().where(draft.c.case_id == case_id, draft.c.kind == PostKind.ANSWER.value, draft.c.state == DraftState.OPEN.value)
    if tx.execute(select(under_way | drafted)).scalar_one():
        return "answering"
    here = conversation_mention.c
    later = exists().where(here.conversation_id == row.conversation_id, here.mention_id > seen_mention_id)
    return "wrote_again" if tx.execute(select(later)).scalar_one() else ""
