"""How often people spoke of one thing: a bar per stretch of time, and a line for the period before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from itertools import pairwise, zip_longest

import altair as alt

from listener.digest import phrases
from listener.digest.sparkline import grouped_counts
from moderation.charts.look import FITTED, NARROW, SIZE, Look, Row, earlier, finished, said, values
from moderation.charts.palette import BLUE, INK
from moderation.model.chart import Chart, Series, Table

MOST_BARS = 62
_GAP = 0.12
_DAY_HOURS = 24


def trend(series: Series, look: Look) -> Chart:
    """Return the counts as bars, the period before as a line over the same places. No counts make an empty chart that says so."""
    joined = merged(series, MOST_BARS if look.width > NARROW else MOST_BARS // 2)
    spots = places(joined, look)
    names = (look.text("this_period"), look.text("period_before"))
    rows = [
        {"x": _inside(look, begins, ends, _GAP), "x2": _inside(look, begins, ends, 1 - _GAP), "n": count, "what": names[0]}
        for (begins, ends), count in zip(spots, joined.counts, strict=True)
    ]
    edges = [look.clock(spots[0][0]), look.clock(spots[-1][1])] if spots else [0, 1]
    x = alt.X("x", type="temporal").scale(type="utc", domain=edges).axis(time_axis(joined, look)).title(None)
    y = alt.Y("n", type="quantitative").axis(format=",d", tickMinStep=1, tickCount=4, domain=False, ticks=False, title=None)
    colour = alt.Color("what", type="nominal").scale(domain=list(names), range=[BLUE.light, INK.light])
    bars = alt.Chart(values(rows)).mark_rect().encode(x=x, x2="x2", y=y, y2=alt.datum(0), color=colour)
    layers: list[alt.Chart] = [bars]
    if joined.before:
        line = alt.Chart(values(_line(joined, spots, look, names[1]))).mark_line(
            interpolate="step-after", strokeWidth=1.5, strokeDash=[5, 3]
        )
        layers.append(line.encode(x=alt.X("x", type="temporal"), y=alt.Y("n", type="quantitative"), color=colour))
    drawing = alt.layer(*layers, width=look.width, height=200 if look.width > NARROW else 170, autosize=FITTED)
    return finished(
        "trend", look, drawing, alt_text=_alt(series, look), table=_table(joined, spots, look, names), nothing=not series.counts
    )


def merged(series: Series, most: int) -> Series:
    """Return the series with neighbours added together until there are at most `most`; the oldest may then be a part of one."""
    size = max(1, -(-len(series.counts) // most))
    if size == 1:
        return series
    counts, before = (tuple(grouped_counts(some, most)) for some in (series.counts, series.before))
    return Series(title=series.title, counts=counts, before=before, ends_at=series.ends_at, bucket_hours=series.bucket_hours * size)


def places(series: Series, look: Look) -> list[tuple[datetime, datetime]]:
    """Return when each count begins and ends; whole days on the reader's clock, also when the clocks change in between."""
    n = len(series.counts)
    edges = [earlier(series.ends_at, series.bucket_hours * (n - at), look.zone) for at in range(n + 1)]
    return list(pairwise(edges))


def time_axis(series: Series, look: Look) -> alt.Axis:
    """Return an axis that names when counts begin: days, or hours when all of it is within two days."""
    spots = [look.clock(begins) for begins, _ in places(series, look)]
    whole = len(spots) * series.bucket_hours
    form = "%H:%M" if whole <= 36 else "%a %H:%M" if whole <= 48 else "%-d %b"
    some = spots[:: max(1, -(-len(spots) // max(3, look.width // 80)))]
    return alt.Axis(format=form, values=some, labelFontSize=SIZE, grid=False, labelOverlap=True)


def _inside(look: Look, begins: datetime, ends: datetime, part: float) -> float:
    return look.clock(begins) + (look.clock(ends) - look.clock(begins)) * part


def _line(series: Series, spots: Sequence[tuple[datetime, datetime]], look: Look, name: str) -> list[Row]:
    shown = list(zip(reversed(spots), reversed(series.before), strict=False))[::-1]
    rows: list[Row] = [{"x": look.clock(begins), "n": count, "what": name} for (begins, _), count in shown]
    return [*rows, {"x": look.clock(shown[-1][0][1]), "n": shown[-1][1], "what": name}]


def _alt(series: Series, look: Look) -> str:
    total, title, spots = sum(series.counts), said(series.title), places(series, look)
    of = "trend" if title else "trend.all"
    if not series.counts:
        return look.text(f"{of}.empty", title=title)
    at = max(range(len(series.counts)), key=series.counts.__getitem__)
    begins, ends = spots[0][0], spots[-1][1]
    text = look.count(of, total, title=title, begins=look.day(begins), ends=look.day(ends - timedelta(seconds=1)))
    if total:
        text += " " + _peak(series.counts[at], spots[at][0], series.bucket_hours, look)
    if series.before:
        text += " " + look.text("trend.before", n=look.number(sum(series.before)))
    return text


def _peak(count: int, begins: datetime, bucket_hours: float, look: Look) -> str:
    """Return where most was counted: the day when that was a whole one on the reader's clock, else from when."""
    most = look.number(count)
    if bucket_hours == _DAY_HOURS and begins.astimezone(look.zone).time() == time.min:
        weekday = phrases.conventions(look.language).weekdays[begins.astimezone(look.zone).weekday()]
        return look.text("trend.peak_day", n=most, day=f"{weekday} {look.day(begins)}")
    return look.text("trend.peak", n=most, moment=look.moment(begins))


def _table(series: Series, spots: Sequence[tuple[datetime, datetime]], look: Look, names: tuple[str, str]) -> Table:
    columns = (look.text("begins"), names[0], *names[1:][: 1 if series.before else 0])
    before: list[int | None] = [*series.before]
    padded = [None] * (len(series.counts) - len(before)) + before
    rows = tuple(
        (look.moment(begins), look.number(count), *((look.number(earlier) if earlier is not None else "–",) if series.before else ()))
        for (begins, _), count, earlier in zip_longest(spots, series.counts, padded)
    )
    return Table(caption=said(series.title) or look.text("all_mentions"), columns=columns, rows=rows)
