"""`klankbord inbox` works through the queue: each act says how it is taken back, and many at once are announced first."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from click.testing import CliRunner, Result

from moderation.cli import klankbord
from tests.fakes.desk import mention, open_desk


class Home:
    """Runs commands on one home with three people who wait: cases 1, 2 and 3."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "klankbord.yaml").write_text("outbox:\n  account: 'simulated:stroomloket'\n", encoding="utf-8")
        with open_desk(folder, start=datetime.now(UTC) - timedelta(hours=1)) as desk:
            start = desk.clock.now()
            desk.hear(*(mention(str(number), posted_at=start - timedelta(hours=3 - number)) for number in range(3)))

    def run(self, *words: str, who: str = "bea") -> Result:
        asks = () if words[0] == "show" else ("--as", who)
        return CliRunner().invoke(klankbord, ["--home", str(self.folder), "inbox", *words, *asks])

    def waiting(self, who: str = "bea") -> dict[int, str]:
        """Return who holds each case that is listed, in the order of the list."""
        return {one["case_id"]: one["holder"] for one in json.loads(self.run("list", "--json", who=who).output)}


def test_each_act_is_said_with_how_it_is_taken_back(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert list(home.waiting()) == [1, 2, 3]
    given = home.run("assign", "1", "--to", "cor")
    assert "Case 1 is with cor now. Take it back with: klankbord inbox undo 1" in given.output
    assert home.waiting()[1] == "cor"
    assert home.run("spam", "1").exit_code == 1, "cor holds it"
    assert "Taken back: case 1." in home.run("undo", "1").output
    assert home.waiting()[1] == ""
    home.run("snooze", "1", "--hours", "2")
    assert list(home.waiting()) == [2, 3]
    home.run("wake", "1")
    assert "Say how long" in str(home.run("snooze", "1").exception)
    home.run("not-ours", "2")
    home.run("spam", "3")
    home.run("close", "1", "--ending", "no_answer_needed")
    assert home.waiting() == {}


def test_many_at_once_are_announced_and_then_done(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.run("claim", "3", who="cor")
    said = home.run("bulk", "not-ours", "1", "2", "3")
    assert "Would not-ours 3 conversations: 1, 2, 3. Do it with --yes." in said.output
    assert len(home.waiting()) == 3
    done = home.run("bulk", "not-ours", "1", "2", "3", "--yes")
    assert "Done: 2 of 3." in done.output
    assert "Left: Case 3 is held by cor." in done.output
    assert list(home.waiting()) == [3]
    assert "Taken back: case 1, case 2." in home.run("undo", "2").output
    assert len(home.waiting()) == 3


def test_what_comes_next_is_what_waits_longest(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert json.loads(home.run("next", "--json").output)["summary"]["case_id"] == 1
    home.run("claim", "1", who="cor")
    assert json.loads(home.run("next", "--json").output)["summary"]["case_id"] == 2
