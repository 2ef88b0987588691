"""Drafts: kept as they were worded, approved once or thrown away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, Engine, exists, insert, select, update

from listener.ledger.transactions import reading, writing
from moderation.ledger.audit import note
from moderation.ledger.rows import draft_of, draft_row
from moderation.ledger.tables import draft
from moderation.ledger.tables_reply import approval_request, working_draft
from moderation.model.outbox import Draft, DraftState, NewDraft


class DraftLedger:
    """Texts that wait for approval."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, new: NewDraft, *, at: datetime) -> Draft:
        """Keep a draft and return it with its id."""
        with writing(self._engine) as tx:
            return insert_draft(tx, new, at=at, detail={"case": new.case_id})

    def get(self, draft_id: int) -> Draft | None:
        """Return a draft, or None."""
        with reading(self._engine) as tx:
            row = tx.execute(select(draft).where(draft.c.draft_id == draft_id)).one_or_none()
        return None if row is None else draft_of(row)

    def all(self, *, state: DraftState | None = None, case_id: int | None = None) -> list[Draft]:
        """Return drafts, oldest first."""
        query = select(draft).order_by(draft.c.draft_id)
        if state is not None:
            query = query.where(draft.c.state == state.value)
        if case_id is not None:
            query = query.where(draft.c.case_id == case_id)
        with reading(self._engine) as tx:
            return [draft_of(row) for row in tx.execute(query)]

    def in_preview(self) -> set[int]:
        """Return the open drafts that their author looks at and has put before nobody: for nobody else to approve."""
        asked = exists().where(approval_request.c.draft_id == working_draft.c.draft_id)
        with reading(self._engine) as tx:
            return set(tx.execute(select(working_draft.c.draft_id).where(working_draft.c.draft_id.is_not(None), ~asked)).scalars())

    def discard(self, draft_id: int, *, who: str, at: datetime) -> bool:
        """Throw an open draft away; return False when it was not open (any more)."""
        mine = (draft.c.draft_id == draft_id) & (draft.c.state == DraftState.OPEN.value)
        with writing(self._engine) as tx:
            done = tx.execute(update(draft).where(mine).values(state=DraftState.DISCARDED.value)).rowcount == 1
            if done:
                note(tx, at=at, who=who, verb="discard", subject=f"draft:{draft_id}", detail={})
        return done


def insert_draft(tx: Connection, new: NewDraft, *, at: datetime, detail: Mapping[str, object]) -> Draft:
    """Keep a draft and its audit line within a transaction, and return it. `detail`: whose draft it is, beside its kind."""
    values = {**draft_row(new), "state": DraftState.OPEN.value, "made_at": at}
    made = draft_of(tx.execute(insert(draft).values(values).returning(draft)).one())
    note(tx, at=at, who=new.author, verb="draft", subject=f"draft:{made.draft_id}", detail={"kind": new.kind.value, **detail})
    return made
