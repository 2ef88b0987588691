"""Did the tap close? As staff read it: on the page of actions and on the issue's, in words, with a chart and what was said before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from listener.errors import CannotDraw
from moderation.inbox.feedback_parts import FeedbackPageParts
from moderation.ledger.actions import ActionLedger
from moderation.ledger.feedback import FeedbackLedger
from moderation.ledger.tap import TapLedger
from moderation.model.chart import Chart
from moderation.model.object_kind import ObjectKind
from moderation.model.tap import TapEffect, TapLook, TapReason, TapVerdict, TapWeek
from moderation.page_parts.feedback import feedback_page_parts
from moderation.page_parts.room_scope import brand_feedback
from moderation.page_parts.taps import effect_of
from moderation.parts import Desk as OpenDesk
from moderation.settings import KlankbordSettings
from moderation.workflows.draw_charts import DrawCharts
from tests.fakes.desk import Desk, open_desk
from tests.fakes.staff import StaffDay
from tests.moderation.feedback.test_actions import improving, people
from tests.moderation.inbox.conftest import Staff, visit, words_of
from tests.moderation.reports.test_tap_looks import CLOSED, ZONE

HOSTILE = "<script>alert(1)</script> \u202eevil @everyone {{ 7*7 }}"


class Drawing:
    """Draws a square, and remembers what it was asked; or cannot."""

    def __init__(self, *, broken: bool = False) -> None:
        self.asked: list[Chart] = []
        self.broken = broken

    def page(self, chart: Chart) -> str:
        if self.broken:
            raise CannotDraw("The chart was not drawn.")
        self.asked.append(chart)
        return '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect width="1" height="1"/></svg>'


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "home") as opened:
        yield opened


def open_parts(desk: Desk) -> OpenDesk:
    engine = desk.ledger.engine
    feedback = SimpleNamespace(
        answers=FeedbackLedger(engine), actions=ActionLedger(engine), improve=improving(desk), taps=TapLedger(engine)
    )
    settings = KlankbordSettings.model_validate({"report": {"cost_per_contact": 7.5}})
    told = SimpleNamespace(feedback=feedback, clock=desk.clock, cases=desk.cases, ledger=desk.ledger, settings=settings)
    return cast(OpenDesk, told)


def parts_on(desk: Desk, drawing: Drawing | None = None) -> FeedbackPageParts:
    return feedback_page_parts(open_parts(desk), cast(DrawCharts, drawing) if drawing else None)


def staff_on(desk: Desk, drawing: Drawing | None = None) -> Staff:
    return visit(StaffDay(), feedback=parts_on(desk, drawing)).come_in()


def looked_at(desk: Desk, *effects: TapEffect, change: str = "kaart elke 5 minuten") -> int:
    """Return a done action that was looked at once a week, with these effects."""
    issue, _ = people(desk, 2)
    actions = ActionLedger(desk.ledger.engine)
    made = improving(desk).add(issue, owner=change, due_on=date(2026, 3, 20), change=change, done_when=change, by="anna")
    actions.finish(made.action_id, {"nl": "klaar"}, by="anna", at=desk.clock.now())
    kept = actions.get(made.action_id)
    assert kept is not None
    assert kept.closed_at is not None
    for number, effect in enumerate(effects):
        at = kept.closed_at + timedelta(weeks=number, days=1)
        TapLedger(desk.ledger.engine).keep(
            TapLook(action_id=made.action_id, done_at=kept.closed_at, week=f"2026-W{number + 20}", at=at, effect=effect)
        )
    return made.action_id


FEW = replace(CLOSED, verdict=TapVerdict.CANNOT_TELL, reason=TapReason.FEW_WEEKS_AFTER, left=None, alone=None, avoided=None, weeks=())


def test_an_action_says_whether_its_tap_closed_and_what_was_said_before(desk: Desk) -> None:
    looked_at(desk, FEW, CLOSED)
    drawing = Drawing()
    page = staff_on(desk, drawing).get("/actions").text
    said = words_of(page)
    assert "De kraan is dicht." in said
    assert "komt nog 10%, met 95% zekerheid tussen 5% en 20%" in said
    assert "ongeveer € 678, met 95% zekerheid tussen € 338 en € 1.425" in said
    assert "Niet te zeggen. Het is te kort geleden af: er zijn 5 van 4 weken voorbij." in said, "as it was said then"
    assert page.count("<svg xmlns") == 2, "one for a wide page, one for a telephone"
    assert "2 mrt 2026" in said, "the weeks stand in a table too"
    assert 'href="/issues/' in page


def test_a_done_action_that_nobody_looked_at_says_so_and_an_open_one_says_nothing(desk: Desk) -> None:
    looked_at(desk)
    assert "wordt elke week bekeken" in words_of(staff_on(desk).get("/actions").text)
    improving(desk).undo(1, by="anna")
    assert "Ging de kraan dicht?" not in words_of(staff_on(desk).get("/actions").text)


def test_without_a_drawing_the_sentence_and_the_table_stand_there(desk: Desk) -> None:
    looked_at(desk, CLOSED)
    page = staff_on(desk, Drawing(broken=True)).get("/actions").text
    assert "<svg xmlns" not in page
    assert "De kraan is dicht." in words_of(page)
    assert "2 mrt 2026" in words_of(page)


def test_hostile_names_stay_text(desk: Desk) -> None:
    looked_at(desk, CLOSED, change=HOSTILE)
    page = staff_on(desk, Drawing()).get("/actions").text
    assert page.count("<script") == page.count('<script src="/static/')
    assert "\u202e" not in page
    assert "&lt;script&gt;" in page


def test_somebody_of_one_brand_is_shown_no_figures_that_count_anothers_contacts(desk: Desk) -> None:
    action = looked_at(desk, CLOSED)
    whole, found = parts_on(desk, Drawing()), ActionLedger(desk.ledger.engine).all()

    def every(_kind: ObjectKind, numbers: Iterable[int]) -> frozenset[int]:
        return frozenset(numbers)

    mine = brand_feedback(whole, open_parts(desk), every, frozenset({"Stroomwerk"})).taps(found, "nl")
    assert not mine[action].others
    theirs = brand_feedback(whole, open_parts(desk), every, frozenset({"Gaswerk"})).taps(found, "nl")
    assert (theirs[action].others, theirs[action].charts) == (True, ())


def test_a_chart_shows_the_weeks_that_were_counted_and_what_was_expected(desk: Desk) -> None:
    """The last counts have an expected one each, and the total is what would have come."""
    before = TapWeek(first_day=date(2026, 2, 23), contacts=20, beside=80, after=False, counted=True)
    look = TapLook(
        action_id=1, done_at=desk.clock.now(), week="2026-W10", at=desk.clock.now(), effect=replace(CLOSED, weeks=(before, *CLOSED.weeks))
    )
    figures = effect_of(look, "kaart", zone=ZONE)
    assert figures is not None
    assert figures.series.counts == (20, 3)
    assert figures.series.ends_at.date() == date(2026, 3, 9)
    assert [(one.value, one.low, one.high) for one in figures.expected] == [(20, 9, 41)]
    assert figures.total is not None
    assert (figures.total.value, figures.total.low) == (100.4, 55.0)
    assert effect_of(replace(look, effect=FEW), "kaart", zone=ZONE) is None
