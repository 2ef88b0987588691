"""Counts of several things, now and before: a lying bar each, a thinner one beneath it for the period before, all on one scale."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from moderation.charts.canvas import Sheet, box, word
from moderation.charts.look import NARROW, SIZE, Look, Row, finished, fitted, said
from moderation.charts.palette import BLUE, INK, LINE, SOFT
from moderation.model.chart import Chart, Compared, Table

_HEAD, _TALL, _END = 24, 36, 150


def compared(rows: Sequence[Compared], look: Look) -> Chart:
    """Return a pair of bars a row, in the order given. Where nobody knows of the period before there is one bar, and the table says so."""
    narrow = look.width <= NARROW
    side, end, tall = (0.0, 0.0, _TALL + 12) if narrow else (look.width * 0.36, float(_END), _TALL)
    sheet = Sheet(width=look.width, height=_HEAD + tall * max(1, len(rows)))
    top = max((count for one in rows for count in (one.now, one.before or 0)), default=0) or 1
    now: list[Row] = []
    before: list[Row] = []
    names: list[Row] = []
    told: list[Row] = []
    for at, one in enumerate(rows):
        up = _HEAD + tall * at
        bars = up + (22 if narrow else 8)
        room = look.width - side - end
        now.append(box(side, bars, max(1.0, room * one.now / top) if one.now else 0.0, 12))
        before.append(box(side, bars + 13, max(1.0, room * one.before / top) if one.before else 0.0, 5))
        text = " · ".join(part for part in (look.number(one.now), said(one.note)) if part)
        names.append(word(0, up + (11 if narrow else 17), fitted(one.label, (look.width * 0.6 if narrow else side - 12))))
        told.append(word(look.width, up + (11 if narrow else 17), fitted(text, look.width * 0.38 if narrow else end - 8)))
    layers: list[alt.Chart] = [
        *_legend(sheet, look, side),
        sheet.lines([{"x": side, "x2": side, "y": _HEAD, "y2": sheet.height}], LINE),
        sheet.boxes(now, BLUE),
        sheet.boxes(before, SOFT),
        sheet.words(names, INK),
        sheet.words(told, INK, align="right", bold=True),
    ]
    nothing = not any(one.now or one.before for one in rows)
    return finished("compared", look, sheet.together(layers), alt_text=_alt(rows, look), table=_table(rows, look), nothing=nothing)


def _legend(sheet: Sheet, look: Look, side: float) -> list[alt.Chart]:
    """Return what the two bars are, each beside a bar of its own thickness."""
    step = (sheet.width - side) / 2
    names = (look.text("this_period"), look.text("period_before"))
    return [
        sheet.boxes([box(side, 3, 14, 12)], BLUE),
        sheet.boxes([box(side + step, 6, 14, 5)], SOFT),
        sheet.words([word(side + at * step + 20, 9, fitted(name, step - 24)) for at, name in enumerate(names)], SOFT, size=SIZE),
    ]


def _alt(rows: Sequence[Compared], look: Look) -> str:
    if not any(one.now for one in rows):
        return look.text("compared.empty")
    most = max(rows, key=lambda one: one.now)
    text = look.count("compared", len(rows), title=said(most.label), most=look.count("contacts", most.now))
    grown = max(rows, key=lambda one: one.now - (one.before if one.before is not None else one.now))
    if grown.before is not None and grown.now > grown.before:
        text += " " + look.text("several.grown", title=said(grown.label), n=look.number(grown.now), before=look.number(grown.before))
    return text


def _table(rows: Sequence[Compared], look: Look) -> Table:
    columns = tuple(look.text(name) for name in ("issue", "this_period", "period_before", "compared.note"))
    cells = tuple(
        (said(one.label), look.number(one.now), look.number(one.before) if one.before is not None else "–", said(one.note) or "–")
        for one in rows
    )
    return Table(caption=look.text("compared.caption"), columns=columns, rows=cells)
