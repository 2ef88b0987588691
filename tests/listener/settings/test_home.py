"""One folder holds everything, private to the user who made it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from listener.errors import SettingsError
from listener.settings.home import home_folder, prepare_home


def test_the_option_wins_over_the_variable_and_the_variable_over_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert home_folder(None) == tmp_path / "user-data" / "klankbord"
    monkeypatch.setenv("KLANKBORD_HOME", str(tmp_path / "by-variable"))
    assert home_folder(None) == tmp_path / "by-variable"
    assert home_folder(str(tmp_path / "by-option")) == tmp_path / "by-option"


def test_a_relative_home_stays_the_same_place_when_the_process_moves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert home_folder("mine") == tmp_path / "mine"


def test_asking_for_the_home_makes_nothing(tmp_path: Path) -> None:
    """`klankbord --help` and a mistyped --home must not leave folders behind."""
    home_folder(str(tmp_path / "new"))
    assert list(tmp_path.iterdir()) == []


def test_a_prepared_home_is_private_and_so_is_what_is_put_into_it(tmp_path: Path) -> None:
    """It will hold what customers wrote (RULES S32)."""
    home = tmp_path / "deep" / "new"
    prepare_home(home)
    (home / "ledger.db").touch()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (home, *home.iterdir())}
    assert modes == {"new": 0o700, "models": 0o700, "backups": 0o700, "ledger.db": 0o600}


def test_preparing_twice_changes_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    prepare_home(home)
    (home / "models" / "kept").touch()
    prepare_home(home)
    assert (home / "models" / "kept").exists()


def test_a_folder_that_was_there_keeps_its_mode(tmp_path: Path) -> None:
    """`--home .` must not change who can read somebody's project folder; doctor speaks of it."""
    tmp_path.chmod(0o755)
    prepare_home(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_file_as_home_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.touch()
    with pytest.raises(SettingsError, match=r"notes\.txt is a file; give --home a folder, such as"):
        home_folder(str(file))


def test_a_home_whose_name_is_no_text_is_refused() -> None:
    with pytest.raises(SettingsError, match="not UTF-8"):
        home_folder("/tmp/h\udcff")


def test_a_home_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match=r"cannot make the home folder .*--home"):
        prepare_home(tmp_path / "file" / "home")


@pytest.mark.parametrize("refusing", ["mkdir", "access"])
def test_a_home_that_cannot_be_written_is_refused(refusing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As root no folder refuses, so the system's two ways of saying no are played here."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    if refusing == "mkdir":
        monkeypatch.setattr(Path, "mkdir", refuse)
    else:
        monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(SettingsError, match=r"home folder .*--home"):
        prepare_home(tmp_path / "home")
