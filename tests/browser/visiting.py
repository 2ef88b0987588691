"""What every browser test does first: serve pages on this machine, start Chromium, come in; and what every page has to stand."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Response, expect, sync_playwright

from listener.clock import SystemClock
from moderation.inbox.app import build_staff_app
from tests.browser.axe import grave_violations
from tests.conftest import chromium_path
from tests.fakes.people import sign_in_on
from tests.fakes.staff import AGENT, StaffDay

PATIENCE_MS = 30_000
"""How long a test waits for what it expects, as Playwright does for an act; it goes on as soon as that is there."""
expect.set_options(timeout=PATIENCE_MS)
_UNHURRIED = """{
  const later = window.setTimeout;
  window.setTimeout = (what, wait_ms, ...more) => later(what, [1500, 10000].includes(wait_ms) ? 60000 : wait_ms, ...more);
}"""


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve an app on a free port of this machine and hand out its address."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + PATIENCE_MS / 1000
    while not server.started and time.monotonic() < until:
        time.sleep(0.02)
    assert server.started
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        if (live := getattr(app.state, "live", None)) is not None:
            live.close()  # an open page is read for ever
        server.should_exit = True
        thread.join(timeout=10)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Chromium without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"] if os.geteuid() == 0 else [])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def signed_in(**rooms: Any) -> Iterator[Page]:
    """Serve the staff pages with these rooms of `StaffParts`, and hand out a page of somebody who has just come in."""
    with chromium() as browser, come_in(browser, **rooms) as page:
        yield page


@contextmanager
def come_in(browser: Browser, **rooms: Any) -> Iterator[Page]:
    """Do the same in a browser that runs already: two cannot be driven from one thread."""
    sign_in = sign_in_on(SystemClock())
    with served(build_staff_app(replace(StaffDay().parts(sign_in=sign_in), **rooms))) as base:
        context = browser.new_context(locale="nl", base_url=base)
        unhurried(context)
        page = context.new_page()
        enter(page, sign_in.new_link(base, agent=AGENT))
        yield page
        context.close()


def unhurried(context: BrowserContext) -> None:
    """Give the second of two keys (1.5 s) and a notice (10 s) a minute: people are in time for them, a busy machine may not be."""
    context.add_init_script(_UNHURRIED)


def enter(page: Page, link: str) -> None:
    """Come in by a sign-in link."""
    page.goto(link)
    follow(page.locator("main button.primary"))


def follow(pressed: Locator) -> None:
    """Press what leads to a page, and wait until all of that page is there: a press by itself waits for its beginning at most.

    By a key the same is `with page.expect_navigation():` around the press.
    """
    with pressed.page.expect_navigation():
        pressed.click()


def until(page: Page, there: Callable[[], bool]) -> None:
    """Let a page go on until something that is not on it is there."""
    last = time.monotonic() + PATIENCE_MS / 1000
    while not there():
        assert time.monotonic() < last, "it did not come"
        page.wait_for_timeout(50)


def typed_in(answer: Response) -> str:
    """Return the text that the service was sent before it answered this: somebody slow has the half of it kept and looked at too."""
    return parse_qs(answer.request.post_data or "").get("text", [""])[0]


def must_open(page: Page, path: str, *, width: int, scheme: str) -> None:
    """Open a page on a screen of this width, light or dark, and see that everybody can read it."""
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200, path
    must_be_sound(page, path)


def must_be_sound(page: Page, where: object) -> None:
    """axe finds nothing serious, and nothing is wider than the screen."""
    assert grave_violations(page) == [], where
    inner, whole = page.evaluate("[document.documentElement.clientWidth, document.documentElement.scrollWidth]")
    assert whole <= inner, where
