"""Draw charts for pages, chat, mail and paper, each drawing made once while it is remembered."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from moderation.charts.clean_svg import page_svg, paper_svg
from moderation.model.chart import Chart
from moderation.ports import Draws

logger = logging.getLogger(__name__)

MOST_KEPT = 200
FONT = "Liberation Sans, sans-serif"


@dataclass(frozen=True, slots=True)
class DrawnTimes:
    """How often and how long drawings were made since the start: for the metrics."""

    made: int
    seconds: float
    remembered: int


class DrawCharts:
    """Draws what is asked, and remembers the last `most`. Safe to use from threads; never call it on the event loop."""

    def __init__(self, draws: Draws, *, monotonic: Callable[[], float] = time.monotonic, most: int = MOST_KEPT) -> None:
        self._draws = draws
        self._monotonic = monotonic
        self._most = most
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()
        self._made = 0
        self._seconds = 0.0
        self._remembered = 0

    def page(self, chart: Chart) -> str:
        """Return SVG to stand in a page: no style, no script, the page's own colours. Raises `CannotDraw`."""
        return self._once("page", chart, lambda raw: page_svg(raw, alt=chart.alt).encode()).decode()

    def paper(self, chart: Chart) -> str:
        """Return SVG that stands alone on light ground, for PDF. Raises `CannotDraw`."""
        return self._once("paper", chart, lambda raw: paper_svg(raw, alt=chart.alt, font=FONT).encode()).decode()

    def png(self, chart: Chart, *, dark: bool = False, scale: float = 2.0) -> bytes:
        """Return a picture on its own ground, readable wherever it is pasted. Raises `CannotDraw`."""

        def made(raw: str) -> bytes:
            return self._draws.png(paper_svg(raw, alt=chart.alt, font=FONT, dark=dark), scale=scale)

        return self._once(f"png {dark} {scale}", chart, made)

    def pdf(self, chart: Chart) -> bytes:
        """Return the chart as one page of PDF. Raises `CannotDraw`."""
        return self._once("pdf", chart, lambda raw: self._draws.pdf(paper_svg(raw, alt=chart.alt, font=FONT)))

    def times(self) -> DrawnTimes:
        with self._lock:
            return DrawnTimes(made=self._made, seconds=self._seconds, remembered=self._remembered)

    def _once(self, form: str, chart: Chart, made: Callable[[str], bytes]) -> bytes:
        spec = json.dumps(chart.spec, sort_keys=True)
        raw_key, key = (hashlib.sha256(f"{what}\n{spec}".encode()).hexdigest() for what in ("raw", f"{form}\n{chart.alt}"))
        if (kept := self._known(key)) is not None:
            return kept
        began = self._monotonic()
        raw = self._known(raw_key)
        if raw is None:
            raw = self._draws.svg(chart.spec).encode()
            self._keep(raw_key, raw)
        drawing = made(raw.decode())
        took = self._monotonic() - began
        with self._lock:
            self._made += 1
            self._seconds += took
        self._keep(key, drawing)
        logger.debug("chart drawn", extra={"chart": chart.name, "form": form, "seconds": round(took, 3)})
        return drawing

    def _known(self, key: str) -> bytes | None:
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                self._remembered += 1
            return found

    def _keep(self, key: str, drawing: bytes) -> None:
        with self._lock:
            self._kept[key] = drawing
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
