"""Draw what a digest shows: how often people spoke of what is new and what grows, one small chart that a telephone shows whole."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import tzinfo

from listener.errors import CannotDraw
from listener.model.figures import DigestFigures, IssueFigures
from moderation.charts.look import NARROW, Look
from moderation.charts.several import several
from moderation.model.chart import Series
from moderation.model.delivery import Picture
from moderation.workflows.draw_charts import DrawCharts
from moderation.workflows.load_wording import load_words

logger = logging.getLogger(__name__)

MOST_DRAWN = 4
NAME = "trend.png"


class PictureDigest:
    """Gives the pictures of a digest in a language; none when there is nothing to draw, or it cannot be drawn: the words say it all."""

    def __init__(self, draw: DrawCharts, zone: tzinfo) -> None:
        self._draw = draw
        self._zone = zone

    def __call__(self, figures: DigestFigures, language: str) -> Sequence[Picture]:
        """Return at most one picture."""
        drawn = [one for one in (*figures.new, *figures.growing, *figures.steady) if sum(one.trend) > 0][:MOST_DRAWN]
        if not drawn:
            return ()
        look = Look(language=language, words=load_words(language, "charts"), zone=self._zone, width=NARROW)
        chart = several([_series(one, figures) for one in drawn], look)
        try:
            return (Picture(name=NAME, png=self._draw.png(chart), alt=chart.alt),)
        except CannotDraw as error:
            logger.warning("a digest goes without its picture", extra={"error": type(error).__name__})
            return ()


def _series(issue: IssueFigures, figures: DigestFigures) -> Series:
    return Series(title=issue.title, counts=issue.trend, ends_at=figures.as_of, bucket_hours=issue.bucket_hours)
