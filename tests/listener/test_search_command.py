"""`klankbord search`: finds by words without the model, says how to ask again, and prints what a script can read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from listener.cli import listener_group
from listener.errors import InputError
from listener.ledger.ledger import open_ledger
from tests.listener.ledger.making import add, analyse, mention


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once: nothing below changes it."""
    made = tmp_path_factory.mktemp("search") / "home"
    made.mkdir(mode=0o700)
    (made / "klankbord.yaml").write_text("brands:\n- name: Stroomwerk\n", encoding="utf-8")
    with open_ledger(f"sqlite:///{made / 'ledger.db'}") as ledger:
        add(
            ledger,
            mention("1", "Weer geen stroom in de Vogelbuurt"),
            mention("2", "De app is\x1b[31m stuk"),
            mention("3", "stroom is terug"),
        )
        analyse(ledger)
    return made


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(listener_group, ["--home", str(home), "search", *words], catch_exceptions=True)


def test_words_are_found_newest_first(home: Path) -> None:
    told = run(home, "stroom")
    assert told.exit_code == 0
    assert told.output.index("stroom is terug") < told.output.index("Vogelbuurt")
    assert "app" not in told.output
    assert "there are more" not in told.output


def test_a_script_reads_the_same(home: Path) -> None:
    answer = json.loads(run(home, "geen", "str*", "--json").output)
    assert [one["text"] for one in answer["found"]] == ["Weer geen stroom in de Vogelbuurt"]
    assert answer["found"][0]["issue_id"] is not None
    assert answer["more"] is False


def test_narrowing_leaves_out_the_rest(home: Path) -> None:
    assert "Nothing found." in run(home, "stroom", "--platform", "x").output
    assert "Vogelbuurt" in run(home, "stroom", "--platform", "reddit", "--brand", "Stroomwerk", "--language", "nl").output


def test_no_word_at_all_is_the_askers_mistake(home: Path) -> None:
    told = run(home, '"')
    assert isinstance(told.exception, InputError)


def test_a_terminal_is_not_obeyed_and_more_than_asked_for_is_said(home: Path) -> None:
    told = run(home, "de*", "--most", "1").output
    assert "\x1b" not in told
    assert run(home, "storing", "--most", "1").output.count("there are more") == 1
