"""A whole home with two brands, opened anew for each file: one file's clock and presses reach no other."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from moderation.model.person import Role
from tests.fakes.asking import Asking
from tests.fakes.house import OURS, House, open_house

ROLE_NAMES = {role: f"{role.value} van alles" for role in Role}
OURS_ONLY = "admin van een merk"
"""Somebody with every right, for one brand only: whatever is refused is refused for the brand."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """People of every role, and one thing of every kind in each of two brands."""
    with open_house(tmp_path_factory.mktemp("house") / "home") as opened:
        for role, name in ROLE_NAMES.items():
            opened.add(name, role)
        opened.add(OURS_ONLY, Role.ADMIN, frozenset({OURS}))
        yield opened


@pytest.fixture(scope="module")
def asking(house: House) -> Iterator[Asking]:
    """Asks the house's app."""
    opened = Asking(house.app)
    yield opened
    opened.close()


def ledger_hash(home: Path, *, leave_out: tuple[str, ...] = ()) -> str:
    """Return a digest over every row of every table but those named, so that no change goes unseen."""
    with sqlite3.connect(f"file:{home / 'ledger.db'}?mode=ro", uri=True) as db:
        digest = hashlib.sha256()
        for (name,) in db.execute("select name from sqlite_master where type = 'table' order by name").fetchall():
            if name in leave_out:
                continue
            rows = sorted(repr(row) for row in db.execute(f'select * from "{name}"'))
            digest.update(f"{name}{rows}".encode())
        return digest.hexdigest()
