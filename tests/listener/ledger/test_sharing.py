"""Several processes and threads on one ledger: readers never wait, writers wait their turn."""

from __future__ import annotations

import threading

import pytest

from listener.errors import StoreLocked
from listener.ledger import dialect
from listener.ledger.ledger import Ledger, open_ledger
from listener.ledger.transactions import reading, writing
from tests.listener.ledger import children
from tests.listener.ledger.making import add, mention


def test_a_command_reads_while_the_service_is_in_the_middle_of_a_write(url: str) -> None:
    """`klankbord issues` must work at any moment, and never shows half a page."""
    with open_ledger(url) as ledger:
        add(ledger, mention("1"))
    child, pipe = children.start(children.hold_write, url)
    try:
        pipe.recv()
        with open_ledger(url) as ledger:
            assert ledger.mentions.count() == 1
            assert ledger.meta.get("half") is None
    finally:
        child.kill()
        child.join()


def test_another_process_sees_what_was_committed_while_we_stay_open(url: str) -> None:
    """An import by a command shows up in the running service, and the other way round."""
    with open_ledger(url):
        pass
    child, pipe = children.start(children.count_mentions, url)
    assert pipe.recv() == 0
    child.join()
    with open_ledger(url) as ledger:
        add(ledger, mention("1"))
    child, pipe = children.start(children.count_mentions, url)
    assert pipe.recv() == 1
    child.join()


def test_a_writer_that_waits_too_long_hears_why(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody left a database browser open in the middle of an edit."""
    with open_ledger(url):
        pass
    child, pipe = children.start(children.hold_write, url)
    try:
        pipe.recv()
        monkeypatch.setattr(dialect, "BUSY_SECONDS", 0.2)
        with open_ledger(url) as ledger, pytest.raises(StoreLocked, match="kept busy by another process"):
            add(ledger, mention("1"))
    finally:
        child.kill()
        child.join()
    with open_ledger(url) as ledger:
        assert add(ledger, mention("1")).new == 1


def test_threads_that_write_at_once_lose_nothing(ledger: Ledger) -> None:
    """Sources are read side by side, and overlap."""
    failed: list[BaseException] = []

    def work(start: int) -> None:
        try:
            for number in range(start, start + 20):
                add(ledger, mention(str(number)), mention(str(number + 1)))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(start,)) for start in (0, 10, 20, 30)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failed == []
    assert ledger.mentions.count() == 51
    assert len(ledger.mentions.by_ids(range(1, 200))) == 51


def test_a_reader_sees_one_state_however_long_it_reads(ledger: Ledger) -> None:
    """Figures of one page must fit together."""
    add(ledger, mention("1"))
    with reading(ledger.engine) as tx:
        before = tx.exec_driver_sql("select count(*) from mention").scalar()
        add(ledger, mention("2"))
        assert tx.exec_driver_sql("select count(*) from mention").scalar() == before == 1
    assert ledger.mentions.count() == 2


def test_a_write_that_fails_is_undone_whole(ledger: Ledger) -> None:
    """Also for the answering half, which writes through the same door."""

    def fail_after_writing() -> None:
        with writing(ledger.engine) as tx:
            tx.exec_driver_sql("insert into meta (key, value) values ('a', 'b')")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_writing()
    assert ledger.meta.get("a") is None
