"""A row of counts as a small chart: only geometry, so that a template can draw it without any script or style attribute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One count. `x`, `y`, `width`, `height` are in the chart's own units (see `Chart`); `starts_at` and `ends_at` say what it counts."""

    x: float
    y: float
    width: float
    height: float
    count: int
    starts_at: datetime
    ends_at: datetime
    last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars in a box of `width` by `height`; `top` is the count at the box's upper edge. `days` are the moments that name the columns."""

    width: int
    height: int
    top: int
    bars: tuple[Bar, ...]
    days: tuple[datetime, ...]

    @property
    def total(self) -> int:
        return sum(bar.count for bar in self.bars)

    @property
    def earlier_path(self) -> str:
        """All bars but the last as one SVG path; empty when they are all 0."""
        return _path(self.bars[:-1])

    @property
    def last_path(self) -> str:
        """The last bar as an SVG path; empty when it is 0."""
        return _path(self.bars[-1:])


def chart_of(
    counts: Sequence[int], *, as_of: datetime, bucket_hours: float, width: int = 140, height: int = 36, most_bars: int = 60
) -> Chart:
    """Draw `counts`, oldest first, the last one ending at `as_of`; neighbours are added together when there are more than `most_bars`.

    A count above 0 is at least 1.5 units high, so that one mention can be seen. No counts give an empty chart.
    """
    merged, hours = _merged(counts, bucket_hours, most_bars)
    top = max(1, *merged) if merged else 1
    step = width / max(1, len(merged))
    gap = step * 0.22
    bars = tuple(
        Bar(
            x=round(at * step + gap / 2, 2),
            y=round(height - _tall(count, top, height), 2),
            width=round(step - gap, 2),
            height=round(_tall(count, top, height), 2),
            count=count,
            starts_at=as_of - timedelta(hours=hours * (len(merged) - at)),
            ends_at=as_of - timedelta(hours=hours * (len(merged) - at - 1)),
            last=at == len(merged) - 1,
        )
        for at, count in enumerate(merged)
    )
    return Chart(width=width, height=height, top=top, bars=bars, days=_days(bars, hours))


def by_day(chart: Chart) -> tuple[tuple[datetime, int], ...]:
    """Return (a moment in the day, count) per column of days, oldest first: the chart's figures for a table."""
    return tuple((day, sum(bar.count for bar in chart.bars if day - timedelta(days=1) <= bar.starts_at < day)) for day in chart.days)


def _path(bars: Sequence[Bar]) -> str:
    return "".join(f"M{bar.x:g} {bar.y:g}h{bar.width:g}v{bar.height:g}h-{bar.width:g}z" for bar in bars if bar.count)


def _tall(count: int, top: int, height: int) -> float:
    return max(1.5, count / top * height) if count else 0.0


def _merged(counts: Sequence[int], bucket_hours: float, most: int) -> tuple[list[int], float]:
    size = max(1, ceil(len(counts) / most))
    first = len(counts) % size
    groups = ([counts[:first]] if first else []) + [counts[at : at + size] for at in range(first, len(counts), size)]
    return [sum(group) for group in groups], bucket_hours * size


def _days(bars: Sequence[Bar], hours: float) -> tuple[datetime, ...]:
    if not bars:
        return ()
    whole = ceil(len(bars) * hours / 24)
    return tuple(bars[-1].ends_at - timedelta(days=back) for back in reversed(range(whole)))
