"""Before and after an improvement action: what was counted, the moment of change, and what would have been expected without it."""

from __future__ import annotations

import altair as alt

from moderation.charts.look import FITTED, NARROW, Look, Row, finished, said, values
from moderation.charts.palette import BLUE, INK, VERMILLION
from moderation.charts.trend import places, time_axis
from moderation.model.chart import Chart, Effect, Table


def effect(figures: Effect, look: Look) -> Chart:
    """Return the counts as a line, the change as an upright line, and the expected counts as a dashed line in their interval."""
    series = figures.series
    spots = [begins for begins, _ in places(series, look)]
    names = (look.text("effect.counted"), look.text("effect.expected"))
    counted: list[Row] = [{"x": look.clock(at), "n": n, "what": names[0]} for at, n in zip(spots, series.counts, strict=True)]
    after = spots[len(spots) - len(figures.expected) :]
    expected: list[Row] = [
        {"x": look.clock(at), "n": one.value, "low": one.low, "high": one.high, "what": names[1]}
        for at, one in zip(after, figures.expected, strict=True)
    ]
    x = alt.X("x", type="temporal").scale(type="utc").axis(time_axis(series, look)).title(None)
    y = (
        alt.Y("n", type="quantitative")
        .scale(zero=True)
        .axis(format=",d", tickMinStep=1, tickCount=4, domain=False, ticks=False, title=None)
    )
    colour = alt.Color("what", type="nominal").scale(domain=list(names[: 2 if expected else 1]), range=[BLUE.light, VERMILLION.light])
    change = look.clock(figures.changed_at)
    layers: list[alt.Chart] = []
    if expected:
        band = alt.Chart(values(expected)).mark_area(color=VERMILLION.light, opacity=0.18)
        layers.append(band.encode(x=x, y=alt.Y("low", type="quantitative").title(None), y2="high"))
        layers.append(alt.Chart(values(expected)).mark_line(strokeDash=[5, 3], strokeWidth=2).encode(x=x, y=y, color=colour))
    layers.append(alt.Chart(values(counted)).mark_line(strokeWidth=2).encode(x=x, y=y, color=colour))
    layers.append(alt.Chart(values(counted)).mark_circle(size=24, opacity=1.0).encode(x=x, y=y, color=colour))
    layers.append(alt.Chart(values([{"x": change}])).mark_rule(color=INK.light, strokeWidth=1.5, strokeDash=[2, 2]).encode(x=x))
    label = values([{"x": change, "t": look.text("effect.changed", moment=look.day(figures.changed_at))}])
    late = figures.changed_at > spots[len(spots) // 2] if spots else False
    written = alt.Chart(label).mark_text(
        color=INK.light, align="right" if late else "left", dx=-6 if late else 6, baseline="top", fontSize=12
    )
    layers.append(written.encode(x=x, y=alt.value(0), text=alt.Text("t", type="nominal")))
    drawing = alt.layer(*layers, width=look.width, height=220 if look.width > NARROW else 180, autosize=FITTED)
    return finished("effect", look, drawing, alt_text=_alt(figures, look), table=_table(figures, look))


def _alt(figures: Effect, look: Look) -> str:
    series, n = figures.series, len(figures.expected)
    if not series.counts:
        return look.text("effect.empty", title=said(series.title))
    change = {"title": said(series.title), "moment": look.moment(figures.changed_at)}
    if figures.total is None:
        return look.text("effect.unknown", n=look.number(sum(series.counts)), **change)
    total = figures.total
    given = {"n": sum(series.counts[-n:] if n else ()), "usual": round(total.value), "low": round(total.low), "high": round(total.high)}
    return look.text("effect", **change, **{name: look.number(value) for name, value in given.items()})


def _table(figures: Effect, look: Look) -> Table:
    series = figures.series
    names = ("begins", "effect.counted", "effect.expected", "shares.low", "shares.high")
    first = len(series.counts) - len(figures.expected)
    rows = []
    for at, ((begins, _), count) in enumerate(zip(places(series, look), series.counts, strict=True)):
        one = figures.expected[at - first] if at >= first else None
        guess = (look.number(round(value, 1)) for value in (one.value, one.low, one.high)) if one else ("–",) * 3
        rows.append((look.moment(begins), look.number(count), *guess))
    return Table(caption=said(series.title), columns=tuple(look.text(name) for name in names), rows=tuple(rows))
