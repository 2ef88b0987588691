"""What each source saw: a broad strip while it was read, a thin one while it was blind, nothing before we knew it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import altair as alt

from moderation.charts.canvas import Sheet, box, word
from moderation.charts.look import NARROW, SIZE, Look, Row, finished, fitted, said
from moderation.charts.palette import GREEN, INK, LINE, SOFT, VERMILLION
from moderation.model.chart import Chart, Coverage, Table, Watched

_TALL, _FOOT, _END = 28, 22, 60
Span = tuple[datetime, datetime]


def coverage(figures: Coverage, look: Look) -> Chart:
    """Return a strip a source, and the share of the period in which it was read."""
    narrow = look.width <= NARROW
    side, tall = (0.0, _TALL + 16) if narrow else (look.width * 0.28, _TALL)
    sheet = Sheet(width=look.width, height=tall * max(1, len(figures.sources)) + _FOOT)
    whole = max(1.0, (figures.to_at - figures.from_at).total_seconds())

    def x(at: datetime) -> float:
        return side + (at - figures.from_at).total_seconds() / whole * (look.width - side - _END)

    seen: list[Row] = []
    blind: list[Row] = []
    names: list[Row] = []
    said_right: list[Row] = []
    for at, one in enumerate(figures.sources):
        y = tall * at + tall - _TALL
        names.append(word(0, y - 4 if narrow else y + _TALL / 2, fitted(one.label, look.width - _END if narrow else side - 10)))
        said_right.append(word(look.width, y + _TALL / 2, look.percent(watched_share(one, figures))))
        gaps = list(_gaps(one, figures))
        seen += [box(x(begins), y + 6, x(ends) - x(begins), _TALL - 12) for begins, ends in _between(one, figures, gaps)]
        blind += [box(x(begins), y + _TALL / 2 - 2, max(1.5, x(ends) - x(begins)), 4) for begins, ends in gaps]
    foot = tall * len(figures.sources)
    days = [figures.from_at + timedelta(seconds=whole * part / 4) for part in range(5)][:: 2 if narrow else 1]
    layers: list[alt.Chart] = [
        sheet.lines([{"x": x(one), "x2": x(one), "y": 0, "y2": foot} for one in days], LINE),
        sheet.words([word(x(one), foot + 11, look.day(one)) for one in days[1:-1]], SOFT, align="center", size=SIZE - 1),
        sheet.words([word(x(days[0]), foot + 11, look.day(days[0]))], SOFT, size=SIZE - 1),
        sheet.words([word(x(days[-1]), foot + 11, look.day(days[-1]))], SOFT, align="right", size=SIZE - 1),
        *([sheet.boxes(seen, GREEN, opacity=0.75)] if seen else []),
        *([sheet.boxes(blind, VERMILLION)] if blind else []),
        sheet.words(names, INK),
        sheet.words(said_right, INK, align="right", bold=True),
    ]
    return finished(
        "coverage", look, sheet.together(layers), alt_text=_alt(figures, look), table=_table(figures, look), nothing=not figures.sources
    )


def watched_share(one: Watched, figures: Coverage) -> float:
    """Return the share of the period in which a source was read, from 0 to 1."""
    whole = (figures.to_at - figures.from_at).total_seconds()
    seen = sum((ends - begins).total_seconds() for begins, ends in _between(one, figures, list(_gaps(one, figures))))
    return seen / whole if whole > 0 else 0.0


def _starts(one: Watched, figures: Coverage) -> datetime:
    return min(max(figures.from_at, one.since or figures.from_at), figures.to_at)


def _gaps(one: Watched, figures: Coverage) -> Iterator[Span]:
    """Yield when the source was blind within the period, in order, each moment once."""
    at = _starts(one, figures)
    for begins, ends in sorted(one.blind):
        begins, ends = max(begins, at), min(ends, figures.to_at)
        if begins < ends:
            yield begins, ends
            at = ends


def _between(one: Watched, figures: Coverage, gaps: list[Span]) -> Iterator[Span]:
    at = _starts(one, figures)
    for begins, ends in [*gaps, (figures.to_at, figures.to_at)]:
        if at < begins:
            yield at, begins
        at = ends


def _alt(figures: Coverage, look: Look) -> str:
    if not figures.sources:
        return look.text("coverage.empty")
    shares = [(watched_share(one, figures), one) for one in figures.sources]
    full = sum(1 for share, _ in shares if share > 0.9995)
    text = look.count("coverage", len(shares), full=look.number(full), begins=look.day(figures.from_at), ends=look.day(figures.to_at))
    share, worst = min(shares, key=lambda one: one[0])
    if share <= 0.9995:
        text += " " + look.text("coverage.worst", label=said(worst.label), share=look.percent(share))
    return text


def _table(figures: Coverage, look: Look) -> Table:
    columns = tuple(look.text(name) for name in ("coverage.source", "coverage.share", "coverage.blind", "coverage.times"))
    rows = []
    for one in figures.sources:
        gaps = list(_gaps(one, figures))
        hours = sum((ends - begins).total_seconds() for begins, ends in gaps) / 3600
        rows.append((said(one.label), look.percent(watched_share(one, figures)), look.number(round(hours, 1)), look.number(len(gaps))))
    return Table(caption=look.text("coverage.caption"), columns=columns, rows=tuple(rows))
