"""Coming in for the first time as an approver, in Chromium: a password, a second step, own settings; and every page about people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from listener.clock import SystemClock
from moderation.inbox.app import build_staff_app
from moderation.inbox.sign_in import FRESH
from moderation.model.account import Purpose
from moderation.model.person import Role
from moderation.people_desk import PeopleDesk
from tests.browser.visiting import chromium, enter, follow, must_be_sound, must_open, served
from tests.fakes.people import SAID, add_person, parts_of, people_on
from tests.fakes.staff import StaffDay

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


class Ahead(SystemClock):
    """Real time, and as far ahead of it as a test says."""

    ahead = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.ahead


@pytest.fixture(scope="module")
def clock() -> Ahead:
    return Ahead()


@pytest.fixture(scope="module")
def desk(clock: Ahead) -> PeopleDesk:
    made = people_on(clock)
    made.manage.add("Sanne Okafor", Role.APPROVER, by="machine")
    add_person(made, "Bram Vos")
    return made


@pytest.fixture(scope="module")
def base(desk: PeopleDesk, clock: Ahead) -> Iterator[str]:
    parts = replace(StaffDay().parts(sign_in=desk.sign_in), people=parts_of(desk), clock=clock)
    with served(build_staff_app(parts)) as address:
        yield address


@pytest.fixture
def page(browser: Browser, base: str) -> Iterator[Page]:
    context = browser.new_context(locale="nl", base_url=base)
    opened = context.new_page()
    yield opened
    context.close()


def test_an_approver_comes_in_for_the_first_time(page: Page, base: str, desk: PeopleDesk, clock: Ahead) -> None:
    """From an invitation to a page, with what an app on a phone does done here; every step can be read by everybody."""
    page.goto(desk.sign_in.new_link(base, agent="Sanne Okafor", purpose=Purpose.PASSWORD, trusted=False))
    page.fill("#password", "welkom2026!!")
    page.click("[data-secret-show]")
    expect(page.locator("#password")).to_have_attribute("type", "text")
    follow(page.locator("main button.primary"))
    expect(page.get_by_role("alert")).to_contain_text("als eerste")
    page.fill("#password", SAID)
    follow(page.locator("main button.primary"))
    assert page.url.endswith("/sign-in/set-up")
    must_be_sound(page, "set-up")
    assert page.evaluate("document.querySelector('.qr').naturalWidth") > 0
    page.click("summary")
    expect(page.locator(".whole-code")).to_be_visible()
    secret = page.inner_text(".whole-code").replace(" ", "")
    page.fill("#code", pyotp.TOTP(secret).at(clock.now()))
    follow(page.locator("main button.primary"))
    expect(page.locator(".codes li")).to_have_count(10)
    must_be_sound(page, "recovery codes")
    page.goto("/me")
    page.check("input[name=theme][value=dark]")
    follow(page.locator("section[aria-labelledby=profile-title] button.primary"))
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_somebody_whose_sign_in_is_old_goes_on_where_they_were(page: Page, desk: PeopleDesk, clock: Ahead) -> None:
    """The whole way through the browser: the form is kept, a password is asked, and what was asked is done."""
    page.goto("/sign-in")
    page.fill("#name", "Bram Vos")
    page.fill("#password", SAID)
    follow(page.locator("main button.primary"))
    page.goto("/me")
    clock.ahead = FRESH + timedelta(seconds=1)
    page.fill("#label", "cijfers")
    follow(page.locator("section[aria-labelledby=tokens-title] .acts button"))
    expect(page.locator("h1")).to_contain_text("Ben je het nog?")
    must_be_sound(page, "fresh")
    page.fill("#fresh_password", SAID)
    follow(page.locator("main button.primary"))
    expect(page.locator(".shown-once")).to_be_visible()
    assert [token.label for token in desk.tokens.all()] == ["cijfers"]


@pytest.mark.parametrize(("width", "scheme"), [(375, "dark"), (1280, "light")])
def test_every_page_about_people_can_be_read(page: Page, base: str, desk: PeopleDesk, width: int, scheme: str) -> None:
    if "Fenna de Wit" not in {account.person.name for account in desk.manage.all()}:
        fenna = add_person(desk, "Fenna de Wit", Role.ADMIN)
        team = desk.manage.add_team("Webcare", by="machine")
        desk.manage.set_teams(fenna.person_id, frozenset({team.team_id}), by="machine")
    enter(page, desk.sign_in.new_link(base, agent="Fenna de Wit"))
    bram = desk.manage.named("Bram Vos").person_id
    for path in ("/people", f"/people/{bram}", "/teams", "/me", "/me/second-step", "/fresh?back=/me"):
        must_open(page, path, width=width, scheme=scheme)
