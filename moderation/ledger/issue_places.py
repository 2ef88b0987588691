"""Places in the value-irritant matrix that people gave issues, each with its audit line."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, func, insert, select

from listener.ledger.tables import issue
from listener.ledger.transactions import reading, writing
from moderation.ledger.audit import note
from moderation.ledger.tables_matrix import issue_place


class IssuePlaceLedger:
    """Every place somebody chose is kept; the latest of an issue holds."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> dict[int, tuple[str, str, datetime]]:
        """Return the places that hold: issue id → quadrant, who chose it, when. An issue that was merged lends its place to nobody."""
        newest = select(func.max(issue_place.c.place_id)).group_by(issue_place.c.issue_id)
        query = select(issue_place).where(issue_place.c.place_id.in_(newest), issue_place.c.quadrant != "")
        with reading(self._engine) as tx:
            return {row.issue_id: (row.quadrant, row.made_by, row.at) for row in tx.execute(query)}

    def of(self, issue_id: int) -> list[tuple[str, str, datetime]]:
        """Return every place that was chosen for an issue, oldest first; an empty quadrant gave it back."""
        query = select(issue_place).where(issue_place.c.issue_id == issue_id).order_by(issue_place.c.place_id)
        with reading(self._engine) as tx:
            return [(row.quadrant, row.made_by, row.at) for row in tx.execute(query)]

    def put(self, issue_id: int, quadrant: str, *, who: str, at: datetime) -> bool:
        """Put an issue in a quadrant ("" for where its labels put it); return False when there is no such issue."""
        with writing(self._engine) as tx:
            if tx.execute(select(issue.c.issue_id).where(issue.c.issue_id == issue_id)).one_or_none() is None:
                return False
            tx.execute(insert(issue_place).values(issue_id=issue_id, quadrant=quadrant, made_by=who, at=at))
            note(tx, at=at, who=who, verb="place_issue", subject=f"issue:{issue_id}", detail={"quadrant": quadrant})
        return True
