"""The staff pages in a real browser: what only a browser can tell (RULES S5, S7; works at 375 px; renews itself)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from listener.clock import SystemClock
from moderation.inbox.app import build_staff_app
from moderation.inbox.sign_in import COOKIE, SignIn
from tests.browser.visiting import chromium, enter, follow, served
from tests.fakes.people import sign_in_on
from tests.fakes.staff import AGENT, StaffDay
from tests.moderation.inbox.test_hostile_text import HOSTILE, written_by

pytestmark = pytest.mark.browser

PATHS = ("/issues", "/issues/1", "/queue", "/cases/1", "/digest", "/sources")

WHERE_AND_SEEN = """(() => {
  const at = document.activeElement;
  const ringed = [at, at.closest(".issue") || at].some((one) => getComputedStyle(one).outlineStyle !== "none");
  return [at.getAttribute("href") || "", ringed];
})()"""


@dataclass
class Served:
    """The pages on a free port of this machine."""

    base: str
    sign_in: SignIn
    day: StaffDay

    def link(self, agent: str = AGENT) -> str:
        return self.sign_in.new_link(self.base, agent=agent)


@contextmanager
def serve(day: StaffDay) -> Iterator[Served]:
    sign_in = sign_in_on(SystemClock())
    with served(build_staff_app(day.parts(sign_in=sign_in))) as base:
        yield Served(base, sign_in, day)


@pytest.fixture
def pages() -> Iterator[Served]:
    with serve(StaffDay()) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


class Watched:
    """A signed-in tab that notes whatever should not happen: console errors, dialogs, requests to anywhere else."""

    def __init__(self, browser: Browser, pages: Served, **options: Any) -> None:
        self.context = browser.new_context(locale="nl", **options)
        self.page = self.context.new_page()
        self.base = pages.base
        self.wrong: list[str] = []
        self.page.on("console", lambda said: self.wrong.append(f"console: {said.text}") if said.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        self.page.on(
            "request", lambda asked: None if asked.url.startswith((pages.base, "data:")) else self.wrong.append(f"asked: {asked.url}")
        )
        self.page.on("dialog", self._dialog)
        enter(self.page, pages.link())
        assert self.page.url == f"{pages.base}/issues"

    def _dialog(self, dialog: Dialog) -> None:
        self.wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def open(self, path: str) -> Page:
        answer = self.page.goto(f"{self.base}{path}")
        assert answer is not None
        assert answer.ok, path
        return self.page


def test_chromium_keeps_the_locked_cookie_on_plain_loopback(browser: Browser, pages: Served) -> None:
    """`__Host-` asks for Secure; Chromium counts 127.0.0.1 as safe, so no weaker cookie is needed."""
    tab = Watched(browser, pages)
    (cookie,) = tab.context.cookies()
    assert cookie["name"] == COOKIE
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Strict")
    assert tab.page.evaluate("document.cookie") == ""
    assert tab.wrong == []


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_breaks_the_policy_or_scrolls_sideways_on_a_telephone(browser: Browser, pages: Served, language: str, scheme: str) -> None:
    """375 px is a common telephone; the policy is broken by a single style attribute."""
    tab = Watched(browser, pages, viewport={"width": 375, "height": 812}, color_scheme=scheme)
    for path in PATHS:
        page = tab.open(f"{path}?lang={language}")
        inner, whole = page.evaluate("[document.documentElement.clientWidth, document.documentElement.scrollWidth]")
        assert (inner, whole <= inner) == (375, True), (path, whole)
        assert page.locator("h1").count() == 1
        assert page.locator("html").get_attribute("lang") == language
    assert tab.wrong == []


def test_a_morning_of_an_agent_without_a_script(browser: Browser, pages: Served) -> None:
    """Read, claim, give back, sign out: forms and links alone."""
    tab = Watched(browser, pages, java_script_enabled=False)
    tab.open("/queue")
    follow(tab.page.locator(".q-row:first-child button").first)
    assert tab.page.url.endswith("/cases/1?did=1")
    expect(tab.page.locator(".did")).to_contain_text("Opgepakt.")
    assert pages.day.holders[1] == AGENT
    follow(tab.page.locator("text=Teruggeven"))
    assert tab.page.url.endswith("/queue?did=2")
    assert 1 not in pages.day.holders
    follow(tab.page.locator("button[value=en]"))
    expect(tab.page.locator("h1")).to_have_text("Queue")
    follow(tab.page.locator("text=Sign out"))
    assert tab.page.url.endswith("/sign-in")
    tab.page.goto(f"{pages.base}/issues")
    assert tab.page.url.endswith("/sign-in")
    assert tab.wrong == []


def test_a_form_on_another_site_claims_nothing(browser: Browser, pages: Served) -> None:
    """The browser itself says where the form stood: another port of this machine is another site's page (S4)."""
    tab = Watched(browser, pages)
    evil = tab.context.new_page()
    evil.route(
        "**/trap",
        lambda route: route.fulfill(body=f"<form method=post action={pages.base}/cases/1/claim><button>x", content_type="text/html"),
    )
    with serve(StaffDay()) as elsewhere:
        evil.goto(f"{elsewhere.base}/trap")
        follow(evil.locator("button"))
        expect(evil.locator(".above")).to_have_text(re.compile("^40[13]$"))
    assert pages.day.claims == []


