"""One drawing process for all tests of reports: starting it takes a second."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from moderation.drawing.process import DrawingProcess
from moderation.workflows.draw_charts import DrawCharts


@pytest.fixture(scope="session")
def draw() -> Iterator[DrawCharts]:
    running = DrawingProcess()
    yield DrawCharts(running)
    running.close()
