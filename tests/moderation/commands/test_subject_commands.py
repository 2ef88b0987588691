"""`klankbord subject`: nothing goes without being typed twice, and what is printed says what was done and what was not."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from listener.errors import InputError
from listener.ledger.ledger import open_ledger
from listener.model.mention import Author, Kept
from listener.settings.home import prepare_home
from moderation.cli import klankbord
from tests.listener.ledger.making import HIT, NOON, mention

CANARY = Author(platform="forum", realm="forum.example", native_id="u-77", name="Kanarie Vogel")


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(klankbord, ["--home", str(home), "subject", *words])


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the person spoke, and somebody else named them."""
    home = tmp_path_factory.mktemp("subject") / "home"
    prepare_home(home)
    (home / "klankbord.yaml").write_text("brands: [{name: Stroomwerk}]\n", encoding="utf-8")
    said = replace(mention("1", "hij doet het weer niet"), author=CANARY)
    with open_ledger(f"sqlite:///{home / 'ledger.db'}") as ledger:
        page = [Kept(mention=one, hits=(HIT,)) for one in (said, mention("2", "Kanarie Vogel heeft gelijk"))]
        ledger.mentions.add_page(page, source="forum", next_cursor=None, at=NOON)
    return home


@pytest.fixture
def home(filled: Path, tmp_path: Path) -> Path:
    shutil.copytree(filled, tmp_path / "home")
    return tmp_path / "home"


def texts(home: Path) -> list[str]:
    with open_ledger(f"sqlite:///{home / 'ledger.db'}") as ledger:
        return sorted(one.mention.text for one in ledger.mentions.latest())


@pytest.mark.parametrize("account", ["kanarie vogel", "@Kanarie Vogel", "u-77", "forum/forum.example/u-77"])
def test_a_person_is_found_by_name_or_id(home: Path, account: str) -> None:
    """Whoever asks writes their name as they see it on the platform."""
    told = json.loads(run(home, "find", "forum", account, "--json").output)
    assert told["subject"]["keys"] == [CANARY.key]
    assert {one["place"]: one["things"] for one in told["standing"]}["messages"] == 1
    assert told["named_by_others"] == [2]


@pytest.mark.parametrize("account", ["vogel", "u-7", "%", ""])
def test_a_part_of_a_name_is_nobody(home: Path, account: str) -> None:
    """A wrong person handed over or erased is worse than nobody found."""
    done = run(home, "find", "forum", account)
    assert isinstance(done.exception, InputError)
    assert "Nothing is kept of" in str(done.exception)


@pytest.mark.parametrize("more", [(), ("--yes",), ("--name", "u-77"), ("--yes", "--name", "u-7")])
def test_nothing_goes_unless_it_is_typed_twice(home: Path, more: tuple[str, ...]) -> None:
    """It cannot be taken back (RULES S34)."""
    run(home, "erase", "forum", "u-77", *more)
    assert texts(home) == ["Kanarie Vogel heeft gelijk", "hij doet het weer niet"]


def test_erased_with_a_receipt_that_names_nobody(home: Path) -> None:
    """What is printed is what the person gets to see, and what is left to look at is said."""
    done = run(home, "erase", "forum", "u-77", "--yes", "--name", "u-77", "--as", "anna")
    assert done.exit_code == 0, done.output
    assert "Receipt 1: erase" in done.output
    assert "messages of others" in done.output.lower()
    assert texts(home) == ["Kanarie Vogel heeft gelijk"]
    (receipt,) = json.loads(run(home, "receipts", "--json").output)
    assert receipt["digest"] in done.output
    assert "u-77" not in json.dumps(receipt)
    assert isinstance(run(home, "find", "forum", "u-77").exception, InputError)


def test_whoever_objects_is_kept_out_before_they_were_ever_here(home: Path) -> None:
    """A name that we do not know cannot be told from others; a whole key can."""
    assert isinstance(run(home, "object", "forum", "somebody").exception, InputError)
    assert run(home, "object", "forum", "forum/forum.example/new").exit_code == 0
    with open_ledger(f"sqlite:///{home / 'ledger.db'}") as ledger:
        new = replace(mention("9", "nieuw"), author=replace(CANARY, native_id="new"))
        assert ledger.mentions.add_page([Kept(mention=new, hits=(HIT,))], source="forum", next_cursor=None, at=NOON).new == 0


