"""Opening a ledger: private, up to date, and clear about what is wrong."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from pathlib import Path

import pytest

from listener.errors import SchemaTooNew, StoreDamaged, StoreError, StoreLocked
from listener.ledger import migrate
from listener.ledger.backup import back_up, newest_backup
from listener.ledger.ledger import open_ledger
from tests.listener.ledger import children
from tests.listener.ledger.making import add, mention

NEXT_STEP = '''"""A step that a later version brings."""

import sqlalchemy as sa
from alembic import op

revision = "listener_next"
down_revision = "listener_0001"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("mention") as batch:
        batch.add_column(sa.Column("mood", sa.Text))
        batch.alter_column("removed_reason", existing_type=sa.Text, nullable=True)
'''


def mode(path: Path) -> int:
    """Return who may do what with a file."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def later_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make this the version that brings `NEXT_STEP`."""
    folder = tmp_path / "versions"
    shutil.copytree(migrate.BRANCHES[0], folder)
    (folder / "listener_next.py").write_text(NEXT_STEP, encoding="utf-8")
    monkeypatch.setattr(migrate, "BRANCHES", (folder, *migrate.BRANCHES[1:]))


def test_the_ledger_and_all_beside_it_are_for_this_user_only(url: str, file: Path) -> None:
    """It holds what customers wrote."""
    with open_ledger(url) as ledger:
        add(ledger, mention("1"))
        backup = back_up(ledger.engine, file.parent / "backups" / "one.db")
        log = file.with_name(file.name + "-wal")
        assert log.exists()
        assert [mode(one) for one in (file, log, backup)] == [0o600, 0o600, 0o600]
        assert [mode(one) for one in (file.parent, backup.parent)] == [0o700, 0o700]


