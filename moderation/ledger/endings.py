"""How cases ended, beside the act that ended them: who helped, what solved it, and the thank-you that was offered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, insert, select, update

from listener.ledger.transactions import reading, writing
from moderation.ledger.audit import note
from moderation.ledger.tables_conversation import case_ending
from moderation.ledger.tables_queue import case_act
from moderation.model.ending import CaseEnding


class EndingLedger:
    """What is known of an ending. It stands while the act beside it does."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, case_id: int, act_id: int, kind: str, *, mention_id: int | None, about: str, who: str, at: datetime) -> CaseEnding:
        """Keep how a case ended."""
        row = {
            "case_id": case_id,
            "act_id": act_id,
            "kind": kind,
            "mention_id": mention_id,
            "about": about,
            "made_by": who,
            "made_at": at,
        }
        with writing(self._engine) as tx:
            kept = _ending(tx.execute(insert(case_ending).values(row).returning(case_ending)).one())
            detail = {"ending": kind, "mention": mention_id or 0, "about": about}
            note(tx, at=at, who=who, verb="ending", subject=f"case:{case_id}", detail=detail)
        return kept

    def note_draft(self, ending_id: int, draft_id: int) -> None:
        """Note which draft thanks the helper."""
        with writing(self._engine) as tx:
            tx.execute(update(case_ending).where(case_ending.c.ending_id == ending_id).values(draft_id=draft_id))

    def case_of(self, draft_id: int) -> int | None:
        """Return the case of whose ending a draft is the thank-you, or None."""
        with reading(self._engine) as tx:
            return tx.execute(select(case_ending.c.case_id).where(case_ending.c.draft_id == draft_id).limit(1)).scalar()

    def latest(self, case_id: int) -> CaseEnding | None:
        """Return the newest ending of a case whose act was not taken back, or None."""
        stands = (
            select(case_ending)
            .join_from(case_ending, case_act, case_ending.c.act_id == case_act.c.act_id)
            .where(case_ending.c.case_id == case_id, case_act.c.undone_at.is_(None))
            .order_by(case_ending.c.ending_id.desc())
            .limit(1)
        )
        with reading(self._engine) as tx:
            row = tx.execute(stands).one_or_none()
        return None if row is None else _ending(row)


def _ending(row: Row[Any]) -> CaseEnding:
    return CaseEnding(
        ending_id=row.ending_id,
        case_id=row.case_id,
        act_id=row.act_id,
        kind=row.kind,
        mention_id=row.mention_id,
        about=row.about,
        draft_id=row.draft_id,
        made_by=row.made_by,
        made_at=row.made_at,
    )
