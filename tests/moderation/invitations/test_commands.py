"""`klankbord invite`: what a person sees and does from the command line, on a home of its own."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from listener.clock import ManualClock
from listener.model.mention import BrandHit, Kept
from listener.settings.load import load_settings
from moderation.bootstrap import desk_on
from moderation.cli import klankbord
from moderation.settings import KlankbordSettings
from tests.fakes.invited import said

SETTINGS = """\
brands: [{name: Stroomwerk, handles: ['@stroomwerk']}]
public: {base_url: 'https://klankbord.example'}
invitations: {from_hour: 0, to_hour: 24}
"""


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(klankbord, ["--home", str(home), "invite", *words])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home where one conversation ended four days ago."""
    (tmp_path / "klankbord.yaml").write_text(SETTINGS, encoding="utf-8")
    ago = datetime.now(UTC) - timedelta(days=4)
    clock = ManualClock(ago)
    with desk_on(tmp_path, load_settings(tmp_path, KlankbordSettings), clock) as desk:
        hit = BrandHit(brand="Stroomwerk", directed=True, terms=("stroomwerk",))
        desk.ledger.mentions.add_page([Kept(mention=said("1", posted_at=ago), hits=(hit,))], source="feed", next_cursor=None, at=ago)
        clock.advance(timedelta(minutes=11))
        desk.open_cases()
        (row,) = desk.cases.rows()
        desk.cases.close(row.case_id, "anna", row.version, at=clock.now())
    return tmp_path


def test_deciding_by_command_asks_in_shadow_and_says_why(home: Path) -> None:
    told = run(home, "decide")
    assert told.exit_code == 0, told.output
    assert "1 new events; 1 to ask" in told.output
    again = run(home, "decide")
    assert "0 new events; 0 to ask" in again.output
    listed = run(home, "list", "--state", "asked")
    assert "Conversation" in listed.output
    assert "0.70 0.60 0.93" in listed.output
    why = run(home, "why", "1", "--language", "nl")
    assert "+ Het gesprek is afgerond." in why.output
    assert "klacht" in why.output
    assert "shadow 1" in why.output


def test_lists_and_records_come_as_json_too(home: Path) -> None:
    assert json.loads(run(home, "decide", "--json").output)["asked"] == 1
    listed = json.loads(run(home, "list", "--json").output)
    assert listed["counts"] == {"asked": 1}
    assert listed["decisions"][0]["decision"]["motivation"] == 0.7
    assert json.loads(run(home, "why", "1", "--json").output)[0]["event"]["kind"] == "conversation_closed"
    assert json.loads(run(home, "quiet", "--json").output)[0]["hours"] == 48.0


@pytest.mark.parametrize("form", ["html", "markdown", "bbcode", "text"])
def test_the_standing_text_comes_in_every_form_with_one_lasting_link(home: Path, form: str) -> None:
    first, second = run(home, "snippet", "--format", form, "--language", "en"), run(home, "snippet", "--format", form, "--language", "en")
    assert first.exit_code == 0, first.output
    assert first.output == second.output
    assert first.output.count("https://klankbord.example/") == 3


def test_without_an_address_it_says_what_to_set(tmp_path: Path) -> None:
    (tmp_path / "klankbord.yaml").write_text("brands: [{name: Stroomwerk}]\n", encoding="utf-8")
    told = run(tmp_path, "snippet")
    assert told.exit_code != 0
    assert "public.base_url" in str(told.exception)


def test_an_unknown_event_is_a_wrong_input(home: Path) -> None:
    assert "klankbord invite list" in str(run(home, "why", "77").exception)
