"""The channel grid as planned and as it is: where contacts of each type arrived, and how far that is from the plan. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from moderation.model.grid import CellCount, CellFigures, ContactType, Grid, GridFigures, Planned, TypeFigures
from moderation.reports.feedback import share


def grid_figures(
    counted: Sequence[CellCount], grid: Grid, *, retired: Sequence[ContactType] = (), since: datetime, until: datetime
) -> GridFigures:
    """Return the figures of a stretch of time: shares with their 95 % interval, and none where too few contacts make it.

    `counted` are the cells that had contacts (`count_grid`). Every cell of `grid` is there, with 0 where nobody came; of `retired` types
    those that had contacts.
    """
    cells = {(one.contact_type, one.channel): one for one in counted}
    held = {name for name, _ in cells}
    types = tuple(
        _type(row, cells, retired=old)
        for rows, old in ((grid.types, False), (retired, True))
        for row in rows
        if not old or row.name in held
    )
    return GridFigures(
        from_at=since,
        to_at=until,
        contacts=sum(one.contacts for one in types),
        preferred=share(_in(types, Planned.PREFERRED), sum(one.contacts for one in types)),
        astray=share(_in(types, Planned.NOT), sum(one.contacts for one in types)),
        types=types,
    )


def _type(row: ContactType, cells: dict[tuple[str, str], CellCount], *, retired: bool) -> TypeFigures:
    found = {kind: cells.get((row.name, kind)) for kind in row.cells}
    total = sum(one.contacts for one in found.values() if one is not None)
    figures = tuple(
        CellFigures(
            channel=kind,
            planned=row.planned(kind),
            way=row.cells[kind].way,
            contacts=one.contacts if one else 0,
            as_advised=one.followed if one else 0,
            share=share(one.contacts if one else 0, total),
            followed=share(one.followed if one else 0, one.contacts if one else 0),
        )
        for kind, one in found.items()
    )
    return TypeFigures(
        name=row.name,
        shown=row.shown,
        owner=row.owner,
        retired=retired,
        contacts=total,
        preferred=share(_of(figures, Planned.PREFERRED), total),
        astray=share(_of(figures, Planned.NOT), total),
        cells=figures,
    )


def _of(cells: Iterable[CellFigures], planned: Planned) -> int:
    return sum(one.contacts for one in cells if one.planned is planned)


def _in(types: Iterable[TypeFigures], planned: Planned) -> int:
    return sum(_of(one.cells, planned) for one in types)
