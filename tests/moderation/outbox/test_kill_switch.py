"""The kill switch works when other things do not."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from moderation.cli import klankbord
from tests.fakes.desk import MORNING, Desk


def test_it_says_who_stopped(desk: Desk) -> None:
    assert desk.outbox.stopped() == ""
    desk.outbox.stop("bram")
    (desk.home / "outbox.stop").unlink()
    assert desk.outbox.stopped() == "bram"
    desk.outbox.resume("bram")
    assert desk.outbox.stopped() == ""


def test_a_switch_that_cannot_be_read_counts_as_pressed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the two mistakes, silence is the one that can be mended."""

    def broken(_self: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "lstat", broken)
    assert "cannot be read" in desk.switch.stopped()


def test_a_dangling_link_is_a_file_too(desk: Desk) -> None:
    (desk.home / "outbox.stop").symlink_to("nowhere")
    assert desk.outbox.stopped()


def test_the_file_stops_even_when_the_flag_cannot_be_written(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk must not keep anybody from stopping."""

    def full(**_named: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(desk.switch._flag, "set_stop", full)
    with pytest.raises(OSError, match="no space"):
        desk.switch.stop("bram", at=MORNING)
    assert desk.switch.stopped()


@pytest.mark.parametrize("broken", ["klankbord.yaml", "ledger.db"])
def test_the_command_stops_even_on_a_home_that_is_broken(tmp_path: Path, broken: str) -> None:
    """Settings with a slip of the pen or a damaged ledger must not keep anybody from stopping a service that runs."""
    (tmp_path / broken).write_text("]: no settings, no database\n" * 100, encoding="utf-8")
    told = CliRunner().invoke(klankbord, ["--home", str(tmp_path), "outbox", "stop"])
    assert told.exit_code != 0  # the ledger's half was not pressed
    assert "Sending is stopped" in told.output
    assert (tmp_path / "outbox.stop").exists()


UNTYPED = ((), ("--yes",), ("--name", "Stroomwerk"), ("--yes", "--name", "stroomwerk"), ("--yes", "--name", "Zoemvolt"))


@pytest.mark.parametrize("words", [("killswitch", "off"), ("outbox", "resume"), ("restore", "backup.db")])
def test_what_may_let_posts_leave_wants_yes_and_the_brand_typed(tmp_path: Path, words: tuple[str, ...]) -> None:
    """S34: with two homes open in two windows, the name says which one is meant."""
    (tmp_path / "klankbord.yaml").write_text("brands: [{name: Stroomwerk}]\nsources: []\n", encoding="utf-8")

    def run(*more: str) -> Result:
        return CliRunner().invoke(klankbord, ["--home", str(tmp_path), *more])

    assert run("killswitch", "on").exit_code == 0
    kept = run("backup")
    assert kept.exit_code == 0, kept.output
    backup = next((tmp_path / "backups").glob("*.db*"))
    asked = [str(backup) if word == "backup.db" else word for word in words]
    for more in UNTYPED:
        told = run(*asked, *more)
        assert told.exit_code != 0
        assert "--yes --name Stroomwerk" in str(told.exception)
    assert (tmp_path / "outbox.stop").exists()
    done = run(*asked, "--yes", "--name", "Stroomwerk")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "outbox.stop").exists() is (words[0] == "restore")
