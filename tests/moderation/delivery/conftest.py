"""A house that tells its own people things."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from listener.ledger.ledger import open_ledger
from tests.fakes.deliveries import Telling


@pytest.fixture(scope="session")
def empty_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with its tables made and nothing in it, to be copied: making them anew for each test takes a second each."""
    file = tmp_path_factory.mktemp("empty") / "ledger.db"
    with open_ledger(f"sqlite:///{file}"):
        pass
    return file


@pytest.fixture
def telling(tmp_path: Path, empty_ledger: Path) -> Iterator[Telling]:
    shutil.copyfile(empty_ledger, tmp_path / "ledger.db")
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger:
        yield Telling(ledger=ledger)
