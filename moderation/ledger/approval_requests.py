"""Drafts that wait for a second person, and those that came back with a note."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, insert, select, update

from listener.ledger.changes import batches
from listener.ledger.transactions import reading, writing
from moderation.ledger.audit import note
from moderation.ledger.rows import draft_of
from moderation.ledger.tables import draft
from moderation.ledger.tables_reply import approval_request
from moderation.model.outbox import Draft, DraftState
from moderation.model.reply import ApprovalRequest


class ApprovalRequestLedger:
    """Who asked, and who gave back. What was approved stands with the approvals; a draft that was given back is thrown away."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ask(self, draft_id: int, who: str, *, at: datetime) -> bool:
        """Put an open draft before somebody else; False when that was done before or the draft is not open (any more)."""
        with writing(self._engine) as tx:
            opened = tx.execute(select(draft.c.state).where(draft.c.draft_id == draft_id)).scalar() == DraftState.OPEN.value
            asked = tx.execute(select(approval_request.c.draft_id).where(approval_request.c.draft_id == draft_id)).scalar() is not None
            if asked or not opened:
                return False
            tx.execute(insert(approval_request).values(draft_id=draft_id, asked_by=who, asked_at=at))
            note(tx, at=at, who=who, verb="ask_approval", subject=f"draft:{draft_id}", detail={})
        return True

    def give_back(self, draft_id: int, who: str, why: str, *, at: datetime) -> bool:
        """Give a draft back to its author: it will not be sent. False when it does not wait (any more)."""
        mine = (draft.c.draft_id == draft_id) & (draft.c.state == DraftState.OPEN.value)
        asked = approval_request.c.draft_id == draft_id
        with writing(self._engine) as tx:
            if tx.execute(select(approval_request.c.draft_id).where(asked)).scalar() is None:
                return False
            if tx.execute(update(draft).where(mine).values(state=DraftState.DISCARDED.value)).rowcount != 1:
                return False
            tx.execute(update(approval_request).where(asked).values(given_back_by=who, given_back_at=at, note=why))
            note(tx, at=at, who=who, verb="give_back", subject=f"draft:{draft_id}", detail={})
        return True

    def waiting(self) -> list[tuple[ApprovalRequest, Draft]]:
        """Return what waits for a second person, the longest first."""
        query = (
            select(draft, approval_request.c.asked_by, approval_request.c.asked_at, approval_request.c.given_back_by)
            .add_columns(approval_request.c.given_back_at, approval_request.c.note)
            .join_from(approval_request, draft, draft.c.draft_id == approval_request.c.draft_id)
            .where(draft.c.state == DraftState.OPEN.value)
            .order_by(approval_request.c.asked_at, draft.c.draft_id)
        )
        with reading(self._engine) as tx:
            return [(_of(row), draft_of(row)) for row in tx.execute(query)]

    def of_drafts(self, draft_ids: Iterable[int]) -> dict[int, ApprovalRequest]:
        """Return the requests of these drafts, by draft."""
        found: dict[int, ApprovalRequest] = {}
        with reading(self._engine) as tx:
            for some in batches(list(draft_ids)):
                rows = tx.execute(select(approval_request).where(approval_request.c.draft_id.in_(some)))
                found |= {row.draft_id: _of(row) for row in rows}
        return found


def _of(row: Row[Any]) -> ApprovalRequest:
    return ApprovalRequest(
        draft_id=row.draft_id,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        given_back_by=row.given_back_by,
        given_back_at=row.given_back_at,
        note=row.note,
    )
