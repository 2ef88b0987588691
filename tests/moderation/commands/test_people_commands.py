"""`klankbord person`, `team` and `token`: the first admin, and what takes something away (RULES S10, S30, S32, S34)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete

from listener.clock import SystemClock
from listener.ledger.ledger import open_ledger
from listener.ledger.transactions import writing
from listener.settings.home import prepare_home
from moderation.audit.chain import find_break
from moderation.cli import klankbord
from moderation.ledger.audit import AuditLedger
from moderation.ledger.tables import audit_line
from moderation.model.account import How
from moderation.model.person import Right, Role
from moderation.people_desk import PeopleDesk, people_desk
from tests.fakes.people import QUICK, SAID

SETTINGS = "brands: [{name: Stroomwerk, handles: ['@stroomwerk']}, {name: Zoemvolt, handles: ['@zoemvolt']}]\n"


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(klankbord, ["--home", str(home), *words])


def added(home: Path, *words: str) -> str:
    """Add a colleague and return the secret of the link that is printed."""
    told = run(home, "person", "add", *words)
    assert told.exit_code == 0, told.output
    return told.output.partition("token=")[2].strip()


@pytest.fixture(scope="module")
def new_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new home whose tables are made: that takes longer than a command."""
    home = tmp_path_factory.mktemp("people") / "home"
    prepare_home(home)
    (home / "klankbord.yaml").write_text(SETTINGS, encoding="utf-8")
    with open_ledger(f"sqlite:///{home / 'ledger.db'}"):
        pass
    return home


