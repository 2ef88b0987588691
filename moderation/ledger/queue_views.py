"""Choices of the queue under a name: each person's own, and those a team shares."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, func, insert, or_, select, update

from listener.errors import NotAllowed
from listener.ledger.transactions import reading, writing
from moderation.ledger.audit import note
from moderation.ledger.tables_queue import queue_view
from moderation.model.queue import SavedView

MOST_VIEWS = 50
view = queue_view.c


class QueueViewLedger:
    """A view belongs to one person (`owner`), or to one team; never to both."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, person: str, teams: Collection[str]) -> tuple[SavedView, ...]:
        """Return the views somebody has: their own in their order, then those of their teams."""
        query = select(queue_view).where(_theirs(person, teams)).order_by(view.team, view.position, view.view_id)
        with reading(self._engine) as tx:
            return tuple(SavedView(**row) for row in tx.execute(query).mappings())

    def keep(self, *, owner: str, team: str, name: str, query: str, by: str, at: datetime) -> int:
        """Keep a view and return its number; one of this name gets the new choice. Raises `NotAllowed` when there are too many."""
        same = and_(view.owner == owner, view.team == team)
        with writing(self._engine) as tx:
            found = tx.execute(select(view.view_id).where(same, view.name == name)).scalar()
            if found is None:
                count, last = tx.execute(select(func.count(), func.max(view.position)).where(same)).one()
                if count >= MOST_VIEWS:
                    raise NotAllowed(
                        f"There are {count} saved views already; delete one first.", key="view_many", fields={"most": MOST_VIEWS}
                    )
                line = {
                    "owner": owner,
                    "team": team,
                    "name": name,
                    "query": query,
                    "position": (last or 0) + 1,
                    "made_by": by,
                    "made_at": at,
                }
                found = int(tx.execute(insert(queue_view).values(line).returning(view.view_id)).scalar_one())
            else:
                tx.execute(update(queue_view).where(view.view_id == found).values(query=query, made_by=by, made_at=at))
            note(tx, at=at, who=by, verb="keep view", subject=f"view:{found}", detail={"team": team})
        return int(found)

    def rename(self, view_id: int, person: str, teams: Collection[str], name: str, *, at: datetime) -> None:
        """Give a view another name. Raises `NotAllowed` when it is not theirs, or the name is taken."""
        with writing(self._engine) as tx:
            mine = _get(tx, view_id, person, teams)
            taken = select(view.view_id).where(view.owner == mine.owner, view.team == mine.team, view.name == name, view.view_id != view_id)
            if tx.execute(taken).scalar() is not None:
                raise NotAllowed(f"There is a view {name!r} already.", key="view_taken", fields={"name": name})
            tx.execute(update(queue_view).where(view.view_id == view_id).values(name=name))
            note(tx, at=at, who=person, verb="rename view", subject=f"view:{view_id}", detail={"team": mine.team})

    def move(self, view_id: int, person: str, teams: Collection[str], *, up: bool, at: datetime) -> None:
        """Let a view change places with the one before it, or after it; at the end nothing changes."""
        with writing(self._engine) as tx:
            mine = _get(tx, view_id, person, teams)
            beside = select(view.view_id).where(view.owner == mine.owner, view.team == mine.team).order_by(view.position, view.view_id)
            order = list(tx.execute(beside).scalars())
            at_now = order.index(view_id)
            to = at_now - 1 if up else at_now + 1
            if not 0 <= to < len(order):
                return
            order[at_now], order[to] = order[to], order[at_now]
            _number(tx, order)
            note(tx, at=at, who=person, verb="move view", subject=f"view:{view_id}", detail={"team": mine.team})

    def delete(self, view_id: int, person: str, teams: Collection[str], *, at: datetime) -> None:
        """Delete a view. Raises `NotAllowed` when it is not theirs."""
        with writing(self._engine) as tx:
            mine = _get(tx, view_id, person, teams)
            tx.execute(delete(queue_view).where(view.view_id == view_id))
            note(tx, at=at, who=person, verb="delete view", subject=f"view:{view_id}", detail={"team": mine.team})


def _theirs(person: str, teams: Collection[str]) -> ColumnElement[bool]:
    return or_(and_(view.owner == person, view.team == ""), and_(view.owner == "", view.team.in_(sorted(teams))))


def _get(tx: Connection, view_id: int, person: str, teams: Collection[str]) -> SavedView:
    row = tx.execute(select(queue_view).where(view.view_id == view_id, _theirs(person, teams))).mappings().one_or_none()
    if row is None:
        raise NotAllowed(f"There is no saved view {view_id} of yours.", key="view_unknown")
    return SavedView(**row)


def _number(tx: Connection, order: Sequence[int]) -> None:
    for position, view_id in enumerate(order, start=1):
        tx.execute(update(queue_view).where(view.view_id == view_id).values(position=position))
