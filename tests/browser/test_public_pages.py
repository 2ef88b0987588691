"""The public pages in a real browser at 375 and 1280 px: readable by everybody, without a cookie, a script or a request elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from moderation.public.app import build_public_app
from tests.browser.axe import grave_violations
from tests.browser.visiting import chromium, follow, must_be_sound, served
from tests.fakes.public import public_day

pytestmark = pytest.mark.browser

PATHS = ("/", "/status/7", "/status/6", "/status/4", "/privacy", "/nowhere")
WIDTHS = (375, 1280)


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with served(build_public_app(public_day())) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_everybody_can_read_every_page(browser: Browser, base: str, width: int, scheme: str) -> None:
    """axe finds nothing serious, nothing is wider than the screen, nothing is blocked, asked elsewhere, or kept in the browser."""
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    complaints: list[str] = []
    elsewhere: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if "404" not in said.text else None)
    page.on("request", lambda asked: elsewhere.append(asked.url) if not asked.url.startswith(base) else None)
    for path in PATHS:
        for language in ("nl", "en"):
            page.goto(f"{base}{path}?lang={language}")
            must_be_sound(page, (path, language))
    assert complaints == []
    assert elsewhere == []
    assert context.cookies() == []
    context.close()


def test_everything_works_without_javascript(browser: Browser, base: str) -> None:
    context = browser.new_context(java_script_enabled=False, locale="nl", viewport={"width": 375, "height": 800})
    page = context.new_page()
    page.goto(base)
    follow(page.get_by_role("link", name="De storing in Zuid", exact=True))
    expect(page.locator("h1")).to_have_text("De storing in Zuid")
    follow(page.get_by_role("link", name="EN", exact=True))
    expect(page.locator("h1")).to_have_text("The outage in the south")
    follow(page.get_by_role("link", name="Privacy", exact=True))
    expect(page.locator("h1")).to_have_text("Privacy")
    context.close()


def test_what_is_pressed_is_large_enough_for_a_thumb(browser: Browser, base: str) -> None:
    """WCAG 2.2, target size: language and page links are at least 24 px either way (the language ones 44)."""
    page = browser.new_page(viewport={"width": 375, "height": 800})
    page.goto(base)
    sizes = page.evaluate(
        "[...document.querySelectorAll('.tongues a, .foot a')].map((a) => a.getBoundingClientRect()).map((r) => [r.width, r.height])"
    )
    assert sizes
    assert all(width >= 24 and height >= 24 for width, height in sizes)
    page.close()


def test_axe_is_awake(browser: Browser, base: str) -> None:
    """A check that never finds anything proves nothing: an image without words is found."""
    page = browser.new_page()
    page.goto(base)
    page.evaluate("document.body.append(document.createElement('img'))")
    assert any(found.startswith("image-alt") for found in grave_violations(page))
    page.close()
