"""A backup is whole, private, and never written over another one."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from listener.errors import InputError, StoreError
from listener.ledger.backup import back_up, newest_backup
from listener.ledger.ledger import Ledger, open_ledger
from tests.listener.ledger.making import add, analyse, contents, mention


def test_a_backup_opens_by_itself_with_all_that_was_committed(ledger: Ledger, tmp_path: Path) -> None:
    """Also what is still in the log, which a plain copy of the file would miss."""
    add(ledger, mention("1"), mention("2", "een ander"))
    analyse(ledger)
    copy = back_up(ledger.engine, tmp_path / "copies" / "one.db")
    with open_ledger(f"sqlite:///{copy}") as again:
        again.check()
        assert contents(again) == contents(ledger)


def test_a_backup_made_during_writing_holds_whole_pages_only(ledger: Ledger, tmp_path: Path) -> None:
    """The service goes on collecting while the copy is made."""
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            add(ledger, mention(f"{number}a"), mention(f"{number}b"), cursor=str(number))
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copies = [back_up(ledger.engine, tmp_path / f"{number}.db") for number in range(5)]
    finally:
        stop.set()
        writer.join()
    for copy in copies:
        with open_ledger(f"sqlite:///{copy}") as again:
            again.check()
            cursor = again.mentions.cursor("news")
            assert again.mentions.count() == (0 if cursor is None else 2 * (int(cursor) + 1))


def test_a_backup_never_replaces_a_file(ledger: Ledger, tmp_path: Path) -> None:
    """The last good copy must not be lost to a bad day."""
    target = tmp_path / "one.db"
    target.write_text("precious", encoding="utf-8")
    with pytest.raises(InputError, match=r"one\.db exists"):
        back_up(ledger.engine, target)
    assert target.read_text(encoding="utf-8") == "precious"


def test_a_backup_that_cannot_be_written_is_named(ledger: Ledger, tmp_path: Path) -> None:
    """And leaves no half file that looks like a copy."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreError, match="cannot be opened"):
        back_up(ledger.engine, tmp_path / "file" / "one.db")


def test_the_newest_backup_is_the_one_written_last(ledger: Ledger, tmp_path: Path) -> None:
    """It is named when the ledger is damaged."""
    assert newest_backup(tmp_path / "copies") is None
    back_up(ledger.engine, tmp_path / "copies" / "b.db")
    last = back_up(ledger.engine, tmp_path / "copies" / "a.db")
    assert newest_backup(tmp_path / "copies") == last
