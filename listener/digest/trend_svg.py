"""A trend as inline SVG: bars only, no script, no style attribute, in the colour of the text around it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from listener.digest.sparkline import grouped_counts

WIDTH = 160
HEIGHT = 36
MOST_BARS = 60


def trend_svg(counts: Sequence[int], label: str = "", *, width: int = WIDTH, height: int = HEIGHT) -> str:
    """Return an `<svg>` with one bar per count, oldest first; the last bar has the class "last". `label` says it in words.

    A count above 0 is at least 1.5 units high. Without `label` the picture is hidden from screen readers: then a table must say it.
    """
    grouped = grouped_counts(counts, MOST_BARS)
    top = max(1, *grouped) if grouped else 1
    step = width / max(1, len(grouped))
    bars = "".join(
        f'<rect{" class=" + chr(34) + "last" + chr(34) if at == len(grouped) - 1 else ""} x="{at * step + step * 0.1:.1f}"'
        f' y="{height - _tall(count, top, height):.1f}" width="{step * 0.8:.1f}" height="{_tall(count, top, height):.1f}"/>'
        for at, count in enumerate(grouped)
    )
    said = f'role="img" aria-label="{escape(label, quote=True)}"' if label else 'aria-hidden="true"'
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return f'<svg class="trend" {size} fill="currentColor" focusable="false" {said}>{bars}</svg>'


def _tall(count: int, top: int, height: int) -> float:
    return max(1.5, count / top * height) if count > 0 else 0.0
