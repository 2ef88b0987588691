"""A chart as pages show it: drawn for a wide and for a narrow page, or without a picture when it cannot be drawn."""

from __future__ import annotations

import logging

from markupsafe import Markup

from listener.errors import CannotDraw
from moderation.inbox.dashboard_parts import DrawnChart
from moderation.model.chart import Chart
from moderation.workflows.draw_charts import DrawCharts

logger = logging.getLogger(__name__)


def drawn_chart(section: str, wide: Chart, narrow: Chart, draw: DrawCharts) -> DrawnChart:
    """Return both drawings of one chart with its sentence and its table, which stand also where nothing could be drawn."""
    try:
        svgs = ("", "") if wide.nothing else (draw.page(wide), draw.page(narrow))
    except CannotDraw:
        logger.warning("a chart was not drawn", extra={"chart": wide.name, "section": section}, exc_info=True)
        svgs = "", ""
    large, small = (Markup(svg) for svg in svgs)  # noqa: S704 - our own drawing, of known elements only
    return DrawnChart(section=section, wide=large, narrow=small, says=wide.alt, table=wide.table, nothing=wide.nothing)
