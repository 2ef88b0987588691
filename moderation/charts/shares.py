"""Percentages with their uncertainty: a dot, a line as long as the interval, and a band for what others report."""

from __future__ import annotations

import math
from collections.abc import Sequence

import altair as alt

from moderation.charts.canvas import Sheet, box, word
from moderation.charts.look import NARROW, SIZE, Look, Row, finished, fitted, said
from moderation.charts.palette import BLUE, INK, LINE, SOFT, VERMILLION
from moderation.model.chart import Chart, ShareRow, Table

_TALL, _FOOT, _END = 34, 22, 74


def shares(rows: Sequence[ShareRow], look: Look) -> Chart:
    """Return one line a share, in the order given. A share of too few answers has no dot, and says so."""
    narrow = look.width <= NARROW
    side = 4.0 if narrow else look.width * 0.4
    tall = _TALL + (18 if narrow else 0)
    sheet = Sheet(width=look.width, height=tall * max(1, len(rows)) + _FOOT)
    top = _top(rows)

    def x(share: float) -> float:
        return side + min(share, top) / top * (look.width - side - _END)

    bands: list[Row] = []
    whiskers: list[Row] = []
    dots: list[Row] = []
    names: list[Row] = []
    said_right: list[Row] = []
    for at, one in enumerate(rows):
        y = tall * at + tall - _TALL / 2
        names.append(word(0, y - 20 if narrow else y, fitted(one.label, look.width if narrow else side - 10)))
        if one.benchmark:
            low, high = x(one.benchmark[0]), x(one.benchmark[1])
            bands.append(box(low - (1.5 if low == high else 0), y - 12, max(3.0, high - low), 24))
        if one.figure.value is None or one.figure.low is None or one.figure.high is None:
            said_right.append(word(look.width, y, look.text("shares.few")))
            continue
        whiskers.append({"x": x(one.figure.low), "x2": x(one.figure.high), "y": y, "y2": y})
        dots.append({"x": x(one.figure.value), "y": y})
        said_right.append(word(look.width, y, look.percent(one.figure.value)))
    foot = tall * len(rows)
    ticks = [top * part / 4 for part in range(5)]
    layers: list[alt.Chart] = [
        sheet.lines([{"x": x(one), "x2": x(one), "y": 0, "y2": foot} for one in ticks], LINE),
        sheet.words([word(x(one), foot + 11, look.percent(one)) for one in ticks], SOFT, align="center", size=SIZE - 1),
        *([sheet.boxes(bands, VERMILLION, opacity=0.22, border=True)] if bands else []),
        *([sheet.lines(whiskers, BLUE, thick=3)] if whiskers else []),
        *([sheet.dots(dots, BLUE, area=90)] if dots else []),
        sheet.words(names, INK),
        sheet.words(said_right, INK, align="right", bold=True),
    ]
    return finished(
        "shares",
        look,
        sheet.together(layers),
        alt_text=_alt(rows, look),
        table=_table(rows, look),
        nothing=all(one.figure.value is None for one in rows),
    )


def _top(rows: Sequence[ShareRow]) -> float:
    """Return where the scale ends: the next whole fifth above all that is drawn, or a tenth when all is small."""
    most = max((value for one in rows for value in (one.figure.high or 0.0, *(one.benchmark or ()))), default=0.0)
    if most <= 0.1:
        return 0.1
    return min(1.0, math.ceil(most * 5 - 1e-9) / 5)


def _alt(rows: Sequence[ShareRow], look: Look) -> str:
    if not rows:
        return look.text("shares.empty")
    known = [_sentence(one, look) for one in rows if one.figure.value is not None]
    unknown = [look.text("shares.few_of", label=said(one.label), n=look.number(one.figure.n)) for one in rows if one.figure.value is None]
    return " ".join([*known, *([look.text("shares.unknown", labels=", ".join(unknown))] if unknown else [])])


def _sentence(one: ShareRow, look: Look) -> str:
    figure = one.figure
    if figure.value is None or figure.low is None or figure.high is None:
        return ""
    given = {"share": look.percent(figure.value), "low": look.percent(figure.low), "high": look.percent(figure.high)}
    text = look.text("shares.one", label=said(one.label), n=look.number(figure.n), unit=look.text(f"unit.{one.unit}"), **given)
    if one.benchmark is None:
        return text
    where = "below" if figure.value < one.benchmark[0] else "above" if figure.value > one.benchmark[1] else "within"
    return f"{text} {look.text(f'shares.{where}', benchmark=_range(one.benchmark, look))}"


def _range(benchmark: tuple[float, float], look: Look) -> str:
    low, high = (look.percent(one) for one in benchmark)
    return low if low == high else look.text("range", low=low, high=high)


def _table(rows: Sequence[ShareRow], look: Look) -> Table:
    names = ("shares.what", "shares.share", "shares.low", "shares.high", "shares.n", "shares.benchmark")

    def percent(value: float | None) -> str:
        return "–" if value is None else look.percent(value)

    cells = tuple(
        (
            said(one.label),
            *(percent(value) for value in (one.figure.value, one.figure.low, one.figure.high)),
            look.number(one.figure.n),
            _range(one.benchmark, look) if one.benchmark else "–",
        )
        for one in rows
    )
    return Table(caption=look.text("shares.caption"), columns=tuple(look.text(name) for name in names), rows=cells)
