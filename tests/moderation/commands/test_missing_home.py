"""A home that is not there: commands that look say so, and none of them makes one. The kill switch needs nothing all the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from listener.errors import InputError
from moderation.cli import klankbord

LOOKING = (
    "subject find reddit kim",
    "subject export reddit kim --out kim.json",
    "subject request list",
    "retention show",
    "audit verify",
    "killswitch show",
    "inbox list",
    "outbox list",
    "status list",
    "report",
    "grid show",
    "person list",
    "deliver list",
    "account list",
    "account check",
    "backup",
)


@pytest.mark.parametrize("words", LOOKING)
def test_a_command_that_looks_names_the_missing_home(tmp_path: Path, words: str) -> None:
    """ "Nothing is kept of kim" must not be the answer to a slip of the pen: somebody would be told so."""
    missing = tmp_path / "hoem"
    ended = CliRunner().invoke(klankbord, ["--home", str(missing), *words.split()])
    assert isinstance(ended.exception, InputError)
    assert str(ended.exception).startswith(f"There is no home at {missing}.")
    assert not missing.exists()


def test_the_kill_switch_works_where_nothing_is_yet(tmp_path: Path) -> None:
    home = tmp_path / "home"
    ended = CliRunner().invoke(klankbord, ["--home", str(home), "killswitch", "on"])
    assert ended.exit_code == 0, ended.output
    assert (home / "outbox.stop").exists()
