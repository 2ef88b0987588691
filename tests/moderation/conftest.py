"""A desk to work at: the answering half put together on a fresh folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.desk import Desk, open_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Everything that answers, with a simulated platform that accepts what it gets and does not know repeated keys."""
    with open_desk(tmp_path / "home", native_key=False) as opened:
        yield opened
