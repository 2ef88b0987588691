"""`klankbord inbox note, ask, answer, contacts, join, unjoin, end, export`: the same workflows as the page."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from click.testing import CliRunner, Result

from moderation.cli import klankbord
from tests.fakes.desk import mention, open_desk
from tests.moderation.conversation.conftest import writer, wrote

ORDER = "Mijn bestelnummer is 20-114477 en er komt niets."


def test_a_conversation_is_worked_on_by_command(tmp_path: Path) -> None:
    (tmp_path / "klankbord.yaml").write_text("outbox:\n  account: 'simulated:stroomloket'\n", encoding="utf-8")
    then = datetime.now(UTC) - timedelta(hours=1)
    with open_desk(tmp_path, start=then) as desk:
        desk.hear(
            wrote("1", ORDER, writer("Merel"), posted_at=then),
            wrote("2", ORDER, writer("merel", platform="mastodon", realm="toet.example"), posted_at=then),
            mention("3", "Los hiervan", posted_at=then),
        )

    def run(*words: str, who: str = "anna") -> Result:
        asks = () if words[0] in ("contacts", "export") else ("--as", who)
        return CliRunner().invoke(klankbord, ["--home", str(tmp_path), "inbox", *words, *asks])

    def must(*words: str, who: str = "anna") -> str:
        done = run(*words, who=who)
        assert done.exit_code == 0, done.output
        return done.output

    assert "the customer never sees it" in must("note", "1", "--text", "Belt morgen terug")
    assert "Question 1 waits for team techniek" in must("ask", "1", "--whom", "team techniek", "--text", "Bekend?")
    assert "anna sees your answer on case 1" in must("answer", "1", "--text", "Ja", who="bram")
    assert run("answer", "1", "--text", "Nee").exit_code == 1
    offered = json.loads(must("contacts", "1", "--json"))
    assert [one["contact"]["case_id"] for one in offered["suggestions"]] == [2]
    before = must("export", "1")
    assert "inbox unjoin 1 1" in must("join", "1", "case-2")
    assert "Join 1 by anna stands" in must("contacts", "1")
    assert run("join", "1", "case-3").exit_code == 1
    must("unjoin", "1", "1")
    assert must("export", "1") == before
    assert run("end", "1", "--how", "resolved_by_fix").exit_code == 1
    assert "Case 1 ended: no_answer_needed" in must("end", "1", "--how", "no_answer_needed")
    assert run("note", "99", "--text", "x").exit_code == 1
