"""One drawing process for all tests of charts: starting it takes a second."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from moderation.drawing.process import DrawingProcess
from moderation.workflows.draw_charts import DrawCharts


@pytest.fixture(scope="session")
def process() -> Iterator[DrawingProcess]:
    running = DrawingProcess()
    yield running
    running.close()


@pytest.fixture(scope="session")
def draw(process: DrawingProcess) -> DrawCharts:
    return DrawCharts(process)
