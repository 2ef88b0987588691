"""The staff pages about invitations in a real browser: axe at 375 and 1280 px, light and dark, nothing wider than the screen."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from moderation.page_parts.invitations import invitation_parts
from tests.browser.visiting import must_open, signed_in
from tests.fakes.invited import DAYS, open_invited, said, signal

pytestmark = pytest.mark.browser

PATHS = (
    "/invitations",
    "/invitations?state=waiting&kind=conversation_closed",
    "/invitations/2",
    "/invitations/quiet",
    "/invitations/standing",
)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Pages over a desk where one person is asked, one waits, and one is never asked."""
    with open_invited(tmp_path_factory.mktemp("invited")) as invited:
        here, *_ = invited.talk(
            said("1"), said("2", realm="a-rather-long-name-of-a-forum.example"), said("3", platform="x", realm="x.example"), answered=False
        )
        invited.wait(3 * DAYS)
        signal(invited.desk, [here])
        invited.look()
        with signed_in(invitations=invitation_parts(invited.inviting)) as opened:
            yield opened


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
def test_everybody_can_read_why_somebody_is_asked(page: Page, width: int, scheme: str) -> None:
    for path in PATHS:
        must_open(page, path, width=width, scheme=scheme)
        if shots := os.environ.get("INVITATION_SHOTS"):
            page.screenshot(path=f"{shots}/{path.strip('/').replace('/', '-').partition('?')[0]}-{width}-{scheme}.png", full_page=True)
