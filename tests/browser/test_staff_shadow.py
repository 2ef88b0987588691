"""The page on which shadow items are checked, in a real browser: axe at 375 and 1280 px, nothing wider than the screen, one press."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Page, sync_playwright

from moderation.inbox.app import build_staff_app
from moderation.inbox.sign_in import SignIn
from moderation.model.outbox import NewDraft
from moderation.model.post import PostKind
from moderation.model.shadow import Judged, ShadowKind
from moderation.page_parts.shadow import shadow_parts
from tests.browser.axe import grave_violations
from tests.conftest import chromium_path
from tests.fakes.desk import Desk, loose_target, open_desk, shipped_rules
from tests.fakes.staff import AGENT, StaffDay

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk with four items in shadow, one of them found wrong."""
    home: Path = tmp_path_factory.mktemp("shadow")
    wording = shipped_rules()[0]["nl"]
    text = wording.render(
        "invitation_thread", {"brand": "Stroomwerk", "link": "https://stroom.example/vragen/een-lange-weg-zonder-spaties"}
    )
    with open_desk(home) as opened:
        for number in range(4):
            draft = NewDraft(
                kind=PostKind.INVITATION,
                target=loose_target(f"een-gesprek-met-een-lange-naam-{number}"),
                text=text,
                language="nl",
                author="schedule",
                template=wording.version("invitation_thread"),
            )
            opened.shadow.record(ShadowKind.INVITATION, draft, why={"event": "gesprek gesloten", "quiet_hours": "51"})
        opened.shadow.review(1, Judged.WRONG, "bram", note="Hier liep nog een tweede vraag.")
        yield opened


@pytest.fixture(scope="module")
def page(desk: Desk) -> Iterator[Page]:
    """Somebody who is signed in, in one browser."""
    sign_in = SignIn(time.monotonic)
    app = build_staff_app(replace(StaffDay().parts(sign_in=sign_in), shadow=shadow_parts(desk)))  # type: ignore[arg-type]  # same fields
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started and time.monotonic() < until:
        time.sleep(0.02)
    assert server.started
    base = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"] if os.geteuid() == 0 else [])
        opened = browser.new_context(locale="nl", base_url=base).new_page()
        opened.goto(sign_in.new_link(base, agent=AGENT))
        opened.click("main button.primary")
        yield opened
        browser.close()
    server.should_exit = True
    thread.join(timeout=10)


@pytest.mark.parametrize("width", [375, 1280])
def test_everybody_can_read_and_use_the_page_about_shadow(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/shadow")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert grave_violations(page) == []
    if folder := os.environ.get("SHOTS_FOLDER"):
        page.screenshot(path=str(Path(folder) / f"shadow-{width}.png"), full_page=True)


def test_a_verdict_is_one_press_and_a_wrong_one_says_why(page: Page, desk: Desk) -> None:
    page.goto("/shadow")
    page.click("button[value=right]")
    assert page.url.endswith("/shadow")
    assert desk.shadow.item(2).check is not None
    page.fill("#note", "Te vroeg.")
    page.click("button[value=wrong]")
    check = desk.shadow.item(3).check
    assert check is not None
    assert (check.judged, check.note, check.by) == (Judged.WRONG, "Te vroeg.", AGENT)
