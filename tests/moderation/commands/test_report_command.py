"""`klankbord report`: a week told at a terminal, and written to files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from listener.errors import InputError
from moderation.cli import klankbord
from tests.fakes.week_home import SETTINGS, week_home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with four weeks in it, closed again."""
    folder = tmp_path_factory.mktemp("report") / "home"
    with week_home(folder):
        pass
    (folder / "klankbord.yaml").write_text(json.dumps(SETTINGS), encoding="utf-8")
    return folder


def run(home: Path, *arguments: str) -> str:
    done = CliRunner().invoke(klankbord, ["--home", str(home), "report", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_a_week_is_printed_and_written_to_files_in_one_language(home: Path, tmp_path: Path) -> None:
    assert "Wat doet het meest pijn?" in run(home, "--week", "2026-W14")
    files = {name: tmp_path / f"week.{name}" for name in ("html", "pdf", "md")}
    run(home, "--week", "2026-W14", "--language", "en", *(part for name, file in files.items() for part in (f"--{name}", str(file))))
    assert files["pdf"].read_bytes().startswith(b"%PDF")
    assert "What hurts most?" in files["html"].read_text(encoding="utf-8")
    assert files["md"].read_text(encoding="utf-8").startswith("# Weekly report for")
    assert json.loads(run(home, "--week", "2026-W14", "--json"))["period"] == "2026-W14"
    assert "week 12 (2026)" in run(home, "--week-of", "2026-03-24")


@pytest.mark.parametrize(("week", "says"), [("2027-W53", "There is no week 2027-W53"), ("2099-W01", "has not begun")])
def test_a_week_that_there_is_not_is_said(home: Path, week: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        run(home, "--week", week)


def test_a_file_that_cannot_be_written_is_named(home: Path, tmp_path: Path) -> None:
    """A mistyped folder is the commonest mistake; a trace would help nobody."""
    nowhere = tmp_path / "nowhere" / "week.html"
    done = CliRunner().invoke(klankbord, ["--home", str(home), "report", "--week", "2026-W14", "--html", str(nowhere)])
    assert isinstance(done.exception, InputError)
    assert str(done.exception) == f"{nowhere} cannot be written: No such file or directory."
