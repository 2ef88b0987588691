"""Whoever asked not to be collected is not taken in, by any door, and nobody who reads the ledger learns who that was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from listener.ledger.ledger import Ledger, open_ledger
from listener.ledger.suppression import ERASE, KEY_NAME, LIST_NAME, OBJECT
from listener.ledger.tables import suppressed
from listener.ledger.transactions import reading, writing
from listener.model.mention import Author
from tests.listener.ledger.making import NOON, add, later, mention

CANARY = Author(platform="feed", realm="example.org", native_id="canary-bird", name="Canary")


def stop(ledger: Ledger, key: str = CANARY.key, why: str = OBJECT) -> None:
    with writing(ledger.engine) as tx:
        ledger.suppression.add(tx, [key], why=why, at=NOON)


def test_nothing_new_is_taken_in_of_whoever_objected(ledger: Ledger) -> None:
    """Not their messages, and not an edit of what was here: a source that shows them again changes nothing."""
    add(ledger, replace(mention("1", "was er al"), author=CANARY))
    stop(ledger)
    done = add(
        ledger,
        replace(mention("1", "veranderd", edited_at=later(5)), author=CANARY),
        replace(mention("2", "nieuw"), author=CANARY),
        mention("3", "van een ander"),
    )
    assert (done.new, done.edited, done.unchanged) == (1, 0, 2)
    assert [one.mention.text for one in ledger.mentions.by_ids([1, 2, 3])] == ["was er al", "van een ander"]


def test_the_list_tells_nobody_who_is_on_it(tmp_path: Path) -> None:
    """A copied ledger alone must not say who asked to be forgotten: the key lies in the home, for its user only."""
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger:
        assert not (tmp_path / KEY_NAME).exists(), "a home without a list needs no key"
        stop(ledger)
        with reading(ledger.engine) as tx:
            rows = tx.execute(select(suppressed)).all()
        ledger.suppression.write_list(tmp_path)
    assert (tmp_path / KEY_NAME).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / LIST_NAME).stat().st_mode & 0o777 == 0o600
    written = repr(rows) + (tmp_path / LIST_NAME).read_text() + (tmp_path / "ledger.db").read_bytes().decode("latin-1")
    assert "canary-bird" not in written.lower()


@pytest.mark.parametrize("order", [(OBJECT, ERASE), (ERASE, OBJECT)])
def test_an_older_ledger_learns_the_list_from_the_home(tmp_path: Path, order: tuple[str, str]) -> None:
    """A backup does not know who was erased since; the list beside it does, and erased weighs more than objected."""
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger:
        for why in order:
            stop(ledger, why=why)
        stop(ledger, "feed/example.org/other")
        ledger.suppression.write_list(tmp_path)
    with open_ledger(f"sqlite:///{tmp_path / 'older.db'}") as older:
        assert older.suppression.read_list(tmp_path) == 2
        assert older.suppression.read_list(tmp_path) == 0
        assert older.suppression.erased([CANARY.key, "feed/example.org/other"]) == {CANARY.key}
