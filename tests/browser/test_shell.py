"""The frame of every staff page in a real browser: the whole of it by keyboard, themes, and rows that do not jump while somebody reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from moderation.inbox.live import Live
from moderation.page_parts.status import status_parts
from tests.browser.visiting import chromium, come_in, must_open, until
from tests.fakes.desk import Desk, mention, open_desk
from tests.fakes.staff import StaffDay
from tests.fakes.staff_issues import ToldFigures, issue_room
from tests.moderation.inbox.test_live import ToldPulse
from tests.moderation.status.said import issue_of

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@dataclass
class Open:
    """An open page, the day it shows and the pulse it listens to."""

    page: Page
    day: StaffDay
    source: ToldPulse

    def add_issue(self, title: str) -> None:
        """Let an issue be found, and every open page be told."""
        first = self.day.issues[0]
        self.day.issues = (replace(first, issue_id=100 + len(self.day.issues), title=title, period_mentions=9_999), *self.day.issues)
        self.source.pulse = replace(self.source.pulse, act=self.source.pulse.act + 1)


@contextmanager
def looking(browser: Browser, path: str = "/issues") -> Iterator[Open]:
    """Somebody who has come in and looks at a page that is kept up to date."""
    day, source = StaffDay(), ToldPulse()
    with come_in(browser, issues=day.now, issue=day.issue, live=Live(source, look_seconds=0.05)) as page:
        with page.expect_response("**/events?*"):
            page.goto(path)
        yield Open(page, day, source)


def pressed(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_the_pages_are_walked_without_a_mouse(browser: Browser) -> None:
    """g and a letter go to a page, j and k along its rows, Enter opens, Tab reaches the content past the menu."""
    with looking(browser, "/queue") as it:
        page = it.page
        with page.expect_navigation(url="**/issues"):
            pressed(page, "g", "i")
        pressed(page, "j", "j", "k", "j")
        assert page.evaluate("document.activeElement.getAttribute('href')") == page.locator("[data-row] a").nth(1).get_attribute("href")
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.closest('[data-row]') !== null")
        with page.expect_navigation(url="**/issues/*"):
            page.keyboard.press("Enter")
        page.goto("/issues")
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#main")).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.locator("#main :focus")).to_have_count(1)


def test_the_question_mark_tells_the_keys_this_page_has(browser: Browser) -> None:
    with looking(browser, "/issues") as it:
        page = it.page
        page.keyboard.press("?")
        box = page.locator("#keys")
        expect(box).to_be_visible()
        told = box.inner_text()
        for key in page.evaluate(
            "[...document.querySelectorAll('[data-key]')].filter((a) => a.checkVisibility()).map((a) => a.dataset.key)"
        ):
            assert all(part in told.split() for part in key.split()), key
        pressed(page, "g", "q")
        assert page.url.endswith("/issues"), "nothing happens behind the window"
        page.keyboard.press("Escape")
        expect(box).to_be_hidden()


def test_a_key_that_is_typed_is_only_typed_and_keys_can_be_switched_off(browser: Browser) -> None:
    """WCAG 2.1.4: single keys can be switched off, and stay off on the next page."""
    with looking(browser, "/issues") as it:
        page = it.page
        page.evaluate(
            "const box = document.createElement('input'); box.id = 'typed'; document.querySelector('main').append(box); box.focus()"
        )
        page.keyboard.type("g q ? j")
        assert page.input_value("#typed") == "g q ? j"
        assert page.url.endswith("/issues")
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        page.click("[data-keys-switch]")
        page.keyboard.press("Escape")
        expect(page.locator("#keys")).to_be_hidden()
        pressed(page, "g", "q", "?")
        expect(page.locator("#keys")).to_be_hidden()
        page.goto("/issues")
        pressed(page, "g", "q", "?")
        expect(page.locator("#keys")).to_be_hidden()
        page.click("[data-keys-open]")
        expect(page.locator("[data-keys-switch]")).to_have_attribute("aria-pressed", "true")
        page.click("[data-keys-switch]")
        page.keyboard.press("Escape")
        expect(page.locator("#keys")).to_be_hidden()
        with page.expect_navigation(url="**/queue"):
            pressed(page, "g", "q")


def test_what_is_new_stands_there_without_a_reload(browser: Browser) -> None:
    with looking(browser) as it:
        it.page.evaluate("window.same = true")
        it.add_issue("Geen water in de Havenwijk")
        expect(it.page.get_by_text("Geen water in de Havenwijk").first).to_be_visible()
        assert it.page.evaluate("window.same"), "the page itself was not loaded again"


def test_rows_do_not_jump_while_somebody_is_among_them(browser: Browser) -> None:
    """With the focus in the list a bar says how many are new; they come when the reader asks."""
    with looking(browser) as it:
        page = it.page
        page.keyboard.press("j")
        before = page.evaluate("document.activeElement.getAttribute('href')")
        it.add_issue("Geen water in de Havenwijk")
        bar = page.locator("[data-live-bar] button")
        expect(bar).to_be_visible()
        assert bar.inner_text() == "1 nieuwe regel tonen"
        assert page.get_by_text("Geen water in de Havenwijk").count() == 0
        assert page.evaluate("document.activeElement.getAttribute('href')") == before
        page.keyboard.press(".")
        expect(page.get_by_text("Geen water in de Havenwijk").first).to_be_visible()
        expect(bar).to_be_hidden()
        assert page.evaluate("document.activeElement.getAttribute('href')") == before, "the reader is where they were"


def test_nothing_is_taken_from_under_somebody_who_writes(browser: Browser) -> None:
    with looking(browser) as it:
        page = it.page
        page.evaluate(
            "const box = document.createElement('textarea'); box.id = 'half'; document.querySelector('main').append(box); box.focus()"
        )
        page.keyboard.type("half een zin")
        answers: list[Response] = []
        page.on("response", lambda one: answers.append(one) if one.url.endswith("/issues") else None)
        page.evaluate("document.querySelector('[data-live-note]').textContent = ''")
        it.add_issue("Geen water in de Havenwijk")
        until(page, lambda: any("Geen water in de Havenwijk" in one.text() for one in answers))  # it was told, and asked
        expect(page.locator("[data-live-note]")).not_to_be_empty()  # and the page has done with it what it does
        assert page.input_value("#half") == "half een zin"
        assert page.get_by_text("Geen water in de Havenwijk").count() == 0


@pytest.mark.parametrize(("chosen", "system", "paper"), [("dark", "light", "rgb(17, 22, 26)"), ("light", "dark", "rgb(245, 245, 241)")])
def test_a_chosen_theme_overrules_the_system(browser: Browser, chosen: str, system: str, paper: str) -> None:
    with looking(browser) as it:
        it.page.emulate_media(color_scheme="dark" if system == "dark" else "light")
        it.page.goto("/issues")
        it.page.evaluate(f"document.documentElement.dataset.theme = '{chosen}'")
        assert it.page.evaluate("getComputedStyle(document.body).backgroundColor") == paper


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "home", native_key=False) as opened:
        yield opened


@pytest.mark.parametrize(("width", "scheme"), [(375, "light"), (375, "dark"), (1280, "light"), (1280, "dark")])
def test_everybody_can_use_the_issue_pages(browser: Browser, desk: Desk, width: int, scheme: str) -> None:
    issue_of(desk, desk.hear(*(mention(f"{n}") for n in range(3))))
    plan = desk.status.answers.plan(1, [1, 2, 3], {"nl": "Geen probleem, {{ customer }}: het is gerepareerd."}, "carla")
    day = StaffDay()
    rooms = {"issue_room": issue_room(desk, ToldFigures(day)), "status": status_parts(desk.status)}
    with come_in(browser, **rooms) as page:
        paths = ("/issues", "/issues?view=matrix", "/issues/1", "/issues/1/merge", "/issues/1/split", "/issues/1/answer")
        for path in (*paths, f"/status/plans/{plan.plan_id}"):
            for language in ("nl", "en"):
                must_open(page, f"{path}{'&' if '?' in path else '?'}lang={language}", width=width, scheme=scheme)
