"""The channel grid, the matrix's rules and the verdicts about actions in a real browser: axe at two widths, forms by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from moderation.drawing.process import DrawingProcess
from moderation.model.tap import Span, TapReason, TapVerdict, TapWeek
from moderation.page_parts.feedback import feedback_page_parts
from moderation.workflows.draw_charts import DrawCharts
from tests.browser.visiting import must_open, signed_in
from tests.fakes.staff_knowledge import KnowledgeDay, open_knowledge_day
from tests.moderation.inbox.test_actions_page import FEW, looked_at, open_parts
from tests.moderation.inbox.test_grid_pages import FAILED, plans_on
from tests.moderation.reports.test_tap_looks import CLOSED

pytestmark = pytest.mark.browser

FIRST = date(2026, 1, 5)
WEEKS = tuple(
    TapWeek(
        first_day=FIRST + timedelta(weeks=n),
        contacts=20 + n % 5 if n < 20 else 2,
        beside=90,
        after=n >= 20,
        counted=n not in (15, 16, 19),
        expected=Span(best=21, low=12, high=36) if n >= 20 else None,
    )
    for n in range(26)
)


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeDay]:
    """Contacts in the grid, and three done actions: a closed tap, one that is not, one of which nobody can tell."""
    with open_knowledge_day(tmp_path_factory.mktemp("plans") / "home") as opened:
        for number in range(11):
            opened.answer(f"Meter {number} doet het niet", "We kijken ernaar.", labels=[FAILED])
        looked_at(opened.desk, FEW, replace(CLOSED, weeks=WEEKS), change="De kaart ververst elke vijf minuten")
        open_ = replace(CLOSED, verdict=TapVerdict.NOT_CLOSED, reason=TapReason.AS_MANY, weeks=WEEKS, avoided=Span(best=3, low=-9, high=15))
        looked_at(opened.desk, open_, change="Een uitleg op de site")
        looked_at(opened.desk, FEW, change="Een knop in de app")
        yield opened


@pytest.fixture(scope="module")
def page(day: KnowledgeDay) -> Iterator[Page]:
    process = DrawingProcess()
    try:
        feedback = feedback_page_parts(open_parts(day.desk), DrawCharts(process))
        with signed_in(clock=day.desk.clock, plans=plans_on(day), feedback=feedback) as opened:
            yield opened
    finally:
        process.close()


@pytest.mark.parametrize(("width", "scheme"), [(375, "light"), (1280, "dark")])
def test_everybody_can_read_and_use_the_plans_and_the_verdicts(page: Page, width: int, scheme: str) -> None:
    tried = "&".join(
        f"{cause}.{mood}=simplify"
        for cause in ("promise_not_kept", "service_failed", "unclear_information", "product_question", "idea", "compliment", "other")
        for mood in ("negative", "mixed", "positive")
    )
    for path in ("/grid", "/grid/types/service_failed", "/grid/new", "/matrix", f"/matrix?{tried}", "/actions"):
        must_open(page, path, width=width, scheme=scheme)


def test_a_type_is_renamed_by_keyboard_alone(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/grid/types/idea")
    page.focus("#shown-nl")
    page.keyboard.press("Control+A")
    page.keyboard.type("Goed idee")
    with page.expect_navigation(url="**/grid"):
        page.keyboard.press("Enter")
    expect(page.locator("th a", has_text="Goed idee")).to_have_count(1)
    with page.expect_navigation():
        page.locator("button", has_text="Laatste wijziging ongedaan maken").press("Enter")
    expect(page.locator("th a", has_text="Goed idee")).to_have_count(0)
