"""Rows of one bar each, cut in parts: how conversations began and ended in feeling, and which clocks were kept."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from moderation.charts.canvas import WASH, Sheet, box, word
from moderation.charts.look import NARROW, Look, Row, finished, fitted, said
from moderation.charts.palette import BLUE, INK, SOFT, VERMILLION, Colour
from moderation.model.chart import Chart, ClockRow, Feelings, Table

_TALL, _HEAD = 40, 24
_FELT: tuple[tuple[str, Colour], ...] = (("positive", BLUE), ("neutral", SOFT), ("negative", VERMILLION))
_CLOCK: tuple[tuple[str, Colour], ...] = (("kept", BLUE), ("running", SOFT), ("missed", VERMILLION))

Part = tuple[str, Colour]
Bar = tuple[str, Sequence[int]]


def feelings(figures: Feelings, look: Look) -> Chart:
    """Return two bars, how conversations began and how they ended, each cut in positive, neutral and negative."""
    bars = tuple(
        (look.text(f"feelings.{when}"), [felt.get(name, 0) for name, _ in _FELT])
        for when, felt in (("first", figures.first), ("last", figures.last))
    )
    parts = [(look.text(f"feeling.{felt}"), colour) for felt, colour in _FELT]
    total, better, worse = sum(figures.first.values()), figures.better, figures.worse
    text = look.text("feelings.empty")
    if total:
        given = {"better": look.number(better), "worse": look.number(worse), "same": look.number(total - better - worse)}
        text = look.count("feelings", total, share=look.percent(better / total), **given)
    table = _table(look.text("feelings.caption"), look.text("feelings.when"), parts, bars, look)
    return _drawn("feelings", bars, parts, look, text, table)


def clocks(rows: Sequence[ClockRow], look: Look) -> Chart:
    """Return a bar for each kind of clock, cut in kept, still running and missed."""
    bars = tuple((said(one.label), (one.kept, one.running, one.missed)) for one in rows)
    parts = [(look.text(f"clocks.{name}"), colour) for name, colour in _CLOCK]
    kept, missed = sum(one.kept for one in rows), sum(one.missed for one in rows)
    text = look.text("clocks.empty")
    if kept + missed:
        text = look.text("clocks", share=look.percent(kept / (kept + missed)), n=look.number(kept), of=look.number(kept + missed))
        worst = max(rows, key=lambda one: one.missed)
        if worst.missed:
            text += " " + look.text("clocks.worst", label=said(worst.label), n=look.number(worst.missed))
    table = _table(look.text("clocks.caption"), look.text("clocks.what"), parts, bars, look)
    return _drawn("clocks", bars, parts, look, text, table)


def _drawn(name: str, bars: Sequence[Bar], parts: Sequence[Part], look: Look, text: str, table: Table) -> Chart:
    narrow = look.width <= NARROW
    side, tall = (0.0, _TALL + 16) if narrow else (look.width * 0.26, _TALL)
    sheet = Sheet(width=look.width, height=_HEAD + tall * max(1, len(bars)))
    cut: list[list[Row]] = [[] for _ in parts]
    names: list[Row] = []
    counts: list[Row] = []
    for at, (label, some) in enumerate(bars):
        y = _HEAD + tall * at + (18 if narrow else 0)
        names.append(word(0, y - 6 if narrow else y + _TALL / 2, fitted(label, look.width if narrow else side - 10)))
        left, total = side, sum(some)
        for n, count in enumerate(some):
            wide = (look.width - side) * count / total if total else 0.0
            if count:
                cut[n].append(box(left + 1, y + 6, max(1.0, wide - 2), _TALL - 12))
            if wide >= 10 + 8 * len(look.number(count)):
                counts.append(word(left + wide / 2, y + _TALL / 2, look.number(count)))
            left += wide
    layers: list[alt.Chart] = _legend(sheet, parts, side)
    layers += [sheet.boxes(rows, colour, opacity=WASH, border=True) for rows, (_, colour) in zip(cut, parts, strict=True) if rows]
    layers += [sheet.words(names, INK), *([sheet.words(counts, INK, align="center", bold=True)] if counts else [])]
    nothing = not any(count for _, some in bars for count in some)
    return finished(name, look, sheet.together(layers), alt_text=text, table=table, nothing=nothing)


def _legend(sheet: Sheet, parts: Sequence[Part], side: float) -> list[alt.Chart]:
    step = (sheet.width - side) / len(parts)
    layers = [
        sheet.boxes([box(side + at * step + 1, 3, 12, 12)], colour, opacity=WASH, border=True) for at, (_, colour) in enumerate(parts)
    ]
    return [*layers, sheet.words([word(side + at * step + 19, 9, fitted(name, step - 22)) for at, (name, _) in enumerate(parts)], INK)]


def _table(caption: str, first: str, parts: Sequence[Part], bars: Sequence[Bar], look: Look) -> Table:
    rows = tuple((label, *(look.number(one) for one in some)) for label, some in bars)
    return Table(caption=caption, columns=(first, *(name for name, _ in parts)), rows=rows)
