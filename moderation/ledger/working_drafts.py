"""Replies while they are written: one text a person and case, never overwritten unseen, gone with the words they answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, and_, delete, exists, select, update

from listener.ledger.dialect import insert_missing
from listener.ledger.tables import mention
from listener.ledger.transactions import reading, writing
from moderation.ledger.audit import note
from moderation.ledger.tables import conversation_mention, draft, support_case
from moderation.ledger.tables_reply import approval_request, working_draft
from moderation.model.outbox import DraftState
from moderation.model.reply import Words, WorkingDraft


class WorkingDraftLedger:
    """Texts on their way to a draft. A text of which the customer took a message away since is not shown to anybody."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, case_id: int, person: str) -> WorkingDraft | None:
        """Return what somebody is writing in a case, or None."""
        with reading(self._engine) as tx:
            return _get(tx, case_id, person)

    def of_case(self, case_id: int) -> list[WorkingDraft]:
        """Return what anybody is writing in a case, the latest change first."""
        query = (
            select(working_draft).where(working_draft.c.case_id == case_id, ~_answers_removed()).order_by(working_draft.c.changed_at.desc())
        )
        with reading(self._engine) as tx:
            return [_of(row) for row in tx.execute(query)]

    def save(self, case_id: int, person: str, words: Words, *, version: int, at: datetime, edits: str | None = None) -> WorkingDraft | None:
        """Keep a text as typed on `version` (0: there was none) and return it; None when another version is there now.

        The same words again change nothing. Other words are no longer the draft that was previewed: that one is thrown away with them.
        `edits` None leaves that as it is.
        """
        values = {"text": words.text, "language": words.language, "signature": words.signature, "template": words.template}
        with writing(self._engine) as tx:
            tx.execute(delete(working_draft).where(_theirs(case_id, person), _answers_removed()))
            kept = _get(tx, case_id, person)
            if kept is not None and kept.words == words and edits in (None, kept.edits):
                return kept
            if (0 if kept is None else kept.version) != version:
                return None
            if kept is None:
                made = {"case_id": case_id, "person": person, "version": 1, **values, "edits": edits or "", "changed_at": at}
                if tx.execute(insert_missing(tx.dialect, working_draft).values(made)).rowcount != 1:
                    return None  # another window of the same person was first
                note(tx, at=at, who=person, verb="write", subject=f"case:{case_id}", detail={})
                return _get(tx, case_id, person)
            _discard(tx, kept.draft_id, person, at=at)
            changed = {**values, "version": version + 1, "draft_id": None, "changed_at": at, **({} if edits is None else {"edits": edits})}
            tx.execute(update(working_draft).where(_theirs(case_id, person)).values(changed))
            return _get(tx, case_id, person)

    def became(self, kept: WorkingDraft, draft_id: int, *, at: datetime) -> bool:
        """Remember which draft a text became, and throw away the one it was before; False when it was changed meanwhile."""
        same = _theirs(kept.case_id, kept.person) & (working_draft.c.version == kept.version)
        with writing(self._engine) as tx:
            before = tx.execute(select(working_draft.c.draft_id).where(same)).scalar()
            linked = tx.execute(update(working_draft).where(same).values(draft_id=draft_id)).rowcount == 1
            _discard(tx, before if linked and before != draft_id else None if linked else draft_id, kept.person, at=at)
        return linked

    def withdraw(self, case_id: int, person: str, *, at: datetime) -> bool:
        """Throw away the draft that a text became and keep the text; False when there was no open one."""
        with writing(self._engine) as tx:
            kept = _get(tx, case_id, person)
            tx.execute(update(working_draft).where(_theirs(case_id, person)).values(draft_id=None))
            return _discard(tx, kept.draft_id if kept is not None else None, person, at=at)

    def waits(self, case_id: int, person: str) -> bool:
        """Tell whether a text was put before somebody else, who has not decided yet."""
        asked = and_(working_draft.c.draft_id == approval_request.c.draft_id, draft.c.draft_id == approval_request.c.draft_id)
        query = select(working_draft.c.working_id).where(_theirs(case_id, person), asked, draft.c.state == DraftState.OPEN.value)
        with reading(self._engine) as tx:
            return tx.execute(query).first() is not None

    def drop(self, case_id: int, person: str, *, at: datetime) -> bool:
        """Throw a text away, with the draft it became; False when there was none."""
        with writing(self._engine) as tx:
            kept = _get(tx, case_id, person)
            gone = tx.execute(delete(working_draft).where(_theirs(case_id, person))).rowcount == 1
            if gone:
                _discard(tx, kept.draft_id if kept is not None else None, person, at=at)
                note(tx, at=at, who=person, verb="drop_text", subject=f"case:{case_id}", detail={})
        return gone

    def forget_removed(self) -> int:
        """Delete every text of which the customer took a message away since; return how many."""
        with writing(self._engine) as tx:
            return tx.execute(delete(working_draft).where(_answers_removed())).rowcount


def _discard(tx: Connection, draft_id: int | None, who: str, *, at: datetime) -> bool:
    """Throw an open draft away; False when there is none."""
    if draft_id is None:
        return False
    opened = (draft.c.draft_id == draft_id) & (draft.c.state == DraftState.OPEN.value)
    done = tx.execute(update(draft).where(opened).values(state=DraftState.DISCARDED.value)).rowcount == 1
    if done:
        note(tx, at=at, who=who, verb="discard", subject=f"draft:{draft_id}", detail={})
    return done


def _get(tx: Connection, case_id: int, person: str) -> WorkingDraft | None:
    row = tx.execute(select(working_draft).where(_theirs(case_id, person), ~_answers_removed())).one_or_none()
    return None if row is None else _of(row)


def _theirs(case_id: int, person: str) -> ColumnElement[bool]:
    return and_(working_draft.c.case_id == case_id, working_draft.c.person == person)


def _answers_removed() -> ColumnElement[bool]:
    """A message of the case was removed after the text was last changed: it may repeat words that have to be gone."""
    of_case = and_(
        support_case.c.case_id == working_draft.c.case_id,
        conversation_mention.c.conversation_id == support_case.c.conversation_id,
        mention.c.mention_id == conversation_mention.c.mention_id,
        mention.c.removed_at >= working_draft.c.changed_at,
    )
    return exists(select(support_case.c.case_id).where(of_case).correlate(working_draft))


def _of(row: Row[Any]) -> WorkingDraft:
    return WorkingDraft(
        case_id=row.case_id,
        person=row.person,
        words=Words(text=row.text, language=row.language, signature=row.signature, template=row.template),
        version=row.version,
        changed_at=row.changed_at,
        edits=row.edits,
        draft_id=row.draft_id,
    )
