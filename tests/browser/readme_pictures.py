"""The pictures in the README, taken from the demo as it is now: pages for agents and for management, and what leaves the house."""

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
from moderation.model.delivery import Message
from moderation.page_parts.staff import staff_parts
from tests.browser.readme_messages import as_channel, as_mail, digest_of
from tests.browser.visiting import enter, follow, served

FOLDER = Path(__file__).parent / "pictures"
DESK, PHONE = ViewportSize(width=1280, height=860), ViewportSize(width=375, height=812)
TALL, CHANNEL = ViewportSize(width=1280, height=1100), ViewportSize(width=520, height=812)
MOST_BYTES = 200_000
PATIENCE_MS = 60_000
TYPED = "Geen probleem, we kijken het vandaag nog voor je na. Je hoort uiterlijk om 15:00 van ons."
"""What the agent in the picture writes: with words that can be said better, so that the picture shows what is said of them."""


@contextmanager
def demo_service() -> Iterator[tuple[str, Message]]:
    """Play the demo in a folder of its own, serve its staff pages, and hand out a sign-in link and yesterday's digest."""
    with ExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="klankbord-pictures-")))
        parts, _ = closing.enter_context(play_demo(folder, answering_on, language="nl", progress=NoProgress()))
        sign_in = SignIn(SessionLedger(parts.listening.ledger.engine), parts.listening.clock)
        base = closing.enter_context(served(build_staff_app(staff_parts(parts, sign_in))))
        yield sign_in.new_link(base, agent=ADMIN), digest_of(parts)


def take(browser: Browser, link: str, digest: Message | None = None, out: Path = FOLDER) -> list[str]:
    """Take the pictures of the pages, and of the digest when there is one. Returns what went wrong."""
    out.mkdir(parents=True, exist_ok=True)
    base = f"http://{urlsplit(link).netloc}"
    context = browser.new_context(locale="nl", base_url=base, viewport=DESK, color_scheme="light", reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    enter(page, link)
    page.goto("/issues?view=matrix")
    _keep(page, out / "issues.webp")
    page.goto("/queue")
    _keep(page, out / "queue.webp")
    _for_management(page, out)
    page.set_viewport_size(DESK)
    _reply(page)
    _keep(page, out / "conversation.webp")
    page.set_viewport_size(PHONE)
    page.evaluate("scrollTo(0, 0)")
    _keep(page, out / "phone.webp")
    if digest is not None:
        _messages(context.new_page(), digest, out)  # the pages' policy would take the message's own looks away
    context.close()
    return [f"{file.name}: {file.stat().st_size} bytes" for file in sorted(out.glob("*.webp")) if file.stat().st_size > MOST_BYTES]


def _reply(page: Page) -> None:
    """Open what comes first of what is Dutch, take it, and write an answer until everything that is said of it stands there."""
    page.goto("/queue?language=nl")
    follow(page.locator("[data-row] a[data-open]").first)
    claim = page.locator("button[data-key=a]")
    if claim.count():
        follow(claim)
    page.locator("#reply-text").fill(TYPED)
    expect(page.locator("#reply-found mark").first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("#reply-saved")).to_have_text("Bewaard", timeout=PATIENCE_MS)
    notice = page.locator("[data-did]")
    expect(notice).to_have_count(0, timeout=PATIENCE_MS)
    page.locator("#reply-text").blur()


def _for_management(page: Page, out: Path) -> None:
    """Keep the pages that management looks at: the figures of now, page one of the weekly report, the channel grid."""
    page.set_viewport_size(TALL)
    page.goto("/dashboard?days=30")
    _keep(page, out / "dashboard.webp")
    page.goto("/report")
    _keep(page, out / "report.webp", there="main .report", until="main .report > hr")
    page.goto("/grid")
    _keep(page, out / "grid.webp")


def _messages(page: Page, digest: Message, out: Path) -> None:
    """Keep a digest as an e-mail on a phone, and as a channel of Discord would show it."""
    page.set_viewport_size(PHONE)
    page.set_content(as_mail(digest))
    _keep(page, out / "mail.webp", there="main h1")
    page.set_viewport_size(CHANNEL)
    page.set_content(as_channel(digest))
    _keep(page, out / "discord.webp", there=".embed")


def _keep(page: Page, file: Path, *, there: str = "main .page-head", until: str = "") -> None:
    """Keep what the screen shows as WebP, which the browser writes itself. A page of an error is no picture.

    `there` must be on the page; `until` names what the picture ends above, also where that is below the screen.
    """
    expect(page.locator(there).first).to_be_visible()
    page.evaluate("document.fonts.ready")
    asked: dict[str, object] = {"format": "webp", "quality": 82}
    ends = page.locator(until).first.bounding_box() if until else None
    if ends is not None:
        width = page.evaluate("document.documentElement.clientWidth")
        clip = {"x": 0, "y": 0, "width": width, "height": ends["y"], "scale": 1}
        asked |= {"clip": clip, "captureBeyondViewport": True}
    told = page.context.new_cdp_session(page).send("Page.captureScreenshot", asked)
    file.write_bytes(base64.b64decode(told["data"]))