@pytest.fixture
def home(new_home: Path, tmp_path: Path) -> Path:
    shutil.copytree(new_home, tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def desk(home: Path) -> Iterator[PeopleDesk]:
    with open_ledger(f"sqlite:///{home / 'ledger.db'}") as ledger:
        yield people_desk(home, ledger, SystemClock(), brands=("Stroomwerk", "Zoemvolt"), hasher=QUICK)


def test_the_first_admin_is_made_here_and_there_is_no_other(home: Path, desk: PeopleDesk) -> None:
    """S10 (6.3.2): a new home knows nobody; the link that is printed lets its owner choose a password, once."""
    assert run(home, "person", "list", "--json").output.strip() == "[]"
    token = added(home, "Fenna de Wit", "--role", "admin")
    link = desk.sign_in.link(token)
    assert link is not None
    assert (link.name, link.trusted) == ("Fenna de Wit", True)
    (only,) = json.loads(run(home, "person", "list", "--json").output)
    assert (only["name"], only["role"], only["state"]) == ("Fenna de Wit", "admin", "invited")
    twice = run(home, "person", "add", "fenna  de WIT")
    assert (twice.exit_code, "another name" in str(twice.exception)) == (1, True)


UNSAFE = (
    ("person", "disable", "Bram Vos"),  # no --yes
    ("person", "disable", "bram vos", "--yes"),  # not the name as it is kept
    ("person", "role", "Bram Vos", "admin"),
    ("person", "end-sessions", "bram vos", "--yes"),
    ("person", "reset-second-step", "bram vos", "--yes"),
    ("team", "remove", "Webcare"),
    ("token", "revoke", "1", "Bram Vos"),
)


def test_what_takes_something_away_wants_yes_and_the_name_typed(home: Path, desk: PeopleDesk) -> None:
    """S34: a slip of the finger or of the shell's history does nothing."""
    bram = desk.manage.add("Bram Vos", Role.AGENT, by="machine")
    desk.manage.add_team("Webcare", by="machine")
    token, _ = desk.tokens.make(bram, "figures", frozenset({Right.READ}), by="Bram Vos")
    before = desk.manage.all()
    assert [words for words in UNSAFE if run(home, *words).exit_code == 0] == []
    assert desk.manage.all() == before
    assert [team.name for team in desk.manage.teams()] == ["Webcare"]
    assert desk.tokens.person(token) is not None


def test_a_colleague_is_changed_and_kept_out(home: Path, desk: PeopleDesk) -> None:
    added(home, "Fenna de Wit", "--role", "admin")
    added(home, "Bram Vos", "--brand", "Zoemvolt")
    for words in (
        ("person", "role", "Bram Vos", "approver", "--yes"),
        ("person", "brands", "bram vos", "--all"),
        ("team", "add", "Webcare"),
        ("team", "put", "Bram Vos", "Webcare"),
    ):
        assert run(home, *words).exit_code == 0, words
    bram = desk.manage.named("Bram Vos").person
    assert (bram.role.value, bram.brands, bram.teams) == ("approver", None, frozenset({"Webcare"}))
    secret = desk.sign_in.open(desk.manage.named("Bram Vos"), name="Bram Vos", how=How.LINK)
    assert secret is not None
    assert desk.sign_in.session(secret) is not None
    assert run(home, "person", "disable", "Bram Vos", "--yes").exit_code == 0
    assert desk.sign_in.session(secret) is None
    last = run(home, "person", "disable", "Fenna de Wit", "--yes")
    assert (last.exit_code, "only admin" in str(last.exception)) == (1, True)
    assert run(home, "person", "brands", "Bram Vos", "--brand", "Elders").exit_code == 1


def test_a_token_is_printed_once_and_ended(home: Path, desk: PeopleDesk) -> None:
    added(home, "Bram Vos")
    made = json.loads(run(home, "token", "add", "Bram Vos", "figures", "--scope", "read", "--json").output)
    person = desk.tokens.person(made["token"])
    assert person is not None
    assert person.name == "Bram Vos"
    assert made["token"] not in run(home, "token", "list", "--json").output
    assert run(home, "token", "add", "Bram Vos", "more", "--scope", "approve").exit_code == 1
    assert run(home, "token", "revoke", str(made["token_id"]), "Bram Vos", "--yes").exit_code == 0
    assert desk.tokens.person(made["token"]) is None


VERBS = ("sign_in", "sign_in_failed", "sign_out", "set_password", "change_role", "make_token", "revoke_token", "end_session")


def test_a_line_about_people_that_is_missing_is_found_whichever_it_is(home: Path, desk: PeopleDesk) -> None:
    """S30: of every act about people one line, and without it the chain is broken."""
    _a_day_with_everything(desk)
    with open_ledger(f"sqlite:///{home / 'ledger.db'}") as ledger:
        log = AuditLedger(ledger.engine)
        lines, head = log.lines(), log.head()
        assert find_break(lines, head=head) is None
        for verb in VERBS:
            gone = next(line for line in lines if line.verb == verb)
            assert find_break([line for line in lines if line != gone], head=head) is not None, verb
        with writing(ledger.engine) as tx:
            tx.execute(delete(audit_line).where(audit_line.c.verb == "sign_in_failed"))
    told = run(home, "audit", "verify")
    assert told.exit_code == 1


def test_everything_in_the_home_is_its_users_alone(home: Path, desk: PeopleDesk) -> None:
    """S32: the folder 0700, files 0600, the key of second steps and the ledger's log among them."""
    bram = desk.manage.add("Bram Vos", Role.AGENT, by="machine")
    desk.door.offer_second_step(bram)
    names = {file.name for file in home.iterdir()}
    assert {"ledger.db", "second-step.key"} <= names
    loose = [file.name for file in (home, *home.rglob("*")) if file.name != "klankbord.yaml" and file.stat().st_mode & 0o077]
    assert loose == []


def test_a_name_that_is_nobodys_is_noted_once_there_are_people(home: Path, desk: PeopleDesk) -> None:
    """The machine's user is trusted: the command goes on under that name, and says so on the error stream."""
    for people, noted in ((False, False), (True, True)):
        if people:
            desk.manage.add("Fenna de Wit", Role.ADMIN, by="machine")
        told = run(home, "killswitch", "on", "--as", "Brma Vos")
        assert told.exit_code == 0, told.output
        assert ("Brma Vos is nobody" in told.output) is noted
    assert "nobody" not in run(home, "killswitch", "on", "--as", "fenna de wit").output


def _a_day_with_everything(desk: PeopleDesk) -> None:
    manage, door = desk.manage, desk.door
    bram = manage.add("Bram Vos", Role.AGENT, by="machine")
    door.choose_password(bram, SAID, brand="")
    door.by_password(door.knock("Bram Vos", address="", device=""), "Bram Vos", "wrong password")
    for _ in range(2):
        secret = desk.sign_in.open(manage.named("Bram Vos"), name="Bram Vos", how=How.LINK)
    desk.sign_in.leave(secret or "")
    manage.set_role(bram.person_id, Role.VIEWER, by="machine")
    token, kept = desk.tokens.make(manage.named("Bram Vos"), "figures", frozenset({Right.READ}), by="Bram Vos")
    assert token
    desk.tokens.revoke(kept.token_id, by="Bram Vos")
    assert manage.end_sessions(bram.person_id, by="machine") == 1
