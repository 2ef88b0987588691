"""A check that reads everything: no text is believed that is not what was stored (RULES F11, M5)."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from listener.errors import StoreDamaged
from listener.ledger.ledger import Ledger, open_ledger
from tests.listener.ledger.making import add, analyse, later, mention


@pytest.fixture
def filled(ledger: Ledger) -> Ledger:
    """A ledger with a bit of everything."""
    add(ledger, mention("1"), mention("2", "een ander \ud800 met een half teken \x00"))
    analyse(ledger)
    add(ledger, mention("1", "anders", edited_at=later(1)))
    return ledger


def test_a_sound_ledger_passes(filled: Ledger) -> None:
    """A false alarm would be answered with a needless restore."""
    filled.check()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("update revision set text = text || '!' where mention_id = 2", "1 texts are not what was stored (mention 2)"),
        ("update mention set posted_at = 'yesterday'", "table mention holds a row that cannot be read"),
        ("update mention set flags = '{' where mention_id = 1", "table mention holds a row that cannot be read"),
        ("update mention set url = cast(x'a5a5' as text)", "text that is none"),
        ("delete from mention where mention_id = 2", "point at rows that are gone"),
    ],
)
def test_each_kind_of_damage_is_named(filled: Ledger, file: Path, change: str, said: str) -> None:
    """A flipped byte keeps the file readable for SQLite, and changes what a customer seems to have said."""
    with sqlite3.connect(file) as raw:
        raw.execute(change)
    with pytest.raises(StoreDamaged) as caught:
        filled.check()
    assert said in str(caught.value)
    assert str(file) in str(caught.value)
    assert "Stop Klankbord" in str(caught.value)


def test_a_damaged_text_met_while_reading_is_no_trace(filled: Ledger, url: str, file: Path) -> None:
    """Whoever opens the page sees what to do."""
    with sqlite3.connect(file) as raw:
        raw.execute("update revision set text = cast(x'a5a5' as text)")
    with open_ledger(url) as again, pytest.raises(StoreDamaged, match="doctor"):
        again.mentions.latest()
