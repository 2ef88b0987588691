"""Fixtures of the public pages: a house that platforms call."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from listener.ledger.ledger import open_ledger
from tests.fakes.incoming_house import House


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger that nothing was written to, made once."""
    file = tmp_path_factory.mktemp("empty") / "ledger.db"
    with open_ledger(f"sqlite:///{file}"):
        return file


@pytest.fixture
def house(empty: Path, tmp_path: Path) -> Iterator[House]:
    file = Path(shutil.copy(empty, tmp_path))
    with open_ledger(f"sqlite:///{file}") as ledger:
        yield House(ledger, file)
