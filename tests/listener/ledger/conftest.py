"""A fresh ledger in a file, as the product uses it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from listener.ledger.ledger import Ledger, open_ledger


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the test's ledger lies."""
    return tmp_path / "home" / "ledger.db"


@pytest.fixture
def url(file: Path) -> str:
    """The address of the test's ledger."""
    return f"sqlite:///{file}"


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    """An empty ledger, open."""
    with open_ledger(url) as opened:
        yield opened
