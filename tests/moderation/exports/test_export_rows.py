"""What leaves the house as rows: whose, how much of X, under which names, and what the audit log says of it."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from listener.errors import InputError, NotAllowed
from moderation.cli import klankbord
from moderation.ledger.exports import ExportLedger
from moderation.ledger.x_handed import MOST_A_DAY, XHanded
from moderation.model.export import COLUMNS, ExportAsked, ExportFormat, ExportKind
from moderation.model.person import Person, Role
from moderation.page_parts.exports import export_rows
from tests.fakes.asking import Asking
from tests.fakes.house import OURS, THEIRS, WORDS, House, open_house
from tests.fakes.posts_of_weeks import add_weeks

ADMIN = Person(name="Baas", role=Role.ADMIN)
TEXTS = ("=1+1 van @merel.b op u/vink", "Bel mij op 06-12345678 of mail sanne@voorbeeld.nl", "gewoon", "=2+2 dank @merel.b")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house with forty days of messages beside one thing of every kind."""
    with open_house(tmp_path_factory.mktemp("exports") / "home") as opened:
        listening = opened.parts.listening
        add_weeks(listening.ledger, until=opened.clock.now(), days=40, brands=(OURS, THEIRS), model_id=listening.model_id, texts=TEXTS)
        opened.add("inkijker", Role.VIEWER)
        opened.add("keurder", Role.APPROVER)
        opened.add("keurder van een merk", Role.APPROVER, frozenset({OURS}))
        yield opened


@pytest.fixture(scope="module")
def asking(house: House) -> Iterator[Asking]:
    opened = Asking(house.app)
    yield opened
    opened.close()


def rows_of(house: House, asked: ExportAsked, person: Person = ADMIN) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(b"".join(export_rows(house.parts.desk).file(asked, ExportFormat.JSON, person)))
    return found


def counted(house: House, sql: str, *given: object) -> int:
    with sqlite3.connect(f"file:{house.home / 'ledger.db'}?mode=ro", uri=True) as db:
        return int(db.execute(sql, given).fetchone()[0])


def test_every_message_is_there_once_however_small_the_batches(house: House) -> None:
    """Batches go by number; one that is skipped or doubled at a border would be a wrong file."""
    small = ExportLedger(house.parts.desk.ledger.engine, batch=7)
    ids = [one["mention_id"] for batch in small.mentions(ExportAsked(kind=ExportKind.MENTIONS)) for one in batch]
    assert len(ids) == len(set(ids)) == counted(house, "select count(*) from mention where latest_revision >= 0")


def test_filters_leave_what_they_name(house: House) -> None:
    """The numbers are counted here by SQL of its own."""
    joined = "from mention m join mention_brand b using (mention_id) left join analysis a using (mention_id)"
    for asked, sql, given in (
        ({"channel": "mastodon"}, "select count(*) from mention where platform = ?", ("mastodon",)),
        ({"language": "en"}, f"select count(distinct m.mention_id) {joined} where a.language = ?", ("en",)),
        ({"brand": THEIRS}, f"select count(distinct m.mention_id) {joined} where b.brand = ?", (THEIRS,)),
        ({"issue_id": 3}, "select count(*) from mention where issue_id = ?", (3,)),
    ):
        found = rows_of(house, ExportAsked(kind=ExportKind.MENTIONS, **asked))
        if "language" in asked:  # messages that name no brand are in no join with brands
            assert {one["language"] for one in found} == {"en"}
        else:
            assert len(found) == counted(house, sql, *given), asked
        assert found


def test_somebody_of_one_brand_takes_nothing_of_another(house: House, asking: Asking) -> None:
    """By page and by call: neither a word nor the name of the other brand (RULES S3)."""
    token = house.token("keurder van een merk")
    for kind in ExportKind:
        answer = asking.call("POST", f"/api/v1/exports/{kind.value}", token=token, body={"format": "json"})
        assert answer.status == 200, (kind, answer.text)
        assert [one for one in (THEIRS, WORDS[THEIRS]) if one in answer.text] == [], kind
        assert json.loads(answer.text), kind
    cookie = house.cookie("keurder van een merk")
    page = asking.page("POST", "/exports/cases", cookie=cookie, form={"csrf": house.csrf(cookie), "brand": THEIRS, "format": "csv"})
    assert page.status == 200
    assert len(page.text.splitlines()) == 1  # the head of the table alone


@pytest.mark.parametrize(
    ("who", "kind", "status"),
    [("inkijker", "mentions", 403), ("inkijker", "issues", 200), ("keurder", "mentions", 200), ("keurder", "feedback", 200)],
)
def test_texts_of_customers_are_for_whoever_may_let_posts_leave(house: House, asking: Asking, who: str, kind: str, status: int) -> None:
    cookie = house.cookie(who)
    answer = asking.page("POST", f"/exports/{kind}", cookie=cookie, form={"csrf": house.csrf(cookie), "format": "csv"})
    assert answer.status == status
    if status == 200:
        assert answer.headers["content-disposition"].startswith(f'attachment; filename="klankbord-{kind}-')
        rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"), newline="")))
        assert rows[0] == list(COLUMNS[ExportKind(kind)])


