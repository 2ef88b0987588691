"""How a chart looks and speaks: its language, clock and width, and what every chart has in common."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import altair as alt
from altair.utils.schemapi import disable_debug_mode

from listener.digest import phrases
from listener.digest.inert import one_line
from listener.text.shorten import graphemes
from moderation.charts.palette import INK, LINE, SOFT
from moderation.model.chart import Chart, Table

disable_debug_mode()  # altair looks every part over as it is made, which is most of its time; our tests look every chart over whole

WIDE, NARROW = 640, 330
"""Widths in pixels that charts are made for: a page, a telephone."""
FONT = "Liberation Sans"
"""The one family that the drawing library brings along; pages draw the same text in their own."""
SIZE = 12
"""Pixels of a chart's text."""
MOST_TITLE = 160
_SPARE = 1.1
"""Letters of a reader's own system are wider than those that the drawing is measured with."""

FITTED = alt.AutoSizeParams(type="fit", contains="padding")
"""For charts with axes: these lie within the width."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One language (`words` are config/templates/<language>/charts.yaml), the clock that people read, and a width in pixels."""

    language: str
    words: Mapping[str, str]
    zone: tzinfo
    width: int = WIDE

    def text(self, key: str, **given: str) -> str:
        """Return the words of `key` with its fields filled in; what is filled in is never a pattern."""
        return self.words[key].format(**given)

    def count(self, key: str, n: int, **given: str) -> str:
        """Return `key.one` or `key.many` with `{n}`."""
        return self.text(f"{key}.{'one' if n == 1 else 'many'}", n=self.number(n), **given)

    def number(self, value: float) -> str:
        return phrases.number(value, self.language)

    def percent(self, share: float) -> str:
        """Return a share from 0 to 1 as a whole percentage, below 10 % with a decimal when it has one."""
        value = share * 100
        return f"{self.number(round(value, 1) if value < 9.95 else round(value))}%"

    def day(self, at: datetime) -> str:
        """Return a day as "20 nov"."""
        local = at.astimezone(self.zone)
        return f"{local.day} {phrases.conventions(self.language).months[local.month - 1]}"

    def moment(self, at: datetime) -> str:
        return phrases.dated_moment(at, self.zone, self.language)

    def clock(self, at: datetime) -> float:
        """Return what the clock on the wall says, in milliseconds as if it hung in UTC: no machine's time zone comes into a drawing."""
        return at.astimezone(self.zone).replace(tzinfo=UTC).timestamp() * 1000


def earlier(moment: datetime, hours: float, zone: tzinfo) -> datetime:
    """Return the moment so many hours before; whole days are days on the clock of `zone`, so that midnight stays midnight."""
    if hours % 24:
        return moment - timedelta(hours=hours)
    local = moment.astimezone(zone)
    return (local.replace(tzinfo=None) - timedelta(hours=hours)).replace(tzinfo=zone, fold=local.fold).astimezone(UTC)


def said(text: str) -> str:
    """Return a text of others on one line, without what hides or turns text."""
    return one_line(text, MOST_TITLE)


def fitted(text: str, pixels: float, *, size: int = SIZE) -> str:
    """Return `text` on one line, cut between two characters so that it is about `pixels` wide at most."""
    clean = said(text)
    room = pixels / size / _SPARE
    if _ems(clean) <= room:
        return clean
    kept, used = "", _ems("…")
    for one in graphemes(clean):
        used += _ems(one)
        if used > room:
            break
        kept += one
    return f"{kept.rstrip()}…"


def _ems(text: str) -> float:
    """Return about how many times the text's size it is wide."""
    return sum(
        1.05
        if unicodedata.east_asian_width(one) in "WF"
        else 0.74
        if one.isupper() or one in "mwMW%@—"
        else 0.3
        if one in "iljtf.,:;'|! "
        else 0.56
        for one in text
    )


def values(rows: Sequence[Row]) -> alt.InlineData:
    """Return rows as a chart's own data. Texts of others stand here and nowhere else: as values they are drawn, never computed.

    A tuple, for altair copies every list whenever a layer is put with others: most of what a chart would cost.
    """
    return alt.InlineData(values=tuple(rows))


def finished(
    name: str, look: Look, drawing: alt.LayerChart | alt.FacetChart, *, alt_text: str, table: Table, nothing: bool = False
) -> Chart:
    """Return the chart with the settings that all have: no ground of its own, quiet axes, the numbers of its language."""
    rules = phrases.conventions(look.language)
    locale = {
        "number": {"decimal": rules.decimal, "thousands": rules.thousands, "grouping": [3], "currency": ["€", ""]},
        "time": _time(look),
    }
    quiet, line = SOFT.light, LINE.light
    config = alt.Config(
        background="transparent",
        font=FONT,
        aria=False,
        padding=2,
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            labelColor=quiet,
            titleColor=quiet,
            gridColor=line,
            domainColor=line,
            tickColor=line,
            labelFontSize=SIZE,
            titleFontSize=SIZE,
            titleFontWeight="normal",
        ),
        legend=alt.LegendConfig(labelColor=INK.light, orient="top", title=None, labelFontSize=SIZE, symbolStrokeWidth=2, columnPadding=24),
        locale=locale,
    )
    spec = drawing.to_dict(validate=False)
    spec["config"] = config.to_dict(validate=False)  # put in here: altair copies the whole drawing to give it one
    spec["datasets"] = {name: list(rows) for name, rows in spec["datasets"].items()}
    return Chart(name=name, language=look.language, spec=spec, alt=alt_text, table=table, nothing=nothing)


def _time(look: Look) -> Mapping[str, Any]:
    rules = phrases.conventions(look.language)
    days = [*rules.weekdays[-1:], *rules.weekdays[:-1]]
    written = {"dateTime": "%a %-d %b %Y %H:%M", "date": "%-d %b %Y", "time": "%H:%M", "periods": ["", ""]}
    return {**written, "days": days, "shortDays": days, "months": list(rules.months), "shortMonths": list(rules.months)}
