"""Searching in a browser: with and without script, narrow and wide, light and dark, and nothing of what is found runs."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.visiting import follow, must_be_sound, must_open, signed_in
from tests.fakes.staff_search import SearchDay, said_of

pytestmark = pytest.mark.browser


def test_somebody_searches_narrows_and_goes_on_reading() -> None:
    said = SearchDay()
    said.said += [said_of(n, f"geen stroom {n}") for n in range(10, 70)]
    with signed_in(search=said.parts()) as page:
        for width, scheme in ((375, "light"), (1280, "dark")):
            must_open(page, "/search", width=width, scheme=scheme)
            must_open(page, "/search?q=geen+stroom", width=width, scheme=scheme)
            must_open(page, "/search?q=geen+stroom&how=words&platform=mastodon&page=2", width=width, scheme=scheme)
        page.goto("/search")
        page.fill("#search-q", "geen stroom")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.locator("mark").first).to_be_visible()
        follow(page.locator("text=Alles met deze woorden"))
        expect(page.locator("text=1 van 3").first).to_be_visible()
        page.select_option("#search-platform", "mastodon")
        follow(page.locator(".search-box button"))
        expect(page.locator("nav.leaf").first).to_be_visible()
        assert (said.asked[-1][0].typed, said.asked[-1][0].platform, said.asked[-1][0].how.value) == ("geen stroom", "mastodon", "words")
        must_be_sound(page, "narrowed")


def test_nothing_found_ever_runs() -> None:
    evil = "<script>window.reached=1</script><img src=x onerror=window.reached=1> stroom \u202e<svg onload=window.reached=1>"
    said = SearchDay()
    said.said = [said_of(1, evil, title=evil, url="javascript:window.reached=1")]
    with signed_in(search=said.parts()) as page:
        page.goto("/search?q=stroom+%3Cscript%3Ewindow.reached%3D1%3C/script%3E")
        assert page.evaluate("window.reached") is None
        assert page.locator("main img, main svg, main script").count() == 0
