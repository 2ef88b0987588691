"""The staff pages about public status in a real browser: axe at 375 and 1280 px, nothing wider than the screen, forms that work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from moderation.page_parts.status import status_parts
from tests.browser.visiting import follow, must_open, signed_in
from tests.fakes.desk import Desk, open_desk
from tests.fakes.staff import AGENT
from tests.moderation.status.said import heard, issue_of, published

pytestmark = pytest.mark.browser

PATHS = ("/status", "/status/1", "/status/1?status=fixing", "/status/plans/1", "/issues/1")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk with one issue, one update, a promise that is near with "no news yet" ready, and an open plan of seven threads."""
    home: Path = tmp_path_factory.mktemp("desk")
    with open_desk(home) as opened:
        issue = issue_of(opened, heard(opened, 7, platforms=("feed", "reddit", "matrix")))
        update = published(opened, issue)
        plan = opened.status.planning.plan(update.update_id, "bram")
        opened.status.sending.tick(plan.plan_id, [plan.to_post[0].item_id], "bram")
        opened.clock.advance(timedelta(minutes=95))
        opened.status.promises.once()
        yield opened


@pytest.fixture(scope="module")
def page(desk: Desk) -> Iterator[Page]:
    with signed_in(status=status_parts(desk.status)) as opened:
        yield opened


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
def test_everybody_can_read_and_use_the_pages_about_status(page: Page, width: int, scheme: str) -> None:
    for path in PATHS:
        must_open(page, path, width=width, scheme=scheme)


def test_a_thread_is_chosen_with_one_press(page: Page, desk: Desk) -> None:
    page.goto("/status/plans/1")
    before = page.locator("text=Dit gesprek kiezen").count()
    follow(page.locator("text=Dit gesprek kiezen").first)
    expect(page.locator("text=Dit gesprek kiezen")).to_have_count(before - 1)
    assert sum(1 for item in desk.status.sending.get(1).items if item.ticked_by == AGENT) == 1


def test_an_update_is_worded_in_the_form_and_shown_before_it_is_published(page: Page, desk: Desk) -> None:
    page.goto("/status/1?status=resolved")
    for language, text in (("nl", "De kabel is gerepareerd."), ("en", "The cable was repaired.")):
        page.fill(f"#{language}-fix", text)
    follow(page.locator("text=Concept bewaren"))
    expect(page.locator("text=De kabel is gerepareerd.")).to_have_count(1)
    follow(page.locator(".message", has_text="De kabel is gerepareerd.").locator("text=Op de statuspagina zetten"))
    shown = desk.status.status.of_issue(1)
    assert shown is not None
    assert shown.status.value == "resolved"
