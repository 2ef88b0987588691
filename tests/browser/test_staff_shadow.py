"""The page on which shadow items are checked, in a real browser: axe at 375 and 1280 px, nothing wider than the screen, one press."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from moderation.model.outbox import NewDraft
from moderation.model.post import PostKind
from moderation.model.shadow import Judged, ShadowKind
from moderation.page_parts.shadow import shadow_parts
from tests.browser.visiting import follow, must_open, signed_in
from tests.fakes.desk import Desk, loose_target, open_desk, shipped_rules
from tests.fakes.staff import AGENT

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk with four items in shadow, one of them found wrong."""
    home: Path = tmp_path_factory.mktemp("shadow")
    wording = shipped_rules()[0]["nl"]
    text = wording.render(
        "invitation_thread", {"brand": "Stroomwerk", "link": "https://stroom.example/vragen/een-lange-weg-zonder-spaties"}
    )
    with open_desk(home) as opened:
        for number in range(4):
            draft = NewDraft(
                kind=PostKind.INVITATION,
                target=loose_target(f"een-gesprek-met-een-lange-naam-{number}"),
                text=text,
                language="nl",
                author="schedule",
                template=wording.version("invitation_thread"),
            )
            opened.shadow.record(ShadowKind.INVITATION, draft, why={"event": "gesprek gesloten", "quiet_hours": "51"})
        opened.shadow.review(1, Judged.WRONG, "bram", note="Hier liep nog een tweede vraag.")
        yield opened


@pytest.fixture(scope="module")
def page(desk: Desk) -> Iterator[Page]:
    with signed_in(shadow=shadow_parts(desk)) as opened:  # type: ignore[arg-type]  # same fields
        yield opened


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
def test_everybody_can_read_and_use_the_page_about_shadow(page: Page, width: int, scheme: str) -> None:
    must_open(page, "/shadow", width=width, scheme=scheme)
    if folder := os.environ.get("SHOTS_FOLDER"):
        page.screenshot(path=str(Path(folder) / f"shadow-{width}-{scheme}.png"), full_page=True)


def test_a_verdict_is_one_press_and_a_wrong_one_says_why(page: Page, desk: Desk) -> None:
    page.goto("/shadow")
    follow(page.locator("button[value=right]").first)
    assert page.url.endswith("/shadow")
    assert desk.shadow.item(2).check is not None
    page.fill("#note", "Te vroeg.")
    follow(page.locator("button[value=wrong]").first)
    check = desk.shadow.item(3).check
    assert check is not None
    assert (check.judged, check.note, check.by) == (Judged.WRONG, "Te vroeg.", AGENT)
