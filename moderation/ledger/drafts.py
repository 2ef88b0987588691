"""Drafts: kept as they were worded, approved once or thrown away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, and_, exists, insert, or_, select, update

from listener.ledger.tables import mention
from listener.ledger.transactions import reading, writing
from moderation.ledger.audit import note
from moderation.ledger.rows import draft_of, draft_row
from moderation.ledger.tables import conversation_mention, draft, outbox, support_case
from moderation.ledger.tables_reply import approval_request, working_draft
from moderation.model.outbox import Draft, DraftState, EntryState, NewDraft
from moderation.model.post import AccountId

_NOT_REMOVED = [state.value for state in (EntryState.REFUSED, EntryState.CANCELLED, EntryState.EXPIRED, EntryState.NEEDS_HUMAN)]
"""A removal that ended so may be asked for again: taking away what is gone harms nobody."""


class DraftLedger:
    """Texts that wait for approval. One of which the customer took a message away since is shown to nobody."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, new: NewDraft, *, at: datetime) -> Draft:
        """Keep a draft and return it with its id."""
        with writing(self._engine) as tx:
            return insert_draft(tx, new, at=at, detail={"case": new.case_id})

    def add_removal(self, new: NewDraft, account: AccountId, *, at: datetime) -> Draft:
        """Keep a draft that takes a post away, once per post: while one is open or on its way, that one is returned."""
        failed = outbox.c.state.in_(_NOT_REMOVED) & (outbox.c.draft_id == draft.c.draft_id)
        same = and_(draft.c.removes == new.removes, draft.c.platform == new.target.platform, draft.c.realm == new.target.realm)
        live = and_(same, draft.c.state != DraftState.DISCARDED.value, ~exists().where(failed))
        with writing(self._engine) as tx:
            found = tx.execute(select(draft).where(live).order_by(draft.c.draft_id).limit(1)).one_or_none()
            if found is not None:
                return draft_of(found)
            return insert_draft(tx, new, at=at, detail={"case": new.case_id, "removes": new.removes, "account": account.key})

    def get(self, draft_id: int) -> Draft | None:
        """Return a draft for what is decided about it, or None."""
        return self._get(draft.c.draft_id == draft_id)

    def readable(self, draft_id: int) -> Draft | None:
        """Return a draft for somebody to look at; None also when the customer took a message away since, whoever approved it."""
        return self._get(draft.c.draft_id == draft_id, ~_answers_removed())

    def all(self, *, state: DraftState | None = None, case_id: int | None = None) -> list[Draft]:
        """Return drafts, oldest first; of those whose words have to be gone only what was approved."""
        query = select(draft).where(or_(draft.c.state == DraftState.APPROVED.value, ~_answers_removed())).order_by(draft.c.draft_id)
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

    def forget_removed(self, *, at: datetime) -> int:
        """Empty every draft that was never approved and of which the customer took a message away since; return how many."""
        gone = and_(draft.c.state != DraftState.APPROVED.value, draft.c.text != "", _answers_removed())
        with reading(self._engine) as tx:
            if tx.execute(select(draft.c.draft_id).where(gone).limit(1)).one_or_none() is None:
                return 0
        bare = {"state": DraftState.DISCARDED.value, "text": "", "title": "", "person": ""}
        with writing(self._engine) as tx:
            found = sorted(tx.execute(update(draft).where(gone).values(bare).returning(draft.c.draft_id)).scalars())
            for draft_id in found:
                note(tx, at=at, who="schedule", verb="forget", subject=f"draft:{draft_id}", detail={"why": "removed"})
        return len(found)

    def _get(self, *where: ColumnElement[bool]) -> Draft | None:
        with reading(self._engine) as tx:
            row = tx.execute(select(draft).where(*where)).one_or_none()
        return None if row is None else draft_of(row)


def _answers_removed() -> ColumnElement[bool]:
    """The message it answers was removed, or another of its case since it was worded: it may repeat words that have to be gone.

    Taking a post of ours away repeats nothing.
    """
    below = exists().where(mention.c.mention_id == draft.c.mention_id, mention.c.removed_at.is_not(None))
    of_case = and_(
        support_case.c.case_id == draft.c.case_id,
        conversation_mention.c.conversation_id == support_case.c.conversation_id,
        mention.c.mention_id == conversation_mention.c.mention_id,
        mention.c.removed_at >= draft.c.made_at,
    )
    beside = exists(select(support_case.c.case_id).where(of_case).correlate(draft))
    return and_(draft.c.removes == "", or_(below, beside))


def insert_draft(tx: Connection, new: NewDraft, *, at: datetime, detail: Mapping[str, object]) -> Draft:
    """Keep a draft and its audit line within a transaction, and return it. `detail`: whose draft it is, beside its kind."""
    values = {**draft_row(new), "state": DraftState.OPEN.value, "made_at": at}
    made = draft_of(tx.execute(insert(draft).values(values).returning(draft)).one())
    note(tx, at=at, who=new.author, verb="draft", subject=f"draft:{made.draft_id}", detail={"kind": new.kind.value, **detail})
    return made
