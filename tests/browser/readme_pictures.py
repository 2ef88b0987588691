"""The pictures in the README, taken from the demo as it is now: the queue, a conversation, the matrix of issues, and a phone."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, ViewportSize, expect

from listener.progress import NoProgress
from moderation.bootstrap import answering_on
from moderation.demo import play_demo
from moderation.demo_people import ADMIN
from moderation.inbox.app import build_staff_app
from moderation.inbox.sign_in import SignIn
from moderation.ledger.sessions import SessionLedger
from moderation.page_parts.staff import staff_parts
from tests.browser.visiting import served

FOLDER = Path(__file__).parent / "pictures"
DESK, PHONE = ViewportSize(width=1280, height=860), ViewportSize(width=375, height=812)
MOST_BYTES = 150_000
PATIENCE_MS = 60_000
TYPED = "Geen probleem, we kijken het vandaag nog voor je na. Je hoort uiterlijk om 15:00 van ons."
"""What the agent in the picture writes: with words that can be said better, so that the picture shows what is said of them."""


@contextmanager
def demo_service() -> Iterator[str]:
    """Play the demo in a folder of its own, serve its staff pages, and hand out a sign-in link."""
    with ExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="klankbord-pictures-")))
        parts, _ = closing.enter_context(play_demo(folder, answering_on, language="nl", progress=NoProgress()))
        sign_in = SignIn(SessionLedger(parts.listening.ledger.engine), parts.listening.clock)
        base = closing.enter_context(served(build_staff_app(staff_parts(parts, sign_in))))
        yield sign_in.new_link(base, agent=ADMIN)


def take(browser: Browser, link: str, out: Path = FOLDER) -> list[str]:
    """Take the four pictures. Returns what went wrong."""
    out.mkdir(parents=True, exist_ok=True)
    base = f"http://{urlsplit(link).netloc}"
    context = browser.new_context(locale="nl", base_url=base, viewport=DESK, color_scheme="light", reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(link)
    page.locator("main button.primary").click()
    page.wait_for_url("**/issues")
    page.goto("/issues?view=matrix")
    _keep(page, out / "issues.webp")
    page.goto("/queue")
    _keep(page, out / "queue.webp")
    _reply(page)
    _keep(page, out / "conversation.webp")
    page.set_viewport_size(PHONE)
    page.evaluate("scrollTo(0, 0)")
    _keep(page, out / "phone.webp")
    context.close()
    return [f"{file.name}: {file.stat().st_size} bytes" for file in sorted(out.glob("*.webp")) if file.stat().st_size > MOST_BYTES]


def _reply(page: Page) -> None:
    """Open what comes first, take it, and write an answer until everything that is said of it stands there."""
    page.locator("[data-row] a[data-open]").first.click()
    claim = page.locator("button[data-key=a]")
    if claim.count():
        claim.click()
    page.locator("#reply-text").fill(TYPED)
    expect(page.locator("#reply-found mark").first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("#reply-saved")).to_have_text("Bewaard", timeout=PATIENCE_MS)
    notice = page.locator("[data-did]")
    expect(notice).to_have_count(0, timeout=PATIENCE_MS)
    page.locator("#reply-text").blur()


def _keep(page: Page, file: Path) -> None:
    """Keep what the screen shows as WebP, which the browser writes itself. A page of an error is no picture."""
    expect(page.locator("main .page-head")).to_be_visible()
    page.evaluate("document.fonts.ready")
    told = page.context.new_cdp_session(page).send("Page.captureScreenshot", {"format": "webp", "quality": 82})
    file.write_bytes(base64.b64decode(told["data"]))
