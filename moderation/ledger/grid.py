"""The channel grid and the matrix's rules as people edited them: every state is kept, the newest holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, insert, select

from listener.errors import ActionError
from listener.ledger.transactions import reading, writing
from moderation.ledger.audit import note
from moderation.ledger.tables_grid import grid_version, matrix_version
from moderation.model.grid import GridVersion


class GridLedger:
    """States of the grid, each as a whole; 0 stands for the file, before anybody edited anything."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def newest(self) -> int:
        """Return the number of the newest state; 0 when nobody edited the grid."""
        with reading(self._engine) as tx:
            return _newest(tx, grid_version)

    def states(self) -> list[tuple[int, datetime, Mapping[str, Any]]]:
        """Return every state that was edited, oldest first: its number, when it began, the grid; an empty grid stands for the file's."""
        query = select(grid_version).order_by(grid_version.c.version_id)
        with reading(self._engine) as tx:
            return [(row.version_id, row.at, row.grid) for row in tx.execute(query)]

    def versions(self, limit: int) -> list[GridVersion]:
        """Return the newest changes, newest first."""
        query = select(grid_version).order_by(grid_version.c.version_id.desc()).limit(limit)
        with reading(self._engine) as tx:
            return [
                GridVersion(version_id=row.version_id, verb=row.verb, about=row.about, made_by=row.made_by, at=row.at)
                for row in tx.execute(query)
            ]

    def put(self, grid: Mapping[str, Any], *, seen: int, verb: str, about: str, by: str, at: datetime) -> int:
        """Keep a new state made on the state `seen`, and return its number. Raises `ActionError` when somebody changed it meanwhile."""
        with writing(self._engine) as tx:
            _unchanged(tx, grid_version, seen)
            values = {"grid": dict(grid), "verb": verb, "about": about, "made_by": by, "at": at}
            made = tx.execute(insert(grid_version).values(values).returning(grid_version.c.version_id)).scalar_one()
            note(tx, at=at, who=by, verb=f"grid_{verb}", subject=f"grid:{made}", detail={"about": about, "after": seen})
        return int(made)


class MatrixLedger:
    """States of the rules by which issues start in the matrix."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def now(self) -> tuple[int, Mapping[str, Mapping[str, str]], str, datetime | None]:
        """Return the newest state: its number, the rules by cause and mood, who made it and when; 0 and none before anybody did."""
        query = select(matrix_version).order_by(matrix_version.c.version_id.desc()).limit(1)
        with reading(self._engine) as tx:
            row = tx.execute(query).one_or_none()
        return (row.version_id, row.rules, row.made_by, row.at) if row else (0, {}, "", None)

    def before(self, version_id: int) -> Mapping[str, Mapping[str, str]]:
        """Return the rules that held before a state; none where it was the first."""
        query = select(matrix_version.c.rules).where(matrix_version.c.version_id < version_id)
        with reading(self._engine) as tx:
            return tx.execute(query.order_by(matrix_version.c.version_id.desc()).limit(1)).scalar() or {}

    def put(self, rules: Mapping[str, Mapping[str, str]], *, seen: int, by: str, at: datetime) -> int:
        """Keep new rules made on the state `seen`. Raises `ActionError` when somebody changed them meanwhile."""
        with writing(self._engine) as tx:
            _unchanged(tx, matrix_version, seen)
            values = {"rules": {cause: dict(moods) for cause, moods in rules.items()}, "made_by": by, "at": at}
            made = tx.execute(insert(matrix_version).values(values).returning(matrix_version.c.version_id)).scalar_one()
            note(tx, at=at, who=by, verb="matrix_rules", subject=f"matrix:{made}", detail={"after": seen})
        return int(made)


def _newest(tx: Connection, table: Table) -> int:
    return int(tx.execute(select(func.max(table.c.version_id))).scalar() or 0)


def _unchanged(tx: Connection, table: Table, seen: int) -> None:
    newest = _newest(tx, table)
    if newest != seen:
        who = tx.execute(select(table.c.made_by).where(table.c.version_id == newest)).scalar() or ""
        raise ActionError(f"{who} changed this meanwhile; look at it again.", key="plan_changed", fields={"who": who})
