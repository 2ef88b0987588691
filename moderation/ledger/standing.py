"""Standing approvals: leave given once for what a template renders, until it expires or the template changes."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, insert, select, update

from listener.ledger.transactions import reading, writing
from moderation.ledger.audit import note
from moderation.ledger.tables import standing_approval
from moderation.model.outbox import StandingApproval
from moderation.model.post import PostKind


class StandingLedger:
    """Standing approvals as they were given; a void one stays, with why."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def give(self, new: StandingApproval) -> StandingApproval:
        """Keep a standing approval (its `standing_id` is ignored) and return it with its id."""
        values = {**dataclasses.asdict(new), "kind": new.kind.value, "variables": list(new.variables), "accounts": list(new.accounts)}
        del values["standing_id"]
        with writing(self._engine) as tx:
            kept = _record(tx.execute(insert(standing_approval).values(values).returning(standing_approval)).one())
            detail = {"template": new.template, "hash": new.template_hash, "audience": new.audience_rule}
            note(tx, at=new.given_at, who=new.given_by, verb="approve_standing", subject=f"standing:{kept.standing_id}", detail=detail)
        return kept

    def get(self, standing_id: int) -> StandingApproval | None:
        """Return a standing approval, void or not, or None."""
        with reading(self._engine) as tx:
            row = tx.execute(select(standing_approval).where(standing_approval.c.standing_id == standing_id)).one_or_none()
        return None if row is None else _record(row)

    def all(self) -> list[StandingApproval]:
        """Return every standing approval, void and ended ones too, oldest first."""
        with reading(self._engine) as tx:
            return [_record(row) for row in tx.execute(select(standing_approval).order_by(standing_approval.c.standing_id))]

    def make_void(self, standing_id: int, *, reason: str, who: str, at: datetime) -> bool:
        """End a standing approval; return False when it had ended already."""
        mine = (standing_approval.c.standing_id == standing_id) & (standing_approval.c.void_reason == "")
        with writing(self._engine) as tx:
            done = tx.execute(update(standing_approval).where(mine).values(void_reason=reason)).rowcount == 1
            if done:
                note(tx, at=at, who=who, verb="void_standing", subject=f"standing:{standing_id}", detail={"reason": reason})
        return done


def _record(row: Row[Any]) -> StandingApproval:
    values = dict(row._mapping)
    lists = {"variables": tuple(values["variables"]), "accounts": tuple(values["accounts"])}
    return StandingApproval(**{**values, **lists, "kind": PostKind(values["kind"])})
