"""A page asks many small things: all of them of one moment, through one connection."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, text

from listener.ledger.dialect import ledger_engine, make_private
from listener.ledger.transactions import once_per_reading, one_reading, reading, writing


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    make_private(tmp_path / "ledger.db")
    opened = ledger_engine(f"sqlite:///{tmp_path / 'ledger.db'}")
    with writing(opened) as tx:
        tx.execute(text("create table word (said text)"))
    yield opened
    opened.dispose()


def say(engine: Engine, word: str) -> None:
    with writing(engine) as tx:
        tx.execute(text("insert into word values (:word)"), {"word": word})


def said(engine: Engine) -> list[str]:
    with reading(engine) as tx:
        return [row[0] for row in tx.execute(text("select said from word order by said"))]


def elsewhere(engine: Engine, word: str) -> None:
    """Somebody else writes meanwhile."""
    other = threading.Thread(target=say, args=(engine, word))
    other.start()
    other.join()


def broken(engine: Engine) -> None:
    with reading(engine):
        raise OSError("gone")


def broken_page(engine: Engine) -> None:
    with one_reading(engine):
        said(engine)
        raise OSError("gone")


def test_all_readings_of_a_block_see_the_same_moment(engine: Engine) -> None:
    """A queue whose count and whose lines were of two moments would not add up."""
    with one_reading(engine):
        assert said(engine) == []
        elsewhere(engine, "one")
        assert said(engine) == []
    assert said(engine) == ["one"]


def test_a_block_begins_one_transaction(engine: Engine) -> None:
    begun: list[object] = []
    event.listen(engine, "begin", begun.append)
    with one_reading(engine), one_reading(engine):
        said(engine)
        said(engine)
    assert len(begun) == 1


def test_what_is_written_inside_is_seen_by_what_reads_after_it(engine: Engine) -> None:
    with one_reading(engine):
        assert said(engine) == []
        say(engine, "mine")
        assert said(engine) == ["mine"]


def test_a_reading_under_way_keeps_its_moment_while_something_is_written_inside(engine: Engine) -> None:
    with one_reading(engine), reading(engine) as tx:
        rows = tx.execute(text("select count(*) from word"))
        say(engine, "mine")
        assert rows.scalar_one() == 0
        assert said(engine) == []
    assert said(engine) == ["mine"]


def test_what_several_parts_of_a_page_ask_is_asked_once(engine: Engine) -> None:
    asked: list[str] = []

    def ask() -> tuple[str, ...]:
        asked.append("asked")
        return tuple(said(engine))

    def three_times() -> list[tuple[str, ...]]:
        return [once_per_reading(engine, "words", ask) for _ in range(3)]

    assert three_times() == [()] * 3
    assert len(asked) == 3, "without a page everybody sees what is there now"
    with one_reading(engine):
        assert three_times() == [()] * 3
        assert len(asked) == 4
        say(engine, "mine")
        assert three_times() == [("mine",)] * 3, "what was written is never hidden by what was remembered"
    elsewhere(engine, "one")
    assert three_times() == [("mine", "one")] * 3


def test_another_thread_reads_for_itself(engine: Engine) -> None:
    found: list[list[str]] = []
    with one_reading(engine):
        said(engine)
        elsewhere(engine, "one")
        other = threading.Thread(target=lambda: found.append(said(engine)))
        other.start()
        other.join()
    assert found == [["one"]]


def test_nobody_reads_on_where_something_went_wrong(engine: Engine) -> None:
    with one_reading(engine):
        said(engine)
        with pytest.raises(OSError, match="gone"):
            broken(engine)
        elsewhere(engine, "one")
        assert said(engine) == ["one"]


def test_nothing_stays_open_after_a_block(engine: Engine) -> None:
    """A reader that stays keeps the write-ahead log from being emptied, and removed texts in it."""
    with pytest.raises(OSError, match="gone"):
        broken_page(engine)
    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # a file's pool counts; the base class does not say so


def test_a_ledger_in_memory_has_one_connection_and_is_left_alone() -> None:
    engine = ledger_engine("sqlite://")
    with writing(engine) as tx:
        tx.execute(text("create table word (said text)"))
    with one_reading(engine):
        assert said(engine) == []
        say(engine, "mine")
        assert said(engine) == ["mine"]
    engine.dispose()
