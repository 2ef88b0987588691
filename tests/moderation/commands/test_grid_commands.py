"""`klankbord grid` and `klankbord action tap`: out as a file and in again, taken back, and what was said of an action."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from listener.ledger.ledger import open_ledger
from listener.model.analysis import AnalysisStep
from listener.model.issue import NewIssue
from listener.settings.home import prepare_home
from listener.settings.resources import shipped_text
from moderation.cli import klankbord
from moderation.ledger.actions import ActionLedger
from moderation.ledger.tap import TapLedger
from moderation.model.action import NewAction
from moderation.model.tap import TapLook
from tests.moderation.reports.test_tap_looks import CLOSED

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(klankbord, ["--home", str(home), *words])


@pytest.fixture(scope="module")
def new_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one done action that was looked at."""
    home = tmp_path_factory.mktemp("grid") / "home"
    prepare_home(home)
    (home / "klankbord.yaml").write_text("brands: [{name: Stroomwerk}]\nreport: {cost_per_contact: 7.5}\n", encoding="utf-8")
    with open_ledger(f"sqlite:///{home / 'ledger.db'}") as ledger:
        new = NewIssue(temporary_id=-1, title="kaart", created_at=AT)
        ledger.analyses.save(AnalysisStep(at=AT, new_issues=(new,)))
        actions = ActionLedger(ledger.engine)
        made = NewAction(issue_id=1, owner="bea", due_on=date(2026, 3, 20), change="kaart", done_when="kaart loopt")
        action = actions.add(made, by="anna", at=AT)
        actions.finish(action.action_id, {"nl": "klaar"}, by="anna", at=AT)
        look = TapLook(action_id=action.action_id, done_at=AT, week="2026-W16", at=AT + timedelta(weeks=6), effect=CLOSED)
        assert TapLedger(ledger.engine).keep(look)
    return home


@pytest.fixture
def home(new_home: Path, tmp_path: Path) -> Path:
    shutil.copytree(new_home, tmp_path / "home")
    return tmp_path / "home"


def test_a_grid_goes_out_comes_in_changed_and_is_taken_back(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "grid.yaml"
    assert run(home, "grid", "export", str(file)).exit_code == 0
    assert yaml.safe_load(file.read_text(encoding="utf-8")) == yaml.safe_load(shipped_text("grid.yaml"))
    assert "is there already" in str(run(home, "grid", "export", str(file)).exception)
    file.write_text(file.read_text(encoding="utf-8").replace("Iets werkt niet", "Storing"), encoding="utf-8")
    assert run(home, "grid", "import", str(file), "--as", "anna").exit_code == 0
    assert "Storing" in run(home, "grid", "show").output
    (change,) = json.loads(run(home, "grid", "history", "--json").output)
    assert (change["verb"], change["made_by"]) == ("import", "anna")
    assert run(home, "grid", "undo", "--as", "bea").exit_code == 0
    assert "Storing" not in run(home, "grid", "show").output
    file.write_text("types: []\n", encoding="utf-8")
    refused = run(home, "grid", "import", str(file), "--as", "anna")
    assert refused.exit_code != 0
    assert "grid.yaml" in str(refused.exception)


def test_what_was_said_of_an_action_is_read_back_in_words_and_as_figures(home: Path) -> None:
    said = run(home, "action", "tap", "1").output
    assert "2026-W16 The tap is closed. 10% of the contacts that were to be expected still come" in said
    assert "At € 7.50 a contact that is about € 678" in said
    (kept,) = json.loads(run(home, "action", "tap", "1", "--json").output)
    assert kept["effect"]["left"] == {"best": 0.1, "low": 0.05, "high": 0.2}
    assert "The tap is closed." in run(home, "action", "show", "1").output
    assert "closed" in run(home, "action", "list").output
    assert run(home, "action", "tap", "9").exit_code != 0


def test_an_empty_week_has_no_shares(home: Path) -> None:
    told = run(home, "grid", "count", "--arrived").output
    assert "Of 0 contacts too few (0) arrived where preferred" in told
    assert json.loads(run(home, "grid", "count", "--arrived", "--json").output)["contacts"] == 0