def test_the_connection_is_durable_and_erases(url: str) -> None:
    """Each of these four stands for a disaster: a lost commit, a torn file, a dangling row, a deleted text on disk."""
    with open_ledger(url) as ledger, ledger.engine.connect() as connection:
        asked = ("synchronous", "journal_mode", "foreign_keys", "secure_delete", "busy_timeout")
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked}
    assert found == {"synchronous": 2, "journal_mode": "wal", "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 10_000}


def test_opening_again_changes_nothing_and_makes_no_backup(url: str, file: Path) -> None:
    """Commands open the ledger all day."""
    with open_ledger(url) as ledger:
        add(ledger, mention("1"))
    with open_ledger(url) as ledger:
        assert ledger.mentions.count() == 1
    assert not (file.parent / "backups").exists()


def test_a_ledger_of_an_older_version_is_copied_and_then_changed(url: str, file: Path, request: pytest.FixtureRequest) -> None:
    """The way back is the copy."""
    with open_ledger(url) as ledger:
        add(ledger, mention("1"))
    request.getfixturevalue("later_version")
    with open_ledger(url, backups=file.parent / "copies") as ledger:
        assert ledger.mentions.count() == 1
        with ledger.engine.connect() as connection:
            assert connection.exec_driver_sql("select mood from mention").all() == [(None,)]
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    copy = newest_backup(file.parent / "copies")
    assert copy is not None
    assert copy.name.startswith("ledger-before-")
    with sqlite3.connect(copy) as old:
        assert "mood" not in [row[1] for row in old.execute("PRAGMA table_info(mention)")]
        assert old.execute("select count(*) from mention").fetchone() == (1,)


def test_a_step_that_fails_leaves_the_ledger_as_it_was(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All steps of an upgrade happen, or none (RULES F35)."""
    with open_ledger(url) as ledger:
        add(ledger, mention("1"))
    folder = tmp_path / "broken"
    shutil.copytree(migrate.BRANCHES[0], folder)
    (folder / "listener_next.py").write_text(NEXT_STEP + "    raise RuntimeError('half way')\n", encoding="utf-8")
    with monkeypatch.context() as broken:
        broken.setattr(migrate, "BRANCHES", (folder, *migrate.BRANCHES[1:]))
        with pytest.raises(RuntimeError, match="half way"), open_ledger(url):
            pass
    with open_ledger(url) as ledger:
        assert ledger.mentions.count() == 1
        with ledger.engine.connect() as connection:
            assert "mood" not in [row[1] for row in connection.exec_driver_sql("PRAGMA table_info(mention)")]


def test_a_ledger_of_a_newer_version_is_left_alone(url: str, file: Path) -> None:
    """An old program would write rows that the new one misreads."""
    with open_ledger(url):
        pass
    with sqlite3.connect(file) as raw:
        raw.execute("insert into alembic_version (version_num) values ('listener_9999')")
    before = file.read_bytes()
    with pytest.raises(SchemaTooNew, match=r"newer Klankbord.*listener_9999"), open_ledger(url):
        pass
    assert file.read_bytes() == before


def test_a_ledger_in_use_by_another_process_is_not_changed_under_it(url: str, file: Path, request: pytest.FixtureRequest) -> None:
    """After an upgrade the old service may still run."""
    with open_ledger(url):
        pass
    request.getfixturevalue("later_version")
    child, pipe = children.start(children.hold_lock, file.parent)
    try:
        pipe.recv()
        with pytest.raises(StoreLocked, match=f"process {child.pid} works on it"), open_ledger(url):
            pass
    finally:
        child.kill()
        child.join()
    with open_ledger(url) as ledger:
        assert ledger.mentions.count() == 0


def test_a_file_that_is_no_ledger_is_named_with_what_to_do(url: str, file: Path) -> None:
    """Said in full: nobody has this page open when it happens."""
    with open_ledger(url) as ledger:
        add(ledger, mention("1"))
        backup = back_up(ledger.engine, file.parent / "backups" / "good.db")
    file.write_bytes(b"\x00garbage" * 1000)
    before = file.read_bytes()
    with pytest.raises(StoreDamaged) as caught, open_ledger(url):
        pass
    message = str(caught.value)
    assert str(file) in message
    assert f"copy {backup} to {file}" in message
    assert "Stop Klankbord" in message
    assert file.read_bytes() == before
    shutil.copy(backup, file)
    with open_ledger(url) as ledger:
        assert ledger.mentions.count() == 1


def test_without_a_backup_the_message_says_how_to_rescue(url: str, file: Path) -> None:
    """The words may still be in the file."""
    file.parent.mkdir()
    file.write_bytes(b"not a database at all" * 500)
    with pytest.raises(StoreDamaged, match=r"\.recover"), open_ledger(url):
        pass


def test_damage_inside_the_file_is_found_by_the_check_or_said_when_met(url: str, file: Path) -> None:
    """A disk that lies must not be believed: 30 ledgers with 64 bytes overwritten, one place each (RULES F11)."""
    with open_ledger(url) as ledger:
        for start in range(0, 1200, 100):
            add(ledger, *(mention(str(number), f"tekst {number} " * 5) for number in range(start, start + 100)))
        whole = [(one.mention_id, one.mention.title, one.mention.text) for one in ledger.mentions.by_ids(range(1, 1201))]
    good = file.read_bytes()
    told = []
    for place in range(30):
        where = len(good) * place // 30
        file.write_bytes(good[:where] + b"\xa5" * 64 + good[where + 64 :])
        try:
            with open_ledger(url) as ledger:
                ledger.check()
                found = ledger.mentions.by_ids(range(1, 1201))
                assert [(one.mention_id, one.mention.title, one.mention.text) for one in found] == whole
        except StoreError as error:
            told.append(str(error))
    assert len(told) >= 10
    assert all(str(file) in message for message in told)


def test_a_file_cut_in_half_is_damaged(url: str, file: Path) -> None:
    """A copy that was interrupted."""
    with open_ledger(url) as ledger:
        add(ledger, *(mention(str(number), "lang " * 50) for number in range(200)))
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(StoreDamaged), open_ledger(url) as ledger:
        ledger.check()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A wrong --home is the commonest mistake of the first day."""
    (tmp_path / "home").write_text("a file, not a folder", encoding="utf-8")
    with pytest.raises(StoreError, match=r"home/ledger\.db cannot be opened"), open_ledger(f"sqlite:///{tmp_path}/home/ledger.db"):
        pass
