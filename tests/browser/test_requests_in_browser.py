"""A request that came by telephone is noted in Chromium, also without scripts; everybody can read the page, on a phone too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from moderation.model.subject_request import RequestKind
from tests.browser.visiting import chromium, enter, follow, must_be_sound, must_open, served
from tests.fakes.house import AUTHOR, House, open_house

pytestmark = pytest.mark.browser
GO = "form[action='/requests'] button.primary"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A home in which somebody waits too long, one whose name nothing breaks, and one who was refused."""
    home: Path = tmp_path_factory.mktemp("house") / "home"
    with open_house(home) as opened:
        keep, now = opened.parts.subjects.keep, opened.clock.now()
        keep.add(RequestKind.ACCESS, "reddit", "stille_lezer", received_at=now - timedelta(days=40), by=AUTHOR)
        keep.add(RequestKind.RECTIFY, "x", "een_naam_zonder_spatie_" * 8, received_at=now - timedelta(days=3), by=AUTHOR)
        yield opened


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def base(house: House) -> Iterator[str]:
    with served(house.app) as address:
        yield address


@contextmanager
def come_in(house: House, browser: Browser, base: str, *, scripts: bool) -> Iterator[Page]:
    context = browser.new_context(locale="nl", base_url=base, java_script_enabled=scripts)
    page = context.new_page()
    enter(page, house.sign_in.new_link(base, agent=AUTHOR))
    yield page
    context.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_request_is_noted_and_a_mistake_is_said_beside_its_field(house: House, browser: Browser, base: str, scripts: bool) -> None:
    """What was typed right is still there; whoever cannot see the page is put at the field, and told what is wrong with it."""
    with come_in(house, browser, base, scripts=scripts) as page:
        page.goto("/requests")
        page.select_option("#kind", "rectify")
        page.select_option("#platform", "mail")
        page.fill("#account", " ")
        follow(page.locator(GO))
        expect(page.locator("#account")).to_have_attribute("aria-invalid", "true")
        expect(page.locator("#account-wrong")).to_have_text("Schrijf wie het vraagt.")
        expect(page.locator("#account")).to_be_focused()
        expect(page.locator("#kind")).to_have_value("rectify")
        if scripts:  # what looks is a script too
            must_be_sound(page, "a mistake")
        page.fill("#account", "kanarie@example.nl")
        follow(page.locator(GO))
        expect(page.get_by_role("status").first).to_contain_text("antwoord uiterlijk")
        assert "kanarie" not in page.url
        if scripts:
            must_be_sound(page, "noted")
    assert [one.platform for one in house.parts.subjects.keep.all(ended=False)].count("mail") == 1, "once, however often it is noted"


def test_everybody_can_read_the_page(house: House, browser: Browser, base: str) -> None:
    with come_in(house, browser, base, scripts=True) as page:
        for width in (375, 1280):
            for scheme in ("light", "dark"):
                must_open(page, "/requests", width=width, scheme=scheme)
