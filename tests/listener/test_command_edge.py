"""The outermost edge of the command line: no traceback, no message that a terminal would obey, the documented exit codes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
import pytest

from listener.cli import listener_group, run_group
from listener.commands.place import print_json
from listener.text.shorten import terminal_safe

HOSTILE = "\x1b[31mred \x1b]8;;https://evil.example\x07link\x1b]8;;\x07 \u202egnp \x9b31m \x7f"


def outcome(monkeypatch: pytest.MonkeyPatch, *words: str, group: click.Group = listener_group) -> int:
    """Run a command line and return its exit code."""
    monkeypatch.setattr(sys, "argv", ["klankbord", *words])
    with pytest.raises(SystemExit) as ended:
        run_group(group)
    return int(ended.value.code or 0)


def test_words_of_a_file_in_an_error_do_not_reach_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "posts.csv"
    file.write_text(f"{HOSTILE},b\n1,2\n", encoding="utf-8")
    assert outcome(monkeypatch, "--home", str(tmp_path / "home"), "import", str(file)) == 2
    told = capsys.readouterr().err
    assert "which column holds the text" in told
    assert told == terminal_safe(told)


@pytest.mark.parametrize(
    "words",
    [
        ("issues", "--as-of", "0001-01-01"),
        ("issues", "--as-of", "9999-12-31T23:59:59-23:00"),
        ("digest", "--hours", "nan"),
    ],
)
def test_a_moment_or_a_number_beyond_reason_is_wrong_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    assert outcome(monkeypatch, "--home", str(tmp_path / "home"), *words) == 2


LOOKING = (
    ("sources",),
    ("issues",),
    ("signals",),
    ("labels",),
    ("digest",),
    ("search", "storing"),
    ("query", "test", "storing"),
    ("unreadable",),
    ("rebuild",),
    ("model",),
)


@pytest.mark.parametrize("words", LOOKING)
def test_a_home_that_is_not_there_is_said_to_be_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    """After a slip of the pen in --home "nothing was collected" reads like an answer, and an empty home stands there for ever."""
    missing = tmp_path / "hoem"
    assert outcome(monkeypatch, "--home", str(missing), *words) == 2
    told = capsys.readouterr()
    assert not told.out
    assert f"There is no home at {missing}. `klankbord init` makes one there" in told.err
    assert not missing.exists()


def test_an_import_may_be_the_first_thing_in_a_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "posts.csv"
    file.write_text("id,text,posted\n1,Geen stroom,2026-03-01\n", encoding="utf-8")
    named = ("--map", "id=id", "--map", "text=text", "--map", "posted_at=posted")
    home = tmp_path / "home"
    monkeypatch.setattr(sys, "argv", ["klankbord", "--home", str(home), "import", str(file), *named, "--platform", "x", "--no-analyse"])
    run_group(listener_group)
    assert (home / "ledger.db").is_file()


@pytest.mark.parametrize("error", [RuntimeError("een klant schreef dit"), PermissionError(13, "Permission denied", "/some/file")])
def test_a_mistake_of_ours_shows_no_trace_and_no_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    @click.command("fail")
    def fail() -> None:
        raise error

    assert outcome(monkeypatch, "fail", group=click.Group(commands=[fail])) == 1
    told = capsys.readouterr().err
    assert told.startswith("klankbord: ")
    assert told.count("\n") == 1
    assert "een klant" not in told


def test_json_reads_back_the_same_and_holds_nothing_a_terminal_obeys(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"text": HOSTILE})
    told = capsys.readouterr().out
    assert json.loads(told) == {"text": HOSTILE}
    assert told == terminal_safe(told)
