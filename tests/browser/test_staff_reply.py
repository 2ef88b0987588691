"""The reply in a browser: kept while it is typed, wording put right by one press, previewed, sent; readable on every screen."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from moderation.model.reply import Words
from moderation.page_parts.outbox import outbox_parts
from moderation.page_parts.reply import reply_parts
from tests.browser.visiting import follow, must_open, signed_in, typed_in
from tests.fakes.desk import Desk, mention, open_desk
from tests.fakes.staff import AGENT, StaffDay

pytestmark = pytest.mark.browser

TEXT = "Dag Jorrit, helaas kunnen we daar niets aan doen."


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path, signature="– Team Stroomwerk") as opened:
        opened.hear(mention("1", "Hallo, ik zit al twee uur zonder stroom en niemand zegt iets."), mention("2", "Weer dicht."))
        for case_id in (1, 2):
            row = opened.cases.get(case_id)
            assert row is not None
            opened.cases.claim(case_id, AGENT, row.version, at=opened.clock.now())
        yield opened


@pytest.fixture
def page(desk: Desk) -> Iterator[Page]:
    rooms = {"outbox": outbox_parts(desk, desk.home), "reply": reply_parts(desk.replies)}  # type: ignore[arg-type]  # the parts it uses
    with signed_in(case=StaffDay(holders={1: AGENT, 2: AGENT}).case, **rooms) as opened:
        yield opened


def settle(desk: Desk) -> None:
    """Let the gateway work, in a thread without a loop of its own."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(desk.settle())).result()


def seen(page: Page, name: str) -> None:
    """Keep a picture where somebody asked for pictures."""
    if folder := os.environ.get("PICTURES_TO"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_from_typing_to_sent_with_the_script(page: Page, desk: Desk) -> None:
    page.goto("/cases/1")
    box = page.locator("#reply-text")
    box.click()
    with page.expect_response(lambda answer: answer.url.endswith("/cases/1/reply") and typed_in(answer) == TEXT):
        page.keyboard.type(TEXT, delay=0)
    expect(page.locator("#reply-saved")).to_have_text("Bewaard")
    expect(page.locator("#reply-found mark").first).to_be_visible()
    seen(page, "reply-typed")
    kept = desk.replies.write.mine(1, AGENT)
    assert kept is not None
    assert kept.words.text == TEXT
    page.locator("#reply-found button[name=put]").first.click()
    expect(box).not_to_have_value(TEXT)
    put = box.input_value()
    expect(page.locator("#reply-saved")).to_have_text("Bewaard")
    page.reload()
    expect(box).to_have_value(put)
    follow(page.locator('button[formaction$="/preview"]'))
    expect(page.locator(".shown-text")).to_contain_text("– Team Stroomwerk")
    seen(page, "reply-preview")
    follow(page.locator("button[value=stay]"))
    expect(page.locator(".reply-post")).to_contain_text("Goedgekeurd")
    settle(desk)
    page.goto("/cases/1")
    expect(page.locator(".reply-accepted")).to_be_visible()
    seen(page, "reply-sent")
    follow(page.locator("text=Haal terug").first)
    seen(page, "reply-take-back")
    follow(page.locator("main button.primary"))
    settle(desk)
    assert [post.removed for post in desk.platform.posts()] == [True]


@pytest.mark.parametrize(("width", "scheme"), [(375, "dark"), (1280, "light")])
def test_every_page_of_the_reply_can_be_read(page: Page, desk: Desk, width: int, scheme: str) -> None:
    desk.replies.write.save(1, AGENT, Words(text=TEXT * 9, language="nl"), version=0)
    desk.replies.words.add("nl", "Even bellen", "Dag {{ customer }}, we bellen je over {{ issue }}.", AGENT)
    for path in ("/cases/1", "/cases/2", "/templates", "/approvals"):
        must_open(page, path, width=width, scheme=scheme)
        seen(page, f"reply-{width}{path.replace('/', '-')}")
