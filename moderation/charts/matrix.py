"""The value-irritant matrix: four named fields, the issues in each as lines of a list, so that no name lies over another.

Left what irritates the customer, right what has value for them; below what irritates us, above what has value for us.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import altair as alt

from moderation.charts.canvas import Sheet, box, word
from moderation.charts.look import NARROW, SIZE, Look, Row, finished, fitted, said
from moderation.charts.palette import BLUE, GREEN, INK, PURPLE, SOFT, VERMILLION, Colour
from moderation.model.chart import Chart, MatrixPoint, Table
from moderation.model.matrix import Quadrant

MOST_LINES = 20
_ROWS = ((Quadrant.SIMPLIFY, Quadrant.LEVERAGE), (Quadrant.ELIMINATE, Quadrant.AUTOMATE))
_COLOURS: Mapping[Quadrant, Colour] = {
    Quadrant.LEVERAGE: GREEN,
    Quadrant.AUTOMATE: BLUE,
    Quadrant.SIMPLIFY: PURPLE,
    Quadrant.ELIMINATE: VERMILLION,
}
_LINE, _HEAD, _FOOT, _GAP = 19, 46, 10, 8
_DOTS = (25.0, 200.0)


def matrix(points: Sequence[MatrixPoint], look: Look) -> Chart:
    """Return the matrix with at most `MOST_LINES` issues a field; what is left out is counted there and stands in the table."""
    fields = {one: sorted((p for p in points if p.quadrant is one), key=lambda p: (-p.mentions, p.title)) for one in Quadrant}
    columns = 1 if look.width <= NARROW else 2
    order = [quadrant for row in _ROWS for quadrant in row]
    rows = [order[at : at + columns] for at in range(0, len(order), columns)]
    tall = [max(_height(fields[one]) for one in row) for row in rows]
    wide = (look.width - _GAP * (columns - 1)) / columns
    sheet = Sheet(width=look.width, height=sum(tall) + _GAP * (len(rows) - 1))
    top = max((one.mentions for one in points), default=1) or 1
    field_rows: dict[Quadrant, _Rows] = {}
    up = 0.0
    for row, height in zip(rows, tall, strict=True):
        for at, quadrant in enumerate(row):
            field_rows[quadrant] = _rows(quadrant, fields[quadrant], look, (at * (wide + _GAP), up, wide, height), top)
        up += height + _GAP
    layers = _layers(sheet, field_rows)
    return finished("matrix", look, sheet.together(layers), alt_text=_alt(fields, look), table=_table(fields, look), nothing=not points)


def _height(points: Sequence[MatrixPoint]) -> int:
    return _HEAD + _LINE * max(2, min(len(points), MOST_LINES) + (len(points) > MOST_LINES)) + _FOOT


@dataclass(slots=True)
class _Rows:
    """What is drawn in one field."""

    box: Row
    heads: list[Row]
    what: list[Row]
    dots: list[Row]
    names: list[Row]
    counts: list[Row]


def _rows(quadrant: Quadrant, points: Sequence[MatrixPoint], look: Look, at: tuple[float, float, float, float], top: int) -> _Rows:
    left, up, wide, height = at
    heads = [word(left + 10, up + 15, look.text(f"quadrant.{quadrant.value}"))]
    what = [word(left + 10, up + 32, fitted(look.text(f"quadrant.{quadrant.value}.what"), wide - 20, size=SIZE - 1))]
    field = _Rows(box(left, up, wide, height), heads, what, [], [], [])
    for n, one in enumerate(points[:MOST_LINES]):
        y = up + _HEAD + _LINE * (n + 0.5)
        field.dots.append({"x": left + 16, "y": y, "a": _DOTS[0] + (_DOTS[1] - _DOTS[0]) * one.mentions / top})
        field.names.append(word(left + 30, y, fitted(one.title, wide - 90)))
        field.counts.append(word(left + wide - 10, y, look.number(one.mentions)))
    if len(points) > MOST_LINES:
        y = up + _HEAD + _LINE * (MOST_LINES + 0.5)
        field.names.append(word(left + 30, y, look.count("matrix.more", len(points) - MOST_LINES)))
    return field


def _layers(sheet: Sheet, fields: Mapping[Quadrant, _Rows]) -> list[alt.Chart]:
    def all_of(name: str) -> list[Row]:
        return [row for field in fields.values() for row in getattr(field, name)]

    layers = [sheet.boxes([field.box], _COLOURS[quadrant], opacity=0.09, border=True) for quadrant, field in fields.items()]
    layers += [sheet.dots(field.dots, _COLOURS[quadrant]) for quadrant, field in fields.items() if field.dots]
    layers += [sheet.words(all_of("heads"), INK, bold=True), sheet.words(all_of("what"), SOFT, size=SIZE - 1)]
    if all_of("names"):
        layers += [sheet.words(all_of("names"), INK), sheet.words(all_of("counts"), SOFT, align="right")]
    return layers


def _alt(fields: Mapping[Quadrant, Sequence[MatrixPoint]], look: Look) -> str:
    points = [one for some in fields.values() for one in some]
    if not points:
        return look.text("matrix.empty")
    total = sum(one.mentions for one in points)
    gone = sum(one.mentions for one in fields[Quadrant.ELIMINATE])
    parts = "; ".join(f"{look.text(f'quadrant.{one.value}')} {look.number(len(fields[one]))}" for row in _ROWS for one in row)
    text = look.count("matrix", len(points), parts=parts)
    share = look.percent(gone / total) if total else look.percent(0)
    text += " " + look.text("matrix.eliminate", share=share, n=look.number(gone), total=look.number(total))
    largest = fields[Quadrant.ELIMINATE]
    if largest:
        text += " " + look.text("matrix.largest", title=said(largest[0].title), n=look.number(largest[0].mentions))
    return text


def _table(fields: Mapping[Quadrant, Sequence[MatrixPoint]], look: Look) -> Table:
    rows = tuple(
        (said(one.title), look.text(f"quadrant.{quadrant.value}"), look.number(one.mentions))
        for row in _ROWS
        for quadrant in row
        for one in fields[quadrant]
    )
    return Table(caption=look.text("matrix.caption"), columns=(look.text("issue"), look.text("field"), look.text("mentions")), rows=rows)
