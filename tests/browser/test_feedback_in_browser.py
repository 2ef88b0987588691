"""Feedback in a real browser at 375 and 1280 px: answered by thumb, by keyboard and without a script; nothing serious for axe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from moderation.ledger.feedback import FeedbackLedger
from moderation.workflows.feedback_links import FeedbackLinks
from moderation.workflows.give_feedback import FeedbackForms
from tests.browser.visiting import chromium, come_in, follow, must_be_sound, served
from tests.fakes.desk import Desk, open_desk
from tests.moderation.feedback.conftest import BASE, KEY, REVIEWS, public_app
from tests.moderation.feedback.test_actions import agree, an_action, improving, people
from tests.moderation.inbox.test_feedback_staff_pages import import_scores, pages_on

pytestmark = pytest.mark.browser
SCREENS = [(width, scheme) for width in (375, 1280) for scheme in ("light", "dark")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


class Pages:
    """The public pages over a desk with three customers."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.issue, self.conversations = people(desk, 3)
        self.ledger = FeedbackLedger(desk.ledger.engine)
        self.links = FeedbackLinks(self.ledger, desk.clock, key=KEY, base_url=BASE)
        self.app = public_app(desk, FeedbackForms(self.links, self.ledger, desk.clock, review_links=REVIEWS), base_url="")

    def personal(self, base: str) -> str:
        return self.links.personal(self.conversations[0], issue_id=self.issue, channel="feed", language="nl").replace(BASE, base)


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Pages]:
    with open_desk(tmp_path / "home") as desk:
        yield Pages(desk)


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_everybody_can_answer_every_page(browser: Browser, pages: Pages, width: int, scheme: str) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if scheme == "dark" else "light", locale="nl"
    )
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if "404" not in said.text and "410" not in said.text else None)
    with served(pages.app) as base:
        link = pages.personal(base)
        page.on("request", lambda asked: None if asked.url.startswith(base) else wrong.append(asked.url))
        for language in ("nl", "en"):
            for step in range(1, 6):
                page.goto(f"{link}?lang={language}&step={step}")
                must_be_sound(page, f"{language} {step}")
        page.goto(link)
        for _ in range(3):
            page.locator("label.choice").last.click()
            follow(page.locator("main form button"))
        follow(page.locator("main form button"))
        page.fill("textarea", "Snel geholpen")
        follow(page.locator("main form button"))
        assert "/f/done/" in page.url
        must_be_sound(page, "done")
        page.goto(link)
        must_be_sound(page, "used")
        page.goto(pages.links.open(pages.issue, "forum", "nl").replace(BASE, base))
        must_be_sound(page, "begin")
        follow(page.locator("main form button"))
        expect(page.locator("legend")).to_have_count(1)
        page.goto(f"{base}/f/{'A' * 43}")
        must_be_sound(page, "unknown")
    assert wrong == []
    assert context.cookies() == []
    assert pages.ledger.responses()[0].answers == {"satisfaction": "5", "effort": "7", "recommend": "10", "text": "Snel geholpen"}
    context.close()


def test_feedback_needs_no_script_and_no_mouse(browser: Browser, pages: Pages) -> None:
    context = browser.new_context(java_script_enabled=False, locale="nl", viewport={"width": 375, "height": 800})
    page = context.new_page()
    with served(pages.app) as base:
        page.goto(pages.personal(base))
        page.locator("input[value='4']").focus()
        page.keyboard.press("Space")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.locator(".when")).to_have_text("Stap 2 van 5")
        follow(page.get_by_role("link", name="EN", exact=True))
        expect(page.locator(".when")).to_have_text("Step 2 of 5")
        follow(page.get_by_text("Previous step"))
        expect(page.locator("input[value='4']")).to_be_checked()
    assert pages.ledger.responses()[0].answers == {"satisfaction": "4"}
    context.close()


def test_every_choice_is_large_enough_for_a_thumb(browser: Browser, pages: Pages) -> None:
    """WCAG 2.2, target size: at least 24 px; ours are 40 or more high, and eleven of them fit on a telephone."""
    page = browser.new_page(viewport={"width": 375, "height": 800})
    with served(pages.app) as base:
        link = pages.personal(base)
        for step in range(1, 6):
            page.goto(f"{link}?lang=nl&step={step}")
            pressed = "[...document.querySelectorAll('.choice, main button')].map((a) => a.getBoundingClientRect())"
            sizes = page.evaluate(f"{pressed}.map((r) => [r.width, r.height])")
            assert sizes
            assert all(width >= 36 and height >= 40 for width, height in sizes), (step, sizes)
    page.close()


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_staff_can_read_feedback_and_actions(browser: Browser, pages: Pages, width: int, scheme: str) -> None:
    import_scores(pages.desk, 30)
    agree(pages.desk, pages.conversations)
    improving(pages.desk).done(an_action(pages.desk, pages.issue).action_id, {"nl": "De kaart is vernieuwd."}, by="anna")
    an_action(pages.desk, pages.issue)
    with come_in(browser, feedback=pages_on(pages.desk)) as page:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for path in ("/feedback", "/actions", f"/actions?issue={pages.issue}"):
            for language in ("nl", "en"):
                page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
                for details in page.locator("details").all():
                    details.evaluate("one => one.open = true")
                must_be_sound(page, f"{path} {language}")