def test_customers_stand_in_a_file_under_pseudonyms(house: House) -> None:
    """No name, no handle, no number to call, no address that leads to somebody (RULES P27)."""
    told = json.dumps(rows_of(house, ExportAsked(kind=ExportKind.MENTIONS)), ensure_ascii=False)
    assert [one for one in ("Naam 1", "merel.b", "u/vink", "06-12345678", "sanne@", ".example/w") if one in told] == []
    named = rows_of(house, ExportAsked(kind=ExportKind.MENTIONS, channel="mastodon", reason="vraag van de toezichthouder"))
    assert any(one["author"] == "Naam 1" for one in named)
    assert any("merel.b" in one["text"] for one in named)


def test_names_are_for_administrators_with_a_reason(house: House, asking: Asking) -> None:
    with pytest.raises(NotAllowed, match="administrator"):
        export_rows(house.parts.desk).file(
            ExportAsked(kind=ExportKind.MENTIONS, reason="ik wil het weten"), ExportFormat.CSV, Person(name="k", role=Role.APPROVER)
        )
    answer = asking.call("POST", "/api/v1/exports/mentions", token=house.token("keurder"), body={"reason": "nieuwsgierig"})
    assert answer.status == 409


def test_of_x_no_more_texts_a_day_than_may_be_handed_over(house: House) -> None:
    """501st row: the number alone (RULES P7). A second export on the day goes on where the first ended; tomorrow begins anew."""
    who, at = Person(name="veelvraat", role=Role.ADMIN), house.clock.now()
    handed = XHanded(house.parts.desk.ledger.engine)
    assert handed.take(who.name, MOST_A_DAY - 30, at=at) == MOST_A_DAY - 30
    first = rows_of(house, ExportAsked(kind=ExportKind.MENTIONS, channel="x"), who)
    whole, bare = ([one for one in first if bool(one["withheld"]) is withheld] for withheld in (False, True))
    assert len(whole) == 30
    assert bare
    assert all((one["text"], one["title"], one["author"], one["withheld"]) == ("", "", "", "x_limit") for one in bare)
    assert all(one["native_id"] for one in first)  # a number may always be handed over
    again = rows_of(house, ExportAsked(kind=ExportKind.MENTIONS, channel="x"), who)
    assert all(one["withheld"] for one in again)
    assert not any(one["withheld"] for one in rows_of(house, ExportAsked(kind=ExportKind.MENTIONS, channel="feed"), who))
    assert handed.take(who.name, 10, at=at.replace(day=at.day + 1)) == 10


def test_the_audit_log_says_who_took_what_also_when_it_was_broken_off(house: House) -> None:
    desk = house.parts.desk
    asked = ExportAsked(kind=ExportKind.MENTIONS, channel="feed", reason="klacht 12")
    rows = len(rows_of(house, asked))
    line = desk.audit.lines(subject="rows:mentions")[-1]
    detail = json.loads(line.detail)
    assert (line.who, line.verb, detail["rows"], detail["whole"], detail["names"]) == ("Baas", "export", rows, True, True)
    assert (detail["format"], detail["channel"], detail["reason"]) == ("json", "feed", "klacht 12")
    pieces = export_rows(desk).file(ExportAsked(kind=ExportKind.ISSUES), ExportFormat.CSV, ADMIN)
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]  # a generator, as a server closes it
    assert json.loads(desk.audit.lines(subject="rows:issues")[-1].detail) == {"format": "csv", "rows": 0, "whole": False, "names": False}


def test_issues_cases_and_actions_say_what_the_ledger_holds(house: House) -> None:
    issues = {one["issue_id"]: one for one in rows_of(house, ExportAsked(kind=ExportKind.ISSUES))}
    for issue_id, one in issues.items():
        assert one["mentions"] == counted(house, "select count(*) from mention where issue_id = ?", issue_id)
        assert one["people"] == counted(house, "select count(distinct author_key) from mention where issue_id = ?", issue_id)
    cases = rows_of(house, ExportAsked(kind=ExportKind.CASES))
    assert len(cases) == counted(house, "select count(*) from support_case")
    assert "van alles" not in json.dumps(cases)  # no colleague's name
    actions = rows_of(house, ExportAsked(kind=ExportKind.ACTIONS))
    assert {one["change"] for one in actions} == {f"{word} beter" for word in WORDS.values()}


def test_the_command_writes_a_whole_file_or_none(house: House, tmp_path: Path) -> None:
    """A file that breaks off half-way looks like an answer."""
    run = CliRunner().invoke(
        klankbord, ["--home", str(tmp_path / "leeg"), "export", "issues", "--out", str(tmp_path / "nergens" / "a.csv")]
    )
    assert isinstance(run.exception, InputError), run.output
    out = tmp_path / "kwesties.json"
    run = CliRunner().invoke(
        klankbord, ["--home", str(house.home), "export", "issues", "--format", "json", "--out", str(out), "--as", "Fenna"]
    )
    assert run.exit_code == 0, run.output
    assert {one["issue_id"] for one in json.loads(out.read_text())} == {
        one["issue_id"] for one in rows_of(house, ExportAsked(kind=ExportKind.ISSUES))
    }
    assert out.stat().st_mode & 0o077 == 0
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".kwesties")] == []
