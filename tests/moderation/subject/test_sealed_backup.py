"""A home goes on elsewhere from its backup: who asked not to be read stays out, links handed out go on, and nobody else can read it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from listener.errors import InputError
from listener.ledger.ledger import open_ledger
from listener.ledger.suppression import KEY_NAME, LIST_NAME
from listener.model.mention import Author, Kept
from listener.settings.home import prepare_home
from moderation.cli import klankbord
from moderation.feedback_key import feedback_key
from moderation.identity.step_key import StepKey
from moderation.workflows.keep_backup import PASSPHRASE
from moderation.workflows.sealed import SealedReader, SealedWriter
from tests.fakes.desk import mention

WORDS = "vijf woorden die niemand raadt"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PERSON = Author(platform="feed", realm="forum.example", native_id="kanarie77", name="Kanarie")


def run(home: Path, *words: str, passphrase: str = WORDS) -> Result:
    return CliRunner(env={PASSPHRASE: passphrase}).invoke(klankbord, ["--home", str(home), *words])


def hear(home: Path, native_id: str, author: Author) -> int:
    said = replace(mention(native_id, "een geheime klacht over de meter"), author=author, posted_at=NOW)
    with open_ledger(f"sqlite:///{home / 'ledger.db'}") as ledger:
        return ledger.mentions.add_page([Kept(mention=said, hits=())], source="feed", next_cursor=None, at=NOW).new


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    prepare_home(made)
    (made / "klankbord.yaml").write_text("brands: [{name: Stroomwerk}]\n", encoding="utf-8")
    hear(made, "1", replace(PERSON, native_id="ander"))
    assert run(made, "subject", "object", "feed", PERSON.key).exit_code == 0
    return made


def test_a_new_machine_keeps_out_whom_the_old_one_did(home: Path, tmp_path: Path) -> None:
    """The keys travel with it: the list, links of feedback, second steps."""
    link, locked = feedback_key(home), StepKey(home).locked("JBSWY3DPEHPK3PXP")
    sealed, new = tmp_path / "b.sealed", tmp_path / "new"
    assert "sealed" in run(home, "backup", str(sealed)).output
    assert sealed.stat().st_mode & 0o777 == 0o600
    assert b"geheime" not in sealed.read_bytes()
    assert b"SQLite" not in sealed.read_bytes()
    assert sorted(one.name for one in (home / "backups").glob(".*")) == [], "no copy in the clear is left"
    prepare_home(new)
    assert run(new, "restore", str(sealed), "--yes", "--name", "new").exit_code == 0
    assert (hear(new, "2", PERSON), hear(new, "3", replace(PERSON, native_id="nieuw"))) == (0, 1)
    assert feedback_key(new) == link
    assert StepKey(new).opened(locked) == "JBSWY3DPEHPK3PXP"
    assert all((new / name).stat().st_mode & 0o777 == 0o600 for name in (KEY_NAME, LIST_NAME, "ledger.db"))
    assert list((new / "backups").glob(".unsealed-*")) == []


def test_with_another_passphrase_or_a_key_of_its_own_nothing_is_touched(home: Path, tmp_path: Path) -> None:
    """Over another key nobody on the list would be known again, and everybody would come back unseen."""
    sealed, new = tmp_path / "b.sealed", tmp_path / "new"
    run(home, "backup", str(sealed))
    prepare_home(new)
    for passphrase in ("een heel andere zin dan die", ""):
        done = run(new, "restore", str(sealed), "--yes", "--name", "new", passphrase=passphrase)
        assert isinstance(done.exception, InputError)
    (new / KEY_NAME).write_bytes(b"x" * 32)
    (new / KEY_NAME).chmod(0o600)
    other = run(new, "restore", str(sealed), "--yes", "--name", "new")
    assert "another key" in str(other.exception)
    assert not (new / "ledger.db").exists()
    assert not (new / LIST_NAME).exists()


def test_without_a_passphrase_the_copy_says_what_it_lacks(home: Path, tmp_path: Path) -> None:
    done = run(home, "backup", str(tmp_path / "b.db"), passphrase="")
    assert KEY_NAME in done.output
    assert isinstance(run(home, "backup", str(tmp_path / "c.sealed"), passphrase="kort").exception, InputError)
    assert not (tmp_path / "c.sealed").exists()


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3_000_000])
def test_what_is_sealed_comes_out_as_it_went_in(tmp_path: Path, size: int) -> None:
    given = bytes(range(256)) * (size // 256 + 1)
    with SealedWriter(tmp_path / "x", WORDS) as out:
        out.write(given[:size])
    with SealedReader(tmp_path / "x", WORDS) as back:
        assert back.read() == given[:size]


@pytest.mark.parametrize("harm", ["cut", "cut at a block", "swapped", "changed", "longer"])
def test_a_file_that_was_touched_does_not_open(tmp_path: Path, harm: str) -> None:
    """Half a backup that passes for a whole one is worse than none."""
    file, block = tmp_path / "x", 4 + (1 << 20) + 16
    with SealedWriter(file, WORDS) as out:
        out.write(bytes(3 << 20))
    whole = file.read_bytes()
    head = len(whole) - 3 * block
    first, second, third = (whole[head + at * block : head + (at + 1) * block] for at in range(3))
    touched = {
        "cut": whole[:-100],
        "cut at a block": whole[:head] + first + second,
        "swapped": whole[:head] + second + first + third,
        "changed": whole[:head] + first[:-1] + bytes([first[-1] ^ 1]) + second + third,
        "longer": whole + b"\0",
    }[harm]
    file.write_bytes(touched)
    with SealedReader(file, WORDS) as back, pytest.raises(InputError, match="cannot be opened"):
        back.read()
