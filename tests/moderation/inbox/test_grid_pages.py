"""The channel grid and the matrix's rules for staff: planned and as it is, changed by forms, undone, and never overwritten unseen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import cast

import pytest
import yaml

from listener.errors import ActionError, SettingsError
from listener.model.analysis import Label
from listener.settings.resources import shipped_text
from moderation.drawing.process import DrawingProcess
from moderation.inbox.plan_parts import PlanParts
from moderation.ledger.grid import MatrixLedger
from moderation.model.advice import Way
from moderation.model.grid import CellCount, GridFigures
from moderation.model.matrix import Mood, Quadrant
from moderation.page_parts.plans import grid_drawn
from moderation.policy.grid_edit import edit_of
from moderation.reports.grid import grid_figures
from moderation.reports.matrix import SHIPPED, moved
from moderation.workflows.count_grid import count_grid, grid_as_it_is, last_days
from moderation.workflows.draw_charts import DrawCharts
from moderation.workflows.keep_matrix import KeepMatrix
from tests.fakes.staff import StaffDay
from tests.fakes.staff_knowledge import KnowledgeDay, open_knowledge_day
from tests.moderation.inbox.conftest import Staff, visit, words_of
from tests.moderation.inbox.test_actions_page import Drawing

FAILED = Label(name="cause", value="service_failed", probability=0.9, model="test")
HOSTILE = "<script>alert(1)</script> \u202eevil @everyone {{ 7*7 }}"
SIGNS = {
    1: {("cause", "service_failed"): 4},
    2: {("cause", "service_failed"): 2, ("sentiment", "positive"): 3},
    3: {("cause", "idea"): 1},
    4: {("cause", "service_failed"): 9},
}


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[KnowledgeDay]:
    with open_knowledge_day(tmp_path / "home") as day:
        yield day


def plans_on(day: KnowledgeDay, draw: DrawCharts | None = None) -> PlanParts:
    def figures(brands: frozenset[str] | None, days: int) -> GridFigures:
        since, until = last_days(days, day.desk.clock.now())
        return grid_as_it_is(day.known.words, day.known.grids.history(), since=since, until=until, brands=brands)

    return PlanParts(
        grids=day.known.grids,
        matrix=KeepMatrix(MatrixLedger(day.desk.ledger.engine), day.desk.clock),
        figures=figures,
        drawn=lambda found, language: grid_drawn(found, language, draw) if draw else None,
        signs=lambda _brands, _days: SIGNS,
        by_hand=lambda: {4},
        titles=lambda ids: {one: f"{HOSTILE} {one}" for one in ids},
    )


def staff_on(day: KnowledgeDay) -> Staff:
    return visit(StaffDay(), plans=plans_on(day)).come_in()


def form_of(page: str, action: str) -> dict[str, str]:
    """Return the fields of a form as a browser would send them, untouched."""
    body = re.search(rf'<form method="post" action="{re.escape(action)}".*?</form>', page, re.DOTALL)
    assert body is not None, action
    text = body.group()
    found = dict(re.findall(r'<input(?: type="hidden")?(?: id="[^"]*")? name="([^"]+)" value="([^"]*)"', text))
    found |= dict.fromkeys(re.findall(r'<input type="checkbox"[^>]* name="([^"]+)" value="on" checked', text), "on")
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', text, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen.group(1) if chosen else re.findall(r'value="([^"]*)"', options)[0]
    found |= {
        name: value.removeprefix("\n")
        for name, value in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>(.*?)</textarea>', text, re.DOTALL)
    }
    return {name: unescape(value) for name, value in found.items() if name != "csrf"}


def test_the_grid_shows_the_plan_beside_where_contacts_arrived(opened: KnowledgeDay) -> None:
    """Twelve arrived in public, where this type is preferred; the share comes with its interval, and 0 to 9 are too few for one."""
    for number in range(12):
        opened.answer(f"Meter {number} doet het niet", "We kijken ernaar.", labels=[FAILED])
    page = words_of(staff_on(opened).get("/grid").text)
    assert "12 contacten zijn beantwoord of gesloten." in page
    assert "Kwam binnen in het voorkeurskanaal: 100% (76 tot 100)." in page
    assert "voorkeur 12 contacten: 100% (76 tot 100)" in page
    figures = plans_on(opened).figures(None, 30)
    (failed,) = [one for one in figures.types if one.name == "service_failed"]
    public, *others = sorted(failed.cells, key=lambda one: -one.contacts)
    assert (public.channel, public.contacts, failed.contacts, figures.contacts) == ("public", 12, 12, 12)
    assert [(one.contacts, one.share.value) for one in others] == [(0, 0.0), (0, 0.0)]
    assert (figures.astray.value, failed.astray.value) == (0.0, 0.0)
    assert plans_on(opened).figures(frozenset({"Gaswerk"}), 30).contacts == 0


def test_the_grid_is_drawn_as_planned_and_as_it_went(opened: KnowledgeDay) -> None:
    """What the plan advises in each field, and how many contacts went so: a picture that the strict policy lets through, with its table."""
    for number in range(11):
        opened.answer(f"Meter {number} doet het niet", "We kijken ernaar.", labels=[FAILED])
    with closing(DrawingProcess()) as process:
        plans = plans_on(opened, DrawCharts(process))
        drawn = plans.drawn(plans.figures(None, 30), "nl")
        page = visit(StaffDay(), plans=plans).come_in().get("/grid").text
    assert drawn is not None
    assert [row for row in drawn.table.rows if row[3] != "0"] == [("Iets werkt niet", "Openbaar", "Hier antwoorden", "11", "11", "100%")]
    assert "100% van de contacten ging zoals gepland (11 van 11)." in drawn.says
    for svg in (drawn.wide, drawn.narrow):
        assert str(svg) in page
        assert not re.search(r"style=|<script|url\(|href", svg)
    assert drawn.wide != drawn.narrow
    assert "charts.css" in page
    assert "chart-svg" not in staff_on(opened).get("/grid").text  # nothing that draws: the table says the same


def test_what_went_otherwise_is_not_drawn_as_planned(opened: KnowledgeDay) -> None:
    """Five of twelve, and nothing of fewer than ten is left out of the picture as a share of them would be."""
    counted = [
        CellCount(contact_type="service_failed", channel=channel, way=Way.ANSWER, contacts=contacts, followed=followed, went={})
        for channel, contacts, followed in (("public", 12, 5), ("private", 3, 1))
    ]
    now = opened.desk.clock.now()
    figures = grid_figures(counted, opened.known.grid, since=now - timedelta(days=7), until=now)
    drawn = grid_drawn(figures, "en", cast(DrawCharts, Drawing()))
    assert [row[1:] for row in drawn.table.rows if row[3] != "0"] == [
        ("Public", "Answer here", "12", "5", "42%"),
        ("Private", "Answer here", "3", "1", "33%"),
    ]
    assert "40% of contacts went as planned (6 of 15)." in drawn.says


def test_a_form_sent_as_it_came_changes_nothing_but_the_history(opened: KnowledgeDay) -> None:
    staff, before = staff_on(opened), [edit_of(row) for row in opened.known.grid.types]
    page = staff.get("/grid/types/service_failed").text
    assert staff.post("/grid/types/service_failed", form_of(page, "/grid/types/service_failed")).status_code == 303
    assert [edit_of(row) for row in opened.known.grid.types] == before
    assert "“Iets werkt niet” gewijzigd, Fenna de Wit" in words_of(staff.get("/grid").text)


def test_what_somebody_changes_holds_for_advice_at_once_and_is_undone(opened: KnowledgeDay) -> None:
    staff = staff_on(opened)
    form = form_of(staff.get("/grid/types/service_failed").text, "/grid/types/service_failed")
    form |= {"planned.public": "supporting", "planned.private": "preferred", "way.public": "go_private", "shown.nl": "Storing"}
    assert staff.post("/grid/types/service_failed", form).status_code == 303
    advice = opened.known.advise.to(opened.case_of(opened.ask("Het doet het niet", labels=[FAILED])), "nl")
    assert advice is not None
    assert (advice.hint.contact_type, advice.hint.way.value) == ("Storing", "go_private")
    assert staff.post("/grid/undo", {"seen": "1"}).status_code == 303
    (row,) = [one for one in opened.known.grid.types if one.name == "service_failed"]
    assert (row.preferred, row.shown["nl"]) == ("public", "Iets werkt niet")


def test_two_editors_do_not_overwrite_each_other_unseen(opened: KnowledgeDay) -> None:
    """The second is told who was first, and what they typed is still there."""
    staff = staff_on(opened)
    other = staff.colleague("Bram Vos")
    form = form_of(staff.get("/grid/types/idea").text, "/grid/types/idea")
    theirs = {**form, "owner.nl": "Bram zelf"}
    assert other.post("/grid/types/idea", theirs).status_code == 303
    answer = staff.post("/grid/types/idea", {**form, "owner.nl": "Fenna zelf"})
    assert answer.status_code == 409
    assert "Bram Vos heeft dit intussen gewijzigd" in words_of(answer.text)
    assert 'value="Fenna zelf"' in answer.text
    (row,) = [one for one in opened.known.grid.types if one.name == "idea"]
    assert row.owner["nl"] == "Bram zelf"
    again = {**form_of(answer.text, "/grid/types/idea")}
    assert staff.post("/grid/types/idea", again).status_code == 303, "saving again is a choice"


def test_a_type_is_added_and_retired_and_its_conversations_keep_it(opened: KnowledgeDay) -> None:
    staff = staff_on(opened)
    form = form_of(staff.get("/grid/new").text, "/grid/types")
    form |= {"shown.nl": "Meterkast", "shown.en": "Meter cupboard", "owner.nl": "techniek", "owner.en": "engineering"}
    form |= {f"reason.{kind}.{one}": "omdat" for kind in ("public", "community", "private") for one in ("nl", "en")}
    assert staff.post("/grid/types", {**form, "cause.other": ""}).status_code == 409, "it has to say which contacts it takes"
    assert staff.post("/grid/types", {**form, "needs.question": "yes"}).status_code == 303
    assert [one.name for one in opened.known.grid.types][-2:] == ["meter_cupboard", "other"]
    question = Label(name="question", value="yes", probability=0.9, model="test")
    opened.answer("Waar zit de meterkast?", "In de gang.", labels=[question])
    waiting = opened.case_of(opened.ask("Is dit een meterkast?", labels=[question]))
    opened.desk.clock.advance(timedelta(minutes=1))
    assert staff.post("/grid/types/meter_cupboard/retire", {"seen": "1"}).status_code == 303
    assert "Meterkast" not in [one.shown["nl"] for one in opened.known.grid.types]
    since, until = last_days(1, opened.desk.clock.now())
    (cell,) = count_grid(opened.known.words, opened.known.grids.history(), since=since, until=until)
    assert cell.contact_type == "meter_cupboard"
    hint = opened.known.advise.hint(waiting, "nl")
    assert hint is not None
    assert hint.contact_type == "Meterkast"
    assert "Meterkast afgeschaft" in words_of(staff.get("/grid").text)
    later = opened.known.advise.to(opened.case_of(opened.ask("Waar zit de kast?", labels=[question])), "nl")
    assert later is not None
    assert later.hint.contact_type != "Meterkast"
    opened.known.grids.put_back(1, seen=2, by="anna")
    staff.post("/grid/types/meter_cupboard/retire", {"seen": "3"})
    form["seen"] = str(opened.known.grids.version())
    staff.post("/grid/types", {**form, "needs.question": "yes"})
    assert [one.name for one in opened.known.grid.types][-2] == "meter_cupboard_2", "a retired name is nobody else's"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"planned.public": "supporting"}, "Kies één voorkeurskanaal"),
        ({"planned.private": "preferred"}, "Kies één voorkeurskanaal"),
        ({"shown.en": " "}, "Een soort heeft in elke taal een naam nodig"),
        ({"owner.nl": "\x00"}, "Iemand let erop"),
        ({"reason.community.nl": ""}, "Zeg in elke taal waarom"),
        ({"criteria.cost": "enormous"}, "Er ontbrak iets in het formulier"),
        ({"way.public": "shout"}, "Er ontbrak iets in het formulier"),
        ({"cause.service_failed": ""}, "Zeg welke contacten deze soort neemt"),
        ({"seen": "x"}, "Er ontbrak iets in het formulier"),
    ],
)
def test_a_plan_that_cannot_hold_is_refused_with_why_and_kept_on_the_page(opened: KnowledgeDay, changed: dict[str, str], said: str) -> None:
    staff = staff_on(opened)
    form = form_of(staff.get("/grid/types/service_failed").text, "/grid/types/service_failed") | changed
    answer = staff.post("/grid/types/service_failed", form)
    assert answer.status_code == 409
    assert said in words_of(answer.text)
    assert opened.known.grids.version() == 0


def test_the_last_type_stays(opened: KnowledgeDay) -> None:
    answer = staff_on(opened).post("/grid/types/other/retire", {"seen": "0"})
    assert answer.status_code == 409
    assert "die blijft" in words_of(answer.text)


def test_hostile_names_stay_text_on_every_page(opened: KnowledgeDay) -> None:
    staff = staff_on(opened)
    form = form_of(staff.get("/grid/types/idea").text, "/grid/types/idea")
    assert (
        staff.post("/grid/types/idea", {**form, "shown.nl": HOSTILE, "owner.nl": HOSTILE, "reason.public.nl": HOSTILE}).status_code == 303
    )
    for path in ("/grid", "/grid/types/idea", "/matrix?" + "&".join(f"{c}.{m.value}=leverage" for c in SHIPPED for m in Mood)):
        page = staff.get(path).text
        assert page.count("<script") == page.count('<script src="/static/'), path
        assert "\u202e" not in page, path
        assert "49" not in words_of(page).replace("49%", ""), "no template in a name is run"
    assert staff.get("/grid/types/%3Cscript%3E").status_code == 404


def test_a_grid_goes_out_as_a_file_and_comes_in_again(opened: KnowledgeDay) -> None:
    grids = opened.known.grids
    text = staff_on(opened).get("/grid.yaml").text
    assert yaml.safe_load(text) == yaml.safe_load(shipped_text("grid.yaml"))
    grids.take_in(text.replace("Iets werkt niet", "Storing"), name="own.yaml", by="anna")
    assert "Storing" in [one.shown["nl"] for one in grids.now().types]
    for wrong in ("", "- a", "types: []", "a: [", "usual: x\nchannels: {x: []}\ntypes:\n  - name: y"):
        with pytest.raises(SettingsError):
            grids.take_in(wrong, name="own.yaml", by="anna")
    assert grids.version() == 1
    grids.put_back(0, seen=1, by="anna")
    assert yaml.safe_load(grids.text()) == yaml.safe_load(shipped_text("grid.yaml"))
    with pytest.raises(ActionError):
        grids.put_back(99, seen=2, by="anna")


def test_advice_for_a_contact_follows_what_its_type_is_planned_as_now(opened: KnowledgeDay) -> None:
    """A renamed type keeps its contacts; only a retired one is advised as it was planned then."""
    opened.desk.clock.advance(timedelta(hours=1))
    case = opened.case_of(opened.ask("Het doet het niet", labels=[FAILED]))
    opened.desk.clock.advance(timedelta(hours=1))
    text = opened.known.grids.text().replace("Iets werkt niet", "Storing")
    opened.known.grids.take_in(text, name="own.yaml", by="anna")
    hint = opened.known.advise.hint(case, "nl")
    assert hint is not None
    assert hint.contact_type == "Storing"


def test_rules_are_tried_before_they_hold_and_move_nobody_who_was_placed_by_hand(opened: KnowledgeDay) -> None:
    staff = staff_on(opened)
    keep = KeepMatrix(MatrixLedger(opened.desk.ledger.engine), opened.desk.clock)
    asked = {f"{cause}.{mood.value}": quadrant.value for cause, moods in SHIPPED.items() for mood, quadrant in moods.items()}
    asked |= {"service_failed.mixed": "simplify", "service_failed.positive": "leverage"}
    page = staff.get("/matrix?" + "&".join(f"{name}={value}" for name, value in asked.items()))
    said = words_of(page.text)
    assert "2 kwesties zouden verschuiven" in said, "1 and 2; 3 is an idea, 4 was placed by hand"
    assert keep.version()[0] == 0, "looking changes nothing"
    assert staff.post("/matrix", {**asked, "seen": "0"}).status_code == 303
    assert keep.rules()["service_failed"][Mood.MIXED] is Quadrant.SIMPLIFY
    late = staff.colleague("Bram Vos").post("/matrix", {**asked, "idea.mixed": "eliminate", "seen": "0"})
    assert late.status_code == 409
    assert "heeft dit intussen gewijzigd" in words_of(late.text)
    gap = staff.post("/matrix", {name: value for name, value in asked.items() if name != "idea.mixed"} | {"seen": "1"})
    assert "Elke oorzaak en toon heeft een van de vier velden nodig" in words_of(gap.text)
    assert staff.post("/matrix/undo", {"seen": "1"}).status_code == 303
    assert keep.rules() == SHIPPED
    assert staff.post("/matrix", {"seen": "2", "do": "shipped"}).status_code == 303


def test_other_rules_move_what_they_say_and_nothing_else() -> None:
    other = {**SHIPPED, "idea": dict.fromkeys(Mood, Quadrant.AUTOMATE)}
    assert [(one.issue_id, one.before, one.after) for one in moved(SIGNS, {4}, old=SHIPPED, new=other)] == [
        (3, Quadrant.LEVERAGE, Quadrant.AUTOMATE)
    ]
    assert moved(SIGNS, (), old=SHIPPED, new=SHIPPED) == []
