"""What people do to an issue from its page: on what it showed, told when somebody was first, and taken back the same way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from moderation.ledger.issue_places import IssuePlaceLedger
from moderation.model.case import CaseState
from moderation.page_parts.status import status_parts
from tests.fakes.desk import Desk, mention, open_desk
from tests.fakes.staff import StaffDay
from tests.fakes.staff_issues import ToldFigures, issue_room
from tests.moderation.inbox.conftest import Staff, visit, words_of
from tests.moderation.status.said import issue_of


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "home", native_key=False) as opened:
        yield opened


@pytest.fixture
def figures(day: StaffDay) -> ToldFigures:
    return ToldFigures(day)


@pytest.fixture
def at_issues(desk: Desk, day: StaffDay, figures: ToldFigures) -> Staff:
    """Somebody who is signed in, on issue pages over a real desk in which issue 1 has three waiting conversations, and 2 has one."""
    assert issue_of(desk, desk.hear(*(mention(f"{n}") for n in range(3)))) == 1
    assert issue_of(desk, desk.hear(mention("other"))) == 2
    return visit(day, issue_room=issue_room(desk, figures), status=status_parts(desk.status)).come_in()


def seen_on(page: str) -> str:
    found = re.search(r'name="seen" value="(\d+)"', page)
    assert found is not None
    return found[1]


def do(staff: Staff, act: str, fields: dict[str, str], *, seen: str | None = None) -> int:
    """Do something to issue 1 as its page shows it now; return the status of the answer."""
    if seen is None:
        seen = seen_on(staff.get("/issues/1").text)
    return staff.post(f"/issues/1/{act}", {"seen": seen, **fields}).status_code


def test_an_issue_is_renamed_pinned_muted_and_resolved(desk: Desk, at_issues: Staff) -> None:
    assert do(at_issues, "rename", {"title": "  Stroom weg\nin Zuid "}) == 303
    for mark in ("pin", "mute", "resolve"):
        assert do(at_issues, "mark", {"mark": mark}) == 303
    issue = desk.ledger.issues.get(1)
    assert issue is not None
    assert (issue.title, issue.title_by, issue.pinned, issue.muted) == ("Stroom weg in Zuid", at_issues.agent, True, True)
    assert issue.resolved_at is not None
    said = words_of(at_issues.get("/issues/1").text)
    assert "Titel werd “Stroom weg in Zuid”" in said
    assert said.index("Opgelost genoemd") < said.index("Gedempt tot het groeit") < said.index("Vastgezet"), "newest first"


def test_the_last_act_is_taken_back_and_crossed_out(desk: Desk, at_issues: Staff) -> None:
    do(at_issues, "mark", {"mark": "pin"})
    assert do(at_issues, "undo", {}) == 303
    issue = desk.ledger.issues.get(1)
    assert issue is not None
    assert not issue.pinned
    assert "teruggedraaid" in words_of(at_issues.get("/issues/1").text)


def test_who_was_second_hears_who_was_first(desk: Desk, at_issues: Staff) -> None:
    """Two people looked at the same page: the second does nothing unseen, and is told what happened."""
    seen = seen_on(at_issues.get("/issues/1").text)
    bram = at_issues.colleague("Bram Vos")
    assert do(bram, "rename", {"title": "Van Bram"}, seen=seen) == 303
    for act, fields in (("rename", {"title": "Van Fenna"}), ("mark", {"mark": "mute"}), ("merge", {"issue": "2"}), ("undo", {})):
        answer = at_issues.post(f"/issues/1/{act}", {"seen": seen, **fields})
        assert answer.status_code == 409, act
        assert "Bram Vos veranderde deze kwestie intussen (rename)" in words_of(answer.text)
    issue = desk.ledger.issues.get(1)
    assert issue is not None
    assert (issue.title, issue.muted, issue.merged_into) == ("Van Bram", False, None)


def test_an_issue_is_merged_into_one_that_was_looked_for(desk: Desk, at_issues: Staff, day: StaffDay) -> None:
    title = day.issues[1].title
    offered = at_issues.get(f"/issues/1/merge?q={title.split()[0].lower()}").text
    assert title in offered
    assert day.issues[2].title not in offered
    assert do(at_issues, "merge", {"issue": "2"}) == 303
    merged = desk.ledger.issues.get(1)
    assert merged is not None
    assert merged.merged_into == 2
    assert desk.ledger.issues.members(2) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("act", "fields", "said"),
    [
        ("rename", {"title": " \n "}, "Een titel heeft woorden nodig"),
        ("merge", {"issue": "1"}, "dezelfde kwestie"),
        ("merge", {"issue": "99"}, "bestaat niet meer"),
        ("merge", {"issue": "x"}, "ontbrak iets"),
        ("mark", {"mark": "delete"}, "ontbrak iets"),
        ("place", {"quadrant": "north"}, "ontbrak iets"),
        ("undo", {}, "niets om ongedaan te maken"),
        ("split", {"half": "0", "title": ""}, "waar Klankbord zelf leest"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(at_issues: Staff, act: str, fields: dict[str, str], said: str) -> None:
    answer = at_issues.post(f"/issues/1/{act}", {"seen": "0", **fields})
    assert answer.status_code == 409
    assert said in words_of(answer.text)


def test_the_place_follows_from_cause_and_tone_until_somebody_moves_it(desk: Desk, at_issues: Staff) -> None:
    page = words_of(at_issues.get("/issues/1").text)
    assert "Wegnemen Niemand zit op dit contact te wachten: los de oorzaak op." in page
    assert "de meeste berichten gaan over: iets dat het niet doet. 70 % van de berichten is negatief" in page
    assert at_issues.post("/issues/1/place", {"quadrant": "automate"}).status_code == 303
    page = words_of(at_issues.get("/issues/1").text)
    assert f"Door {at_issues.agent} hier gezet." in page
    assert "In de matrix verzet naar: Automatiseren" in page
    assert at_issues.post("/issues/1/place", {"quadrant": "start"}).status_code == 303
    assert IssuePlaceLedger(desk.ledger.engine).all() == {}
    assert "Begonnen hier" in words_of(at_issues.get("/issues/1").text)
    assert [line.verb for line in desk.audit.lines(subject="issue:1")] == ["place_issue"] * 2


def test_the_matrix_shows_each_issue_in_one_quadrant(at_issues: Staff, day: StaffDay) -> None:
    page = at_issues.get("/issues?view=matrix").text
    eliminate = page.partition('id="cell-eliminate"')[2].partition("</section>")[0]
    automate = page.partition('id="cell-automate"')[2].partition("</section>")[0]
    assert day.issues[0].title in eliminate
    assert day.issues[1].title in automate
    assert day.issues[0].title not in automate
    assert "style=" not in page


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("place=eliminate", 0, 1),
        ("place=automate", 1, 0),
        ("channel=mastodon", 0, 1),
        ("place=eliminate&sort=people&days=30", 0, 1),
    ],
)
def test_the_list_is_narrowed_by_place_and_channel(at_issues: Staff, day: StaffDay, query: str, shown: int, hidden: int) -> None:
    page = at_issues.get(f"/issues?{query}").text.partition("<aside")[0]
    assert f'href="/issues/{shown + 1}"' in page
    assert f'href="/issues/{hidden + 1}"' not in page
    assert day.issues


def test_periods_and_orders_are_asked_by_the_address(at_issues: Staff, figures: ToldFigures) -> None:
    page = at_issues.get("/issues?days=30&sort=people").text
    assert figures.asked[0] == 30
    order = [int(number) for number in re.findall(r'data-row="(\d+)"', page)]
    people = {one.issue_id: one.authors for one in figures.day.issues}
    assert order == sorted(order, key=lambda number: -people[number])
    at_issues.get("/issues?days=9999&sort=nonsense")
    assert figures.asked[-1] == 14


async def test_everybody_hit_is_answered_from_the_page(desk: Desk, at_issues: Staff) -> None:
    """Choose, write, look at each conversation, tick each, approve: three posts, three answered conversations."""
    assert "Antwoord 3 wachtende gesprekken" in words_of(at_issues.get("/issues/1").text)
    page = at_issues.get("/issues/1/answer").text
    cases = re.findall(r'name="(case\.\d+)"[^>]* checked', page)
    assert len(cases) == 3
    words = {"text.nl": "Dag {{ customer }}, geen probleem: de kabel is gerepareerd.", "text.en": ""}
    answer = at_issues.post("/issues/1/answer", {**dict.fromkeys(cases, "yes"), **words})
    assert answer.status_code == 303
    plan = answer.headers["location"]
    shown = at_issues.get(plan).text
    assert "Dag Naam 0, geen probleem: de kabel is gerepareerd." in shown
    assert "tone-hit" in shown, "“geen probleem” is on the list"
    assert at_issues.post(f"{plan}/approve").status_code == 409, "nobody chose one yet"
    for item in re.findall(r'name="item" value="(\d+)"', shown):
        assert at_issues.post(f"{plan}/tick", {"item": item}).status_code == 303
    seen = re.findall(r'name="shown" value="([^"]+)"', at_issues.get(plan).text)[0]
    assert at_issues.post(f"{plan}/approve", {"shown": seen}).status_code == 303
    desk.status.sending.once()
    await desk.settle()
    assert len(desk.platform.posts()) == 3
    assert {row.state for row in desk.cases.rows(tuple(CaseState)) if row.issue_id == 1} == {CaseState.ANSWERED}
    done = words_of(at_issues.get("/issues/1").text)
    assert "Antwoord goedgekeurd voor 3 gesprekken" in done
    assert "Niemand wacht hier op een antwoord" in words_of(at_issues.get("/issues/1/answer").text)


def test_what_is_wrong_with_the_words_is_said_and_they_stay(at_issues: Staff) -> None:
    answer = at_issues.post("/issues/1/answer", {"case.1": "yes", "text.nl": "Dag {{ voornaam }}, sorry", "text.en": ""})
    assert answer.status_code == 409
    said = words_of(answer.text)
    assert "“voornaam” kunnen we niet invullen" in said
    assert "Dag {{ voornaam }}, sorry" in said
    assert re.findall(r'name="(case\.\d+)"[^>]* checked', answer.text) == ["case.1"]


def test_a_page_without_its_room_only_shows(staff: Staff) -> None:
    assert "issue-acts" not in staff.get("/issues/1").text
    assert staff.get("/issues/1/answer").status_code == 404