def test_whoever_changes_their_mind_is_read_again(home: Path) -> None:
    """Nothing changes unless it is typed twice; what is printed says who, since when, and what stays as it is."""
    gone = run(home, "allow", "forum", "u-77")
    assert isinstance(gone.exception, InputError)
    assert "is not kept out" in str(gone.exception)
    run(home, "erase", "forum", "u-77", "--yes", "--name", "u-77")
    shown = run(home, "allow", "forum", CANARY.key)
    assert f"{CANARY.key}: erased, kept out since" in shown.output
    assert json.loads(run(home, "allow", "forum", CANARY.key, "--json").output)["erased"] is True
    for typed in ((), ("--name", "u-77")):
        assert isinstance(run(home, "allow", "forum", CANARY.key, "--yes", *typed).exception, InputError)
    assert run(home, "allow", "forum", CANARY.key).output == shown.output, "nothing was changed yet"
    done = run(home, "allow", "forum", CANARY.key, "--yes", "--name", CANARY.key, "--as", "anna")
    assert done.exit_code == 0, done.output
    assert "Receipt 2: allow" in done.output
    assert "stay out; name each" in done.output
    assert "u-77" not in done.output + run(home, "receipts", "--json").output
    assert isinstance(run(home, "allow", "forum", CANARY.key).exception, InputError)
    with open_ledger(f"sqlite:///{home / 'ledger.db'}") as ledger:
        new = replace(mention("9", "nieuw"), author=CANARY, posted_at=datetime.now(UTC) + timedelta(days=1))
        assert ledger.mentions.add_page([Kept(mention=new, hits=(HIT,))], source="forum", next_cursor=None, at=NOON).new == 1
    assert texts(home) == ["Kanarie Vogel heeft gelijk", "nieuw"]


def test_an_export_never_takes_the_place_of_a_file(home: Path, tmp_path: Path) -> None:
    """Neither of its two files, and no half of it stays."""
    (tmp_path / "theirs.txt").write_text("mine")
    done = run(home, "export", "forum", "u-77", "--out", str(tmp_path / "theirs.json"))
    assert isinstance(done.exception, InputError)
    assert not (tmp_path / "theirs.json").exists()
    assert (tmp_path / "theirs.txt").read_text() == "mine"
    assert run(home, "export", "forum", "u-77", "--out", str(tmp_path / "other.json")).exit_code == 0
    assert "hij doet het weer niet" in (tmp_path / "other.txt").read_text()


def test_a_request_is_noted_told_of_and_ended_from_the_command_line(home: Path) -> None:
    """Each line says until when; what is late makes `doctor` fail."""
    assert "answer by" in run(home, "request", "add", "access", "forum", "u-77").output
    late = run(home, "request", "add", "rectify", "forum", "u-77", "--received", "2020-01-31", "--json")
    assert json.loads(late.output)["due_at"] == "2020-02-29T23:00:00+00:00"
    listed = run(home, "request", "list").output
    assert listed.index("rectify") < listed.index("access"), "what is due first stands on top"
    assert "LATE" in listed
    doctor = CliRunner().invoke(klankbord, ["--home", str(home), "doctor", "--json"])
    (told,) = [one for one in json.loads(doctor.output) if one["what"] == "requests about data"]
    assert (told["level"], "2020-02-29" in told["detail"]) == ("fail", True)
    refused = run(home, "request", "refuse", "2", "--why", "klopt al")
    assert "supervisory authority" in refused.output
    extended = run(home, "request", "extend", "1", "--why", "veel gesprekken")
    assert "Tell the person so now" in extended.output
    assert [one["ending"] for one in json.loads(run(home, "request", "list", "--all", "--json").output)] == ["", "refused"]
    assert isinstance(run(home, "request", "done", "2", "--why", "x").exception, InputError)
    assert isinstance(run(home, "request", "done", str(2**64), "--why", "x").exception, InputError)


def test_who_waits_for_a_copy_is_not_erased_before_they_have_it(home: Path, tmp_path: Path) -> None:
    """Nothing could be handed over any more; whoever erases is told what to do first."""
    run(home, "request", "add", "access", "forum", "u-77")
    done = run(home, "erase", "forum", "u-77", "--yes", "--name", "u-77")
    assert isinstance(done.exception, InputError)
    assert "request 1" in str(done.exception)
    assert len(texts(home)) == 2
    run(home, "export", "forum", "u-77", "--out", str(tmp_path / "theirs.json"))
    assert run(home, "erase", "forum", "u-77", "--yes", "--name", "u-77").exit_code == 0
    assert len(texts(home)) == 1
