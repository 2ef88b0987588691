"""The page about what leaves in a real browser: axe at 375 and 1280 px, nothing wider than the screen, a press that does it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from moderation.page_parts.outbox import outbox_parts
from moderation.publishers.simulated import Fault
from tests.browser.visiting import follow, must_open, signed_in
from tests.fakes.desk import Desk, mention, open_desk

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
    with signed_in(outbox=outbox_parts(desk, desk.home)) as opened:  # type: ignore[arg-type]  # the parts it uses
        yield opened


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
def test_everybody_can_read_and_use_the_page(page: Page, width: int, scheme: str) -> None:
    for path in ("/outbox", "/outbox?state=needs_human"):
        must_open(page, path, width=width, scheme=scheme)


def test_one_press_stops_every_send(page: Page, desk: Desk) -> None:
    page.goto("/outbox")
    follow(page.locator("text=Stop alle verzending"))
    assert desk.outbox.stopped()
    follow(page.locator("text=Verzending weer toestaan"))
    assert not desk.outbox.stopped()
