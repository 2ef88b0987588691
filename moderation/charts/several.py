"""Several issues side by side: a small trend each, all on one scale, so that sizes compare."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from moderation.charts.canvas import Sheet, box, word
from moderation.charts.look import NARROW, SIZE, Look, Row, finished, fitted, said
from moderation.charts.palette import BLUE, INK, LINE, SOFT
from moderation.charts.trend import merged
from moderation.model.chart import Chart, Series, Table

MOST_PANELS = 12
_TALL, _HEAD, _GAP = 46, 36, 18


def several(series: Sequence[Series], look: Look) -> Chart:
    """Return a panel for each of the first `MOST_PANELS`, in the order given; the table holds the others too."""
    shown = [merged(one, 40) for one in series[:MOST_PANELS]]
    columns = 1 if look.width <= NARROW else min(3, max(1, len(shown)))
    wide = (look.width - _GAP * (columns - 1)) / columns
    rows = -(-len(shown) // columns)
    sheet = Sheet(width=look.width, height=max(1, rows * (_HEAD + _TALL + _GAP)))
    top = max((count for one in shown for count in one.counts), default=0) or 1
    bars: list[Row] = []
    grounds: list[Row] = []
    titles: list[Row] = []
    sums: list[Row] = []
    for at, one in enumerate(shown):
        left, up = (at % columns) * (wide + _GAP), (at // columns) * (_HEAD + _TALL + _GAP)
        foot = up + _HEAD + _TALL
        step = wide / max(1, len(one.counts))
        titles.append(word(left, up + 8, fitted(one.title, wide * 0.9)))
        sums.append(word(left, up + 23, fitted(_sum(one, look), wide, size=SIZE - 1)))
        grounds.append({"x": left, "x2": left + wide, "y": foot, "y2": foot})
        for n, count in enumerate(one.counts):
            if count:
                tall = max(1.5, count / top * _TALL)
                bars.append(box(left + n * step + step * 0.1, foot - tall, step * 0.8, tall))
    layers: list[alt.Chart] = [sheet.lines(grounds, LINE), sheet.boxes(bars, BLUE), sheet.words(titles, INK, bold=True)]
    layers.append(sheet.words(sums, SOFT, size=SIZE - 1))
    return finished("several", look, sheet.together(layers), alt_text=_alt(series, look), table=_table(series, look), nothing=not series)


def _sum(one: Series, look: Look) -> str:
    text = look.count("mentions", sum(one.counts))
    return f"{text} {look.text('several.before', n=look.number(sum(one.before)))}" if one.before else text


def _alt(series: Sequence[Series], look: Look) -> str:
    if not series:
        return look.text("several.empty")
    most = max(series, key=lambda one: sum(one.counts))
    text = look.count("several", len(series), title=said(most.title), most=look.count("mentions", sum(most.counts)))
    grown = max(series, key=lambda one: sum(one.counts) - sum(one.before))
    if grown.before and sum(grown.counts) > sum(grown.before):
        more, less = (look.number(sum(some)) for some in (grown.counts, grown.before))
        text += " " + look.text("several.grown", title=said(grown.title), n=more, before=less)
    return text


def _table(series: Sequence[Series], look: Look) -> Table:
    columns = (look.text("issue"), look.text("this_period"), look.text("period_before"), look.text("most_at_once"))
    rows = tuple(
        (
            said(one.title),
            look.number(sum(one.counts)),
            look.number(sum(one.before)) if one.before else "–",
            look.number(max(one.counts, default=0)),
        )
        for one in series
    )
    return Table(caption=look.text("several.caption"), columns=columns, rows=rows)