def test_everything_can_be_reached_and_seen_by_keyboard(browser: Browser, pages: Served) -> None:
    """The first stop leads past the menu; every stop shows where one is."""
    tab = Watched(browser, pages)
    page = tab.open("/issues")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    reached: set[str] = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        address, seen = page.evaluate(WHERE_AND_SEEN)
        if address:
            assert seen, address
        reached.add(address)
    assert {"/issues/1", "/issues/7", "/sources"} <= reached


def test_a_new_issue_appears_on_an_open_page(browser: Browser, pages: Served) -> None:
    """Without a stream our own script asks again every 15 s. Rows do not jump under a reader: a bar says that there is one."""
    tab = Watched(browser, pages)
    tab.page.clock.install()
    page = tab.open("/issues")
    page.locator("a[href='/issues/2']").first.focus()
    pages.day.issues = (*pages.day.issues, replace(pages.day.issues[0], issue_id=80, title="Warmtepomp bromt"))
    assert page.locator("text=Warmtepomp bromt").count() == 0
    page.clock.run_for(16_000)
    expect(page.locator("[data-live-bar] button")).to_be_visible()
    assert page.evaluate("document.activeElement.getAttribute('href')") == "/issues/2"
    page.locator("[data-live-bar] button").click()
    expect(page.locator("text=Warmtepomp bromt").first).to_be_visible()
    assert tab.wrong == []


def test_an_open_page_says_when_it_is_no_longer_renewed(browser: Browser, pages: Served) -> None:
    tab = Watched(browser, pages)
    tab.page.clock.install()
    page = tab.open("/queue")
    pages.sign_in.end_all()
    page.clock.run_for(16_000)
    expect(page.locator("[data-live-stale]")).to_be_visible()


def test_hostile_posts_do_nothing_in_a_browser(browser: Browser) -> None:
    """I9 in a real browser: no dialog, no script, no policy report, no request to anywhere else (S7)."""
    seen: list[str] = []
    for text in (" ".join(HOSTILE[:13]), " ".join(HOSTILE[13:28])):
        with serve(written_by(text, StaffDay())) as pages:
            tab = Watched(browser, pages, viewport={"width": 375, "height": 812})
            for path in PATHS:
                page = tab.open(path)
                page.mouse.move(180, 400)
                page.keyboard.press("Tab")
                inner, whole = page.evaluate("[document.documentElement.clientWidth, document.documentElement.scrollWidth]")
                assert whole <= inner, path
            seen += tab.wrong
            tab.context.close()
    assert seen == []
