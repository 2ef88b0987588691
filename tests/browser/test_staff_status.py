"""The staff pages about public status in a real browser: axe at 375 and 1280 px, nothing wider than the screen, forms that work."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from moderation.inbox.app import build_staff_app
from moderation.inbox.sign_in import SignIn
from moderation.page_parts.status import status_parts
from tests.browser.axe import grave_violations
from tests.conftest import chromium_path
from tests.fakes.desk import Desk, open_desk
from tests.fakes.staff import AGENT, StaffDay
from tests.moderation.status.said import heard, issue_of, published

pytestmark = pytest.mark.browser

PATHS = ("/status", "/status/1", "/status/1?status=fixing", "/status/plans/1", "/issues/1")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk with one issue, one update, a promise that is near with "no news yet" ready, and an open plan of seven threads."""
    home: Path = tmp_path_factory.mktemp("desk")
    with open_desk(home) as opened:
        issue = issue_of(opened, heard(opened, 7, platforms=("feed", "reddit", "matrix")))
        update = published(opened, issue)
        plan = opened.status.planning.plan(update.update_id, "bram")
        opened.status.sending.tick(plan.plan_id, [plan.to_post[0].item_id], "bram")
        opened.clock.advance(timedelta(minutes=95))
        opened.status.promises.once()
        yield opened


@pytest.fixture(scope="module")
def link(desk: Desk) -> Iterator[str]:
    sign_in = SignIn(time.monotonic)
    app = build_staff_app(replace(StaffDay().parts(sign_in=sign_in), status=status_parts(desk.status)))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started and time.monotonic() < until:
        time.sleep(0.02)
    assert server.started
    yield sign_in.new_link(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", agent=AGENT)
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture(scope="module")
def page(link: str) -> Iterator[Page]:
    """Somebody who is signed in, in one browser."""
    with sync_playwright() as playwright:
        browser: Browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"] if os.geteuid() == 0 else [])
        opened = browser.new_context(locale="nl", base_url=link.partition("/sign-in")[0]).new_page()
        opened.goto(link)
        opened.click("main button.primary")
        yield opened
        browser.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
def test_everybody_can_read_and_use_the_pages_about_status(page: Page, width: int, scheme: str) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for path in PATHS:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        assert grave_violations(page) == [], path
        inner, whole = page.evaluate("[document.documentElement.clientWidth, document.documentElement.scrollWidth]")
        assert whole <= inner, path


def test_a_thread_is_chosen_with_one_press(page: Page, desk: Desk) -> None:
    page.goto("/status/plans/1")
    before = page.locator("text=Dit gesprek kiezen").count()
    page.locator("text=Dit gesprek kiezen").first.click()
    assert page.locator("text=Dit gesprek kiezen").count() == before - 1
    assert sum(1 for item in desk.status.sending.get(1).items if item.ticked_by == AGENT) == 1


def test_an_update_is_worded_in_the_form_and_shown_before_it_is_published(page: Page, desk: Desk) -> None:
    page.goto("/status/1?status=resolved")
    for language, text in (("nl", "De kabel is gerepareerd."), ("en", "The cable was repaired.")):
        page.fill(f"#{language}-fix", text)
    page.click("text=Concept bewaren")
    assert page.locator("text=De kabel is gerepareerd.").count() == 1
    page.locator(".message", has_text="De kabel is gerepareerd.").locator("text=Op de statuspagina zetten").click()
    shown = desk.status.status.of_issue(1)
    assert shown is not None
    assert shown.status.value == "resolved"
