"""Draw the charts of a weekly report, for a page or for paper. One that cannot be drawn is left out: its table says the same."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TypeVar

from listener.errors import CannotDraw
from moderation.model.chart import Widths
from moderation.model.document import Document, Drawing, Drawings, PaperDrawings, Pictures
from moderation.workflows.draw_charts import DrawCharts

logger = logging.getLogger(__name__)

T = TypeVar("T")


def drawn_for_page(document: Document, draw: DrawCharts) -> Drawings:
    """Return the charts as SVG that takes its page's colours. Never call it on the event loop."""
    return _each(document.charts, lambda both: Drawing(wide=draw.page(both.wide), narrow=draw.page(both.narrow)))


def drawn_for_paper(document: Document, draw: DrawCharts) -> PaperDrawings:
    """Return the charts as PDF, letters and all, each as wide as its place on the sheet. Never call it on the event loop."""
    beside = {one.name for block in document.blocks if isinstance(block, Pictures) and len(block.shown) > 1 for one in block.shown}
    narrow = {name: Widths(wide=both.narrow, narrow=both.narrow) if name in beside else both for name, both in document.charts.items()}
    return _each(narrow, lambda both: draw.pdf(both.wide))


def _each(charts: Mapping[str, Widths], draw: Callable[[Widths], T]) -> dict[str, T]:
    found = {}
    for name, both in charts.items():
        try:
            found[name] = draw(both)
        except CannotDraw:
            logger.warning("a report goes without one of its charts", extra={"chart": name}, exc_info=True)
    return found
