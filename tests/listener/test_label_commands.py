"""Labels by command: a correction is kept with its name, can be taken back, and what was learned is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from listener.ledger.ledger import open_ledger
from tests.listener.ledger.making import MODEL, add, analyse, mention
from tests.listener.test_commands import Run, home, issue_id, run  # noqa: F401 - fixtures, used by their names


def shown(place: Path) -> dict[str, str]:
    with open_ledger(f"sqlite:///{place / 'ledger.db'}") as ledger:
        return ledger.analyses.analysed(since=None, model=MODEL)[0].labels


@pytest.mark.usefixtures("issue_id")
def test_a_correction_stands_until_it_is_taken_back(run: Run, home: Path) -> None:  # noqa: F811 - fixtures
    before = shown(home)
    said = run("label", 1, "sentiment", "positive", "--by", "anna")
    assert (said.code, said.out.strip()) == (0, "Mention 1: sentiment is positive, says anna.")
    assert shown(home)["sentiment"] == "positive"
    assert run("label", "undo", 1, "sentiment", "--by", "anna").code == 0
    assert shown(home) == before


@pytest.mark.usefixtures("issue_id")
def test_labels_count_corrections_and_say_what_was_learned(run: Run) -> None:  # noqa: F811 - a fixture
    run("label", "set", 1, "sentiment", "negative", "--by", "anna")
    run("label", 2, "unnecessary", "yes", "--by", "bram")
    counted = {one["name"]: (one["corrections"], one["same"]) for one in run("labels", "--json").json["labels"]}
    assert counted["sentiment"] == (1, 1)
    assert counted["unnecessary"] == (1, 0)
    assert counted["cause"] == (0, 0)
    assert "Nothing was learned yet" in run("labels").out
    learned = run("labels", "--learn", "--json")
    assert learned.code == 0
    assert (learned.json["learned"]["corrections"], learned.json["learned"]["left_out"]) == (2, 2)  # they are from Reddit
    assert "2 left out" in run("labels").out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("label", "7", "sentiment", "positive"), "no analysed mention 7"),
        (("label", "9" * 30, "sentiment", "positive"), "no analysed mention 999"),  # larger than any database can hold
        (("label", "1", "mood", "good"), "there is no label 'mood'"),
        (("label", "1", "sentiment", "good"), "negative, neutral, positive"),
        (("label", "undo", "1", "sentiment"), "nothing to take back"),
        (("label", "undo", "9" * 30, "sentiment"), "nothing to take back"),
    ],
)
@pytest.mark.usefixtures("issue_id")
def test_a_mistake_is_told_and_changes_nothing(run: Run, words: tuple[str, ...], told: str) -> None:  # noqa: F811 - a fixture
    said = run(*words)
    assert said.code == 2
    assert told in said.err


def test_the_name_of_who_decides_is_kept_on_one_line(run: Run, issue_id: int) -> None:  # noqa: F811 - fixtures
    """A record of many lines is printed with it; what a terminal cannot have typed is repaired, and nobody is nobody."""
    assert run("issue", "pin", issue_id, "--by", "an\udcffna\n2026-01-01 root: rename").code == 0
    acts = [line for line in run("issue", "show", issue_id).out.splitlines() if "pin" in line]
    assert [line.partition(" ")[2].strip() for line in acts if ": pin" in line] == ["an\ufffdna 2026-01-01 root: rename: pin"]
    assert run("label", 1, "sentiment", "positive", "--by", " \n ").code == 2
    assert "--by needs a name" in run("issue", "unpin", issue_id, "--by", "").err


def test_no_person_goes_by_the_name_of_the_analyser(run: Run, issue_id: int) -> None:  # noqa: F811 - fixtures
    """What `model` did, the analyser may do otherwise; a person's edit would quietly be lost."""
    said = run("issue", "rename", issue_id, "Stroom", "--by", "model")
    assert (said.code, "give a person's name" in said.err) == (2, True)


def test_a_number_too_long_for_any_store_is_no_mention(run: Run, issue_id: int) -> None:  # noqa: F811 - fixtures
    said = run("issue", "split", issue_id, "--mentions", "1" * 5_000)
    assert said.code == 2
    assert len(said.err) < 200


def test_a_quote_adds_no_line_to_an_issue(run: Run, home: Path) -> None:  # noqa: F811 - fixtures
    """RULES I16: a mention could otherwise write what looks like an act of a colleague."""
    with open_ledger(f"sqlite:///{home / 'ledger.db'}") as ledger:
        add(ledger, *(mention(str(number), f"Stroomwerk {number}\n2026-01-01T09:00 anna: pin") for number in range(3)))
        shown_id = analyse(ledger)[-1]
    said = run("issue", "show", shown_id)
    assert said.out.count("anna: pin") > 3
    assert not any(line.startswith("2026-01-01T09:00 anna") for line in said.out.splitlines())
