"""A sheet measured in pixels, from its upper left corner: for charts whose places we know ourselves, so that nothing lies over another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import altair as alt

from moderation.charts.look import SIZE, Row, values
from moderation.charts.palette import INK, Colour

Align = Literal["left", "center", "right"]
WASH = 0.28
"""How strong a colour fills what text lies on; its border has the whole colour."""


def box(x: float, y: float, width: float, height: float) -> Row:
    return {"x": round(x, 2), "y": round(y, 2), "x2": round(x + width, 2), "y2": round(y + height, 2)}


def word(x: float, y: float, text: str) -> Row:
    """Return a text whose middle line is at `y`."""
    return {"x": round(x, 2), "y": round(y, 2), "t": text}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A canvas of so many pixels; each method returns one layer of many equal marks."""

    width: float
    height: float

    def boxes(self, rows: Sequence[Row], colour: Colour, *, opacity: float = 1.0, border: bool = False) -> alt.Chart:
        """Return filled boxes; with `border` their edge has the whole colour."""
        edge: Mapping[str, Any] = {"stroke": colour.light, "strokeWidth": 1.2, "strokeOpacity": 1.0} if border else {}
        mark = alt.Chart(values(rows)).mark_rect(color=colour.light, fillOpacity=opacity, **edge)
        return self._placed(mark, **_BOTH_ENDS)

    def shaded(self, rows: Sequence[Row], colour: Colour) -> alt.Chart:
        """Return boxes filled as strongly as their `o` says, between 0 and 1."""
        mark = alt.Chart(values(rows)).mark_rect(color=colour.light)
        strength = alt.FillOpacity("o", type="quantitative").scale(domain=[0, 1], range=[0, 1]).legend(None)
        return self._placed(mark, **_BOTH_ENDS, fillOpacity=strength)

    def lines(self, rows: Sequence[Row], colour: Colour, *, thick: float = 1.0, dash: Sequence[float] = ()) -> alt.Chart:
        mark = alt.Chart(values(rows)).mark_rule(color=colour.light, strokeWidth=thick, strokeDash=list(dash))
        return self._placed(mark, **_BOTH_ENDS)

    def dots(self, rows: Sequence[Row], colour: Colour, *, area: float = 60.0) -> alt.Chart:
        """Return filled circles of `area` square pixels, or each of its own when rows have an `a`."""
        mark = alt.Chart(values(rows)).mark_circle(color=colour.light, opacity=1.0, size=area)
        if rows and "a" in rows[0]:
            sizes = alt.Size("a", type="quantitative").scale(domain=[0, 1000], range=[0, 1000]).legend(None)
            return self._placed(mark, size=sizes)
        return self._placed(mark)

    def words(self, rows: Sequence[Row], colour: Colour = INK, *, align: Align = "left", size: int = SIZE, bold: bool = False) -> alt.Chart:
        mark = alt.Chart(values(rows)).mark_text(
            color=colour.light, align=align, baseline="middle", fontSize=size, fontWeight="bold" if bold else "normal"
        )
        return self._placed(mark, text=alt.Text("t", type="nominal"))

    def together(self, layers: Sequence[alt.Chart]) -> alt.LayerChart | alt.FacetChart:
        return alt.layer(*layers, width=self.width, height=self.height)

    def _placed(self, mark: alt.Chart, **more: Any) -> alt.Chart:
        placed: alt.Chart = mark.encode(**_places(self.width, self.height), **more)
        return placed


_BOTH_ENDS: Mapping[str, Any] = {"x2": alt.X2("x2"), "y2": alt.Y2("y2")}


@lru_cache(maxsize=64)
def _places(width: float, height: float) -> Mapping[str, Any]:
    """Return the two channels of every layer of a sheet, made once: making them is most of what a layer costs."""
    return {
        "x": alt.X("x", type="quantitative").scale(domain=[0, width], nice=False, zero=False).axis(None),
        "y": alt.Y("y", type="quantitative").scale(domain=[0, height], nice=False, zero=False, reverse=True).axis(None),
    }
