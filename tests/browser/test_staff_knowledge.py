"""The pages of knowledge and the advice beside a reply in a real browser: axe at two widths, forms that work."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from moderation.page_parts.knowledge import advice_parts
from moderation.page_parts.reply import reply_parts
from tests.browser.visiting import follow, must_open, signed_in
from tests.fakes.staff import AGENT
from tests.fakes.staff_knowledge import METER, OUTAGE, KnowledgeDay, open_knowledge_day

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeDay]:
    """Two suggestions, one of them approved and offered beside the case that waits."""
    with open_knowledge_day(tmp_path_factory.mktemp("known") / "home") as opened:
        opened.answer_all(OUTAGE, METER)
        first = next(one for one in opened.suggested() if "compensatie" in one.question.lower())
        opened.approved(first, question="Hoe krijg ik compensatie na een stroomstoring?")
        opened.known.refresh.once()
        case_id = opened.case_of(opened.ask("Krijg ik compensatie voor de stroomstoring van maandag?", author="merel"))
        row = opened.desk.cases.get(case_id)
        assert row is not None
        opened.desk.cases.claim(case_id, AGENT, row.version, at=opened.desk.clock.now())
        yield opened


@pytest.fixture(scope="module")
def page(day: KnowledgeDay) -> Iterator[Page]:
    replies = day.desk.replies
    rooms = {"knowledge": day.room(), "advice": advice_parts(day.known, replies.write), "reply": reply_parts(replies)}
    with signed_in(clock=day.desk.clock, **rooms) as opened:
        yield opened


@pytest.mark.parametrize(("width", "scheme"), [(375, "light"), (1280, "dark")])
def test_everybody_can_read_and_use_the_pages_of_knowledge(page: Page, width: int, scheme: str) -> None:
    for path in ("/knowledge", "/knowledge?words=meter", "/knowledge/1", "/knowledge/1?compare=2", "/cases/7/advice"):
        must_open(page, path, width=width, scheme=scheme)


def test_a_suggestion_is_reworded_and_approved_by_hand(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/knowledge/2")
    page.locator("summary", has_text="Pas de tekst aan").click()
    page.fill("#know-question", "Waar staat mijn meterstand?")
    follow(page.locator("button", has_text="Bewaar als nieuwe versie"))
    follow(page.locator("button", has_text="Keur goed"))
    expect(page.locator("h1")).to_have_text("Waar staat mijn meterstand?")
    follow(page.locator("button", has_text="Draai terug"))
    expect(page.locator("button", has_text="Keur goed")).to_have_count(1)
