"""The channel grid as a heat table: what is planned in each cell, and how much of it went that way."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from moderation.charts.canvas import WASH, Sheet, box, word
from moderation.charts.look import NARROW, SIZE, Look, Row, finished, fitted, said
from moderation.charts.palette import BLUE, INK, LINE, SOFT
from moderation.model.chart import Chart, GridCell, Table

_HEAD, _TALL = 24, 44


def grid(cells: Sequence[GridCell], look: Look) -> Chart:
    """Return contact types down, channels across; a cell is stronger the more contacts went as planned. Cells nobody used stay blank."""
    types = tuple(dict.fromkeys(one.contact_type for one in cells))
    channels = tuple(dict.fromkeys(one.channel for one in cells))
    side = look.width * (0.3 if look.width <= NARROW else 0.24)
    wide = (look.width - side) / max(1, len(channels))
    sheet = Sheet(width=look.width, height=_HEAD + _TALL * max(1, len(types)))
    shades: list[Row] = []
    borders: list[Row] = []
    plans: list[Row] = []
    real: list[Row] = []
    for one in cells:
        left, up = side + channels.index(one.channel) * wide, _HEAD + types.index(one.contact_type) * _TALL
        place = box(left + 2, up + 2, wide - 4, _TALL - 4)
        borders.append(place)
        if one.contacts:
            shades.append({**place, "o": WASH * 1.6 * one.followed / one.contacts})
        plans.append(word(left + wide / 2, up + 15, fitted(one.planned, wide - 10, size=SIZE - 1)))
        real.append(word(left + wide / 2, up + 31, fitted(_real(one, look), wide - 8)))
    heads = [word(side + (at + 0.5) * wide, 11, fitted(name, wide - 6)) for at, name in enumerate(channels)]
    names = [word(0, _HEAD + (at + 0.5) * _TALL, fitted(name, side - 8)) for at, name in enumerate(types)]
    layers: list[alt.Chart] = [
        *([sheet.shaded(shades, BLUE)] if shades else []),
        sheet.boxes(borders, LINE, opacity=0.0, border=True),
        sheet.words(plans, SOFT, align="center", size=SIZE - 1),
        sheet.words(real, INK, align="center", bold=True),
        sheet.words(heads, SOFT, align="center"),
        sheet.words(names, INK),
    ]
    return finished(
        "grid",
        look,
        sheet.together(layers),
        alt_text=_alt(cells, look),
        table=_table(cells, look),
        nothing=not any(one.contacts for one in cells),
    )


def _real(one: GridCell, look: Look) -> str:
    if not one.contacts:
        return "–"
    return look.text("grid.real", n=look.number(one.followed), of=look.number(one.contacts))


def _alt(cells: Sequence[GridCell], look: Look) -> str:
    contacts, followed = sum(one.contacts for one in cells), sum(one.followed for one in cells)
    if not contacts:
        return look.text("grid.empty")
    text = look.text("grid", share=look.percent(followed / contacts), n=look.number(followed), of=look.number(contacts))
    worst = max(cells, key=lambda one: one.contacts - one.followed)
    if worst.contacts > worst.followed:
        amiss = look.number(worst.contacts - worst.followed)
        text += " " + look.text("grid.worst", type=said(worst.contact_type), channel=said(worst.channel), n=amiss)
    return text


def _table(cells: Sequence[GridCell], look: Look) -> Table:
    names = ("grid.type", "grid.channel", "grid.planned", "grid.contacts", "grid.followed", "grid.share")
    rows = tuple(
        (
            said(one.contact_type),
            said(one.channel),
            said(one.planned),
            look.number(one.contacts),
            look.number(one.followed),
            look.percent(one.followed / one.contacts) if one.contacts else "–",
        )
        for one in cells
    )
    return Table(caption=look.text("grid.caption"), columns=tuple(look.text(name) for name in names), rows=rows)
