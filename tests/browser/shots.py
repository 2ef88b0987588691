"""Takes pictures of the staff pages: light, dark and 375 px wide, by Chromium without a window. Look at them before you say a page is done.

    scripts/shots [--link SIGN_IN_LINK [--public ADDRESS]] [--out FOLDER] [--language nl]
    scripts/shots --readme [--link SIGN_IN_LINK]

With the link that `klankbord run` or `klankbord demo` printed it pictures that service, with `--public` the pages that customers see too;
without one, an invented day of its own. `--readme` renews the pictures of the README, from a demo that it plays itself
(minutes); with a link those of pages alone.
Ends 1 when a page logs an error, breaks the content policy or is wider than the screen; 2 without Chromium.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn
from playwright.sync_api import Browser, ConsoleMessage, Page, StorageState, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # run as a script, this file's own folder would be searched instead

from listener.clock import SystemClock
from moderation.inbox.app import build_staff_app
from tests.browser.readme_pictures import FOLDER, demo_service, take
from tests.browser.visiting import follow
from tests.conftest import chromium_path
from tests.fakes.people import sign_in_on
from tests.fakes.staff import AGENT, StaffDay

PAGES = {"issues": "/issues", "issue": "/issues/1", "queue": "/queue", "case": "/cases/1", "digest": "/digest", "sources": "/sources"}
_ROOMS: tuple[str, ...] = ("outbox", "status", "shadow", "invitations", "feedback", "actions", "approvals", "knowledge", "me", "people")
_ROOMS += ("questions", "templates")
SPEAKING = {name: f"/{name}" for name in _ROOMS} | {"matrix": "/issues?view=matrix", "search": "/search?q=stroom"}
"""Pages of a whole service; the invented day has none of them."""
PUBLIC = {"public": "/", "public-status": "/status/1", "public-privacy": "/privacy"}
SCREENS = {"light": (1280, 800, "light"), "dark": (1280, 800, "dark"), "375": (375, 812, "light"), "375-dark": (375, 812, "dark")}


@contextmanager
def invented_day() -> Iterator[str]:
    """Serve the pages on an invented day and hand out a sign-in link."""
    sign_in = sign_in_on(SystemClock())
    app = build_staff_app(StaffDay().parts(sign_in=sign_in))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield sign_in.new_link(f"http://127.0.0.1:{port}", agent=AGENT)
    finally:
        server.should_exit = True
        thread.join(timeout=10)


class ComplaintsOf:
    """Adds what a browser complains about on one screen to a list."""

    def __init__(self, screen: str, wrong: list[str]) -> None:
        self._screen = screen
        self._wrong = wrong

    def __call__(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            self._wrong.append(f"{self._screen}: {said.text}")


def picture(browser: Browser, link: str, out: Path, language: str, *, pages: Mapping[str, str] = PAGES) -> list[str]:
    """Sign in once, then picture every page on every screen. Returns what went wrong."""
    wrong: list[str] = []
    entry = browser.new_context(locale=language, viewport={"width": 1280, "height": 800})
    page = entry.new_page()
    page.goto(link)
    page.screenshot(path=out / "sign-in.png")
    follow(page.locator("main button.primary"))
    return wrong + on_every_screen(browser, f"http://{urlsplit(link).netloc}", pages, out, language, kept=entry.storage_state())


def on_every_screen(
    browser: Browser, base: str, pages: Mapping[str, str], out: Path, language: str, *, kept: StorageState | None = None
) -> list[str]:
    """Picture pages below `base` on every screen. Returns what went wrong."""
    wrong: list[str] = []
    for screen, (width, height, scheme) in SCREENS.items():
        context = browser.new_context(
            storage_state=kept,
            locale=language,
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        page = context.new_page()
        page.on("console", ComplaintsOf(screen, wrong))
        for name, path in pages.items():
            answer = page.goto(f"{base}{path}{'&' if '?' in path else '?'}lang={language}")
            if answer is None or not answer.ok:
                wrong.append(f"{name} on {screen}: status {answer.status if answer else 'none'}")
                continue
            page.screenshot(path=out / f"{name}-{screen}.png", full_page=True)
            wrong += [f"{name} on {screen}: {what}" for what in too_wide(page)]
        context.close()
    return wrong


def too_wide(page: Page) -> list[str]:
    """Tell when a page scrolls sideways."""
    inner, whole = page.evaluate("[document.documentElement.clientWidth, document.documentElement.scrollWidth]")
    return [f"{whole} px wide on a screen of {inner}"] if whole > inner else []


def main() -> int:
    asked = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("--link", help="sign-in link of a running service")
    asked.add_argument("--public", help="address of the pages that this service shows to customers")
    asked.add_argument("--out", type=Path, default=Path(".cache/shots"), help="folder for the pictures")
    asked.add_argument("--language", choices=("nl", "en"), default="nl")
    asked.add_argument("--readme", action="store_true", help="renew the pictures of the README")
    given = asked.parse_args()
    chromium = chromium_path()
    if chromium is None:
        print("Chromium is missing: run scripts/ci_setup, or apt-get install chromium", file=sys.stderr)
        return 2
    given.out.mkdir(parents=True, exist_ok=True)
    played = demo_service() if given.readme and not given.link else nullcontext((given.link, None))
    with played as (told, digest), sync_playwright() as playwright:  # the demo first: it has an event loop of its own
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        if given.readme:
            wrong = take(browser, told, digest)
            given.out = FOLDER
        elif given.link:
            wrong = picture(browser, given.link, given.out, given.language, pages=PAGES | SPEAKING)
            if given.public:
                wrong += on_every_screen(browser, given.public.rstrip("/"), PUBLIC, given.out, given.language)
        else:
            with invented_day() as link:
                wrong = picture(browser, link, given.out, given.language)
        browser.close()
    print(f"{len(list(given.out.glob('*.webp' if given.readme else '*.png')))} pictures in {given.out}")
    for line in wrong:
        print(f"wrong: {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
