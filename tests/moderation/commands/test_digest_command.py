"""`klankbord digest` without a service: the same digest as the page and the service give."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from moderation.cli import klankbord


def told(home: Path, *words: str) -> str:
    ended = CliRunner().invoke(klankbord, ["--home", str(home), *words])
    assert ended.exit_code == 0, ended.output
    return ended.stdout


def test_the_digest_of_a_command_says_what_we_did_as_well(tmp_path: Path) -> None:
    """It did so only while a service ran: two digests of one morning differed. A file's name is the same in every language."""
    told(tmp_path, "killswitch", "on")
    assert "Versturen staat stil, gestopt door outbox.stop." in told(tmp_path, "digest")
    assert "Sending stands still, stopped by outbox.stop." in told(tmp_path, "digest", "--language", "en", "--markdown")
    (further,) = json.loads(told(tmp_path, "digest", "--json"))["further"]
    assert further["heading"]["en"] == "What we said, asked and did"
