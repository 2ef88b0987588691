"""A desk with answered conversations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.staff_knowledge import KnowledgeDay, open_knowledge_day


@pytest.fixture
def day(tmp_path: Path) -> Iterator[KnowledgeDay]:
    """Nothing asked and nothing answered yet."""
    with open_knowledge_day(tmp_path / "home") as opened:
        yield opened
