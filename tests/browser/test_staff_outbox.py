"""The page about what leaves in a real browser: axe at 375 and 1280 px, nothing wider than the screen, a press that does it."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from moderation.inbox.app import build_staff_app
from moderation.inbox.sign_in import SignIn
from moderation.page_parts.outbox import outbox_parts
from moderation.publishers.simulated import Fault
from tests.browser.axe import grave_violations
from tests.conftest import chromium_path
from tests.fakes.desk import Desk, mention, open_desk
from tests.fakes.staff import AGENT, StaffDay

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One answer needs a person, one is approved, one is a draft, and an alarm is up."""
    with open_desk(tmp_path_factory.mktemp("desk"), faults=[Fault.LOSE], native_key=False) as opened:
        first, second, third = opened.hear(*(mention(str(number)) for number in range(3)))
        opened.approved(first)
        asyncio.run(opened.settle())
        opened.approved(second, "We bellen je morgen terug over de rekening.")
        opened.draft(third, "Dag, welke straat is het? We kijken mee.")
        opened.alarms.raise_once("unknown_own_post", "x#9", note="https://x.example/een-heel-lang-adres/9", at=opened.clock.now())
        yield opened


@pytest.fixture(scope="module")
def page(desk: Desk) -> Iterator[Page]:
    """Somebody who is signed in, in one browser."""
    sign_in = SignIn(time.monotonic)
    app = build_staff_app(replace(StaffDay().parts(sign_in=sign_in), outbox=outbox_parts(desk, desk.home)))  # type: ignore[arg-type]  # the parts it uses
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started and time.monotonic() < until:
        time.sleep(0.02)
    assert server.started
    link = sign_in.new_link(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", agent=AGENT)
    with sync_playwright() as playwright:
        browser: Browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"] if os.geteuid() == 0 else [])
        opened = browser.new_context(locale="nl", base_url=link.partition("/sign-in")[0]).new_page()
        opened.goto(link)
        opened.click("main button.primary")
        yield opened
        browser.close()
    server.should_exit = True
    thread.join(timeout=10)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
def test_everybody_can_read_and_use_the_page(page: Page, width: int, scheme: str) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for path in ("/outbox", "/outbox?state=needs_human"):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        assert grave_violations(page) == [], path
        inner, whole = page.evaluate("[document.documentElement.clientWidth, document.documentElement.scrollWidth]")
        assert whole <= inner, path


def test_one_press_stops_every_send(page: Page, desk: Desk) -> None:
    page.goto("/outbox")
    page.click("text=Stop alle verzending")
    assert desk.outbox.stopped()
    page.click("text=Verzending weer toestaan")
    assert not desk.outbox.stopped()
