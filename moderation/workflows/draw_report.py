"""Draw the charts of a weekly report, for a page or for paper. One that cannot be drawn is left out: its table says the same."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile
from typing import TypeVar

from listener.errors import CannotDraw
from moderation.model.chart import Widths
from moderation.model.delivery import Picture
from moderation.model.document import Document, Drawing, Drawings, PageBreak, PaperDrawings, Pictures
from moderation.workflows.draw_charts import DrawCharts

logger = logging.getLogger(__name__)

T = TypeVar("T")


def drawn_for_page(document: Document, draw: DrawCharts) -> Drawings:
    """Return the charts as SVG that takes its page's colours. Never call it on the event loop."""
    return _each(document.charts, lambda _, both: Drawing(wide=draw.page(both.wide), narrow=draw.page(both.narrow)))


def drawn_for_paper(document: Document, draw: DrawCharts) -> PaperDrawings:
    """Return the charts as PDF, letters and all, each as wide as its place on the sheet. Never call it on the event loop."""
    beside = {one.name for block in document.blocks if isinstance(block, Pictures) and len(block.shown) > 1 for one in block.shown}
    return _each(document.charts, lambda name, both: draw.pdf(both.narrow if name in beside else both.wide))


def drawn_for_message(document: Document, draw: DrawCharts) -> Sequence[Picture]:
    """Return the charts of page one as pictures for a telephone, to go along with a message. Never call it on the event loop."""
    page = takewhile(lambda block: not isinstance(block, PageBreak), document.blocks)
    names = [one.name for block in page if isinstance(block, Pictures) for one in block.shown]
    made = _each({name: document.charts[name] for name in names}, lambda _, both: draw.png(both.narrow))
    return tuple(Picture(name=f"{name}.png", png=png, alt=document.charts[name].narrow.alt) for name, png in made.items())


def _each(charts: Mapping[str, Widths], draw: Callable[[str, Widths], T]) -> dict[str, T]:
    found = {}
    for name, both in charts.items():
        try:
            found[name] = draw(name, both)
        except CannotDraw:
            logger.warning("a report goes without one of its charts", extra={"chart": name}, exc_info=True)
    return found
