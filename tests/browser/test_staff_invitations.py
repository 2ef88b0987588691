"""The staff pages about invitations in a real browser: axe at 375 and 1280 px, light and dark, nothing wider than the screen."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from moderation.inbox.app import build_staff_app
from moderation.inbox.sign_in import SignIn
from moderation.page_parts.invitations import invitation_parts
from tests.browser.axe import grave_violations
from tests.conftest import chromium_path
from tests.fakes.invited import DAYS, open_invited, said, signal
from tests.fakes.staff import AGENT, StaffDay

pytestmark = pytest.mark.browser

PATHS = (
    "/invitations",
    "/invitations?state=waiting&kind=conversation_closed",
    "/invitations/2",
    "/invitations/quiet",
    "/invitations/standing",
)


@pytest.fixture(scope="module")
def link(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Pages over a desk where one person is asked, one waits, and one is never asked."""
    home: Path = tmp_path_factory.mktemp("invited")
    with open_invited(home) as invited:
        here, *_ = invited.talk(
            said("1"), said("2", realm="a-rather-long-name-of-a-forum.example"), said("3", platform="x", realm="x.example"), answered=False
        )
        invited.wait(3 * DAYS)
        signal(invited.desk, [here])
        invited.look()
        sign_in = SignIn(time.monotonic)
        app = build_staff_app(replace(StaffDay().parts(sign_in=sign_in), invitations=invitation_parts(invited.inviting)))
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
def test_everybody_can_read_why_somebody_is_asked(page: Page, width: int, scheme: str) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for path in PATHS:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        assert grave_violations(page) == [], path
        inner, whole = page.evaluate("[document.documentElement.clientWidth, document.documentElement.scrollWidth]")
        assert whole <= inner, path
        if shots := os.environ.get("INVITATION_SHOTS"):
            page.screenshot(path=f"{shots}/{path.strip('/').replace('/', '-').partition('?')[0]}-{width}-{scheme}.png", full_page=True)
