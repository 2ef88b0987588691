"""Whoever asked not to be collected is not taken in, by any door, and nobody who reads the ledger learns who that was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import select

from listener.ledger import migrate
from listener.ledger.dialect import ledger_engine, without_foreign_keys
from listener.ledger.ledger import Ledger, open_ledger
from listener.ledger.suppressed_rows import ERASE, OBJECT
from listener.ledger.suppression import KEY_NAME, LIST_NAME
from listener.ledger.tables import mention as mention_table
from listener.ledger.tables import revision, suppressed
from listener.ledger.transactions import reading, writing
from listener.model.mention import Author
from tests.listener.ledger.making import NOON, add, later, mention, removal

CANARY = Author(platform="feed", realm="example.org", native_id="canary-bird", name="Canary")


def stop(ledger: Ledger, key: str = CANARY.key, why: str = OBJECT) -> None:
    with writing(ledger.engine) as tx:
        ledger.suppression.add(tx, [key], why=why, at=NOON)


def test_nothing_new_is_taken_in_of_whoever_objected(ledger: Ledger) -> None:
    """What is here stays as it is, also when a source shows it again."""
    add(ledger, replace(mention("1", "was er al"), author=CANARY))
    stop(ledger)
    done = add(
        ledger, *(replace(mention(one, text), author=CANARY) for one, text in (("1", "was er al"), ("2", "nieuw"))), mention("3", "x")
    )
    assert (done.new, done.edited, done.removed, done.unchanged) == (1, 0, 0, 2)
    assert [one.mention.text for one in ledger.mentions.by_ids([1, 2, 3])] == ["was er al", "x"]


@pytest.mark.parametrize("author", [CANARY, None], ids=["named", "not named any more"])
def test_what_they_take_back_of_a_message_that_is_here_goes(ledger: Ledger, author: Author | None) -> None:
    """Whoever objected and then takes a telephone number out of an old message must not find it kept; the new text is not ours to take."""
    add(ledger, replace(mention("1", "bel mij op 0612345678"), author=CANARY), mention("2", "van een ander"))
    stop(ledger)
    done = add(
        ledger, replace(mention("1", "bel mij", edited_at=later(5)), author=author), mention("2", "van een ander", edited_at=later(5))
    )
    assert (done.new, done.edited, done.removed, done.unchanged) == (0, 0, 1, 2)
    assert [one.mention.text for one in ledger.mentions.by_ids([1, 2])] == ["van een ander"]
    with reading(ledger.engine) as tx:
        assert "0612345678" not in repr([tx.execute(select(table)).all() for table in (mention_table, revision)])
    again = add(ledger, replace(mention("1", "bel mij op 0612345678"), author=author))
    assert (again.new, again.edited) == (0, 0), "an older page does not bring it back"


def test_an_older_edit_of_theirs_changes_nothing(ledger: Ledger) -> None:
    """Pages come late and out of order: only what changed after what is here is a change."""
    add(ledger, replace(mention("1", "nieuwer", edited_at=later(5)), author=CANARY))
    stop(ledger)
    done = add(ledger, replace(mention("1", "ouder", edited_at=later(1)), author=CANARY))
    assert (done.removed, done.unchanged) == (0, 1)
    assert [one.mention.text for one in ledger.mentions.by_ids([1])] == ["nieuwer"]


def test_an_account_is_kept_out_in_whichever_server_it_writes(ledger: Ledger) -> None:
    """An account of Discord is one everywhere: whoever asked in one server is not read in the next one."""
    there = Author(platform="discord", realm="server-2", native_id="1160", name="Merel")
    stop(ledger, "discord/*/1160", why=ERASE)
    done = add(ledger, replace(mention("1", "hallo"), author=there), replace(mention("2", "hoi"), author=replace(there, native_id="11601")))
    assert (done.new, done.unchanged) == (1, 1)
    assert ledger.suppression.erased([there.key, "discord/server-2/11601"]) == {there.key}


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
        learned = older.suppression.read_list(tmp_path)
        assert older.suppression.erased([CANARY.key, "feed/example.org/other"]) == {CANARY.key}
        assert (len(learned), older.suppression.read_list(tmp_path)) == (1, set()), "the one who was erased, and once"


def allow(ledger: Ledger, key: str = CANARY.key, minutes: float = 10) -> int:
    with writing(ledger.engine) as tx:
        return ledger.suppression.allow(tx, [key], at=later(minutes))


def test_whoever_is_allowed_again_is_read_from_then_on(ledger: Ledger) -> None:
    """What they wrote while they were kept out was never ours to take, however often a platform shows it; edits of what is here follow."""
    add(ledger, replace(mention("1", "van voor het bezwaar"), author=CANARY))
    stop(ledger)
    assert (allow(ledger), allow(ledger)) == (1, 0)
    page = [
        replace(mention("1", "toen, verbeterd", edited_at=later(12)), author=CANARY),
        replace(mention("2", "tussendoor", posted_at=later(5)), author=CANARY),
        replace(mention("3", "nieuw", posted_at=later(11)), author=CANARY),
    ]
    done = add(ledger, *page)
    assert (done.new, done.edited, done.removed, done.unchanged) == (1, 1, 0, 1)
    assert {one.mention.text for one in ledger.mentions.latest()} == {"toen, verbeterd", "nieuw"}


def test_what_was_erased_stays_so_when_they_are_read_again(ledger: Ledger) -> None:
    """The row that is left of an erased message goes on blocking it, edits and all."""
    add(ledger, replace(mention("1", "gewist"), author=CANARY))
    ledger.mentions.remove([removal("1")], source="news", at=NOON)
    stop(ledger, why=ERASE)
    allow(ledger)
    add(ledger, replace(mention("1", "gewist, verbeterd", posted_at=later(20), edited_at=later(21)), author=CANARY))
    assert ledger.mentions.latest() == []


@pytest.mark.parametrize("back", [0, 5], ids=["in the same moment", "by a clock that went back"])
def test_what_was_said_last_holds(ledger: Ledger, back: float) -> None:
    """Kept out, allowed, kept out: whatever the clock of the machine says meanwhile."""
    for minutes, out in ((0, True), (-back, False), (-2 * back, True)):
        if out:
            with writing(ledger.engine) as tx:
                assert ledger.suppression.add(tx, [CANARY.key], why=OBJECT, at=later(minutes)) == 1
        else:
            assert allow(ledger, minutes=minutes) == 1
        with reading(ledger.engine) as tx:
            assert ledger.suppression.listed(tx, [CANARY.key]) == ({CANARY.key} if out else set())


def test_an_account_of_every_server_is_let_in_as_it_was_kept_out(ledger: Ledger) -> None:
    """Kept out under one server and by its number, allowed by its number alone: it is read everywhere; another account is not."""
    here, there = (Author(platform="discord", realm=realm, native_id="1160", name="Merel") for realm in ("server-1", "server-2"))
    for key in (here.key, "discord/*/1160", "discord/*/1170"):
        stop(ledger, key)
    page = [replace(mention(str(at), "hoi"), author=one) for at, one in enumerate((here, there))]
    assert add(ledger, *page).unchanged == 2, "one page may show an account in two servers"
    assert allow(ledger, "discord/*/1160") == 1
    page = [replace(one, posted_at=later(11)) for one in page]
    assert add(ledger, *page, replace(page[0], native_id="3", author=replace(here, native_id="1170"))).new == 2


def test_an_older_ledger_learns_who_is_allowed_again(tmp_path: Path) -> None:
    """What it still holds of somebody who was erased has to go once more, also when they are read again since; a ledger that knew of it
    holds what they wrote after that."""
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger:
        stop(ledger, why=ERASE)
        allow(ledger)
        ledger.suppression.write_list(tmp_path)
        assert (ledger.suppression.erased([CANARY.key]), ledger.suppression.read_list(tmp_path)) == (set(), set())
    with open_ledger(f"sqlite:///{tmp_path / 'older.db'}") as older:
        anew = older.suppression.read_list(tmp_path)
        assert older.suppression.erased([CANARY.key, "feed/example.org/other"], anew=anew) == {CANARY.key}
        with reading(older.engine) as tx:
            assert older.suppression.listed(tx, [CANARY.key]) == set()


def test_a_list_of_before_is_kept(tmp_path: Path) -> None:
    """Nobody who was kept out may come in because a table changed."""
    engine = ledger_engine(f"sqlite:///{tmp_path / 'ledger.db'}")
    config = migrate._config()
    with without_foreign_keys(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "listener_0009")
        connection.exec_driver_sql("insert into suppressed values ('d1', 'erase', '2026-03-02 12:00:00.000000')")
    engine.dispose()
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger, reading(ledger.engine) as tx:
        assert [tuple(row) for row in tx.execute(select(suppressed))] == [("d1", ERASE, NOON)]
