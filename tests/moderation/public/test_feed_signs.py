"""The feed stays readable whatever signs an update holds: a strict XML reader throws a whole feed away for one of them."""

from __future__ import annotations

from dataclasses import replace
from xml.etree.ElementTree import fromstring

import pytest
from fastapi.testclient import TestClient

from moderation.public.app import build_public_app
from tests.fakes.public import issue, public_day, update


@pytest.mark.parametrize("sign", ["\x00", "\x0b", "\x1f", "\r", "\ufffe", "\uffff", "\ud800", "]]>", "&#0;", "\U0001f50c"])
def test_no_character_of_an_update_makes_the_feed_unreadable(sign: str) -> None:
    said = update(71, "seen", hours_ago=1)
    said = replace(said, texts={"nl": f"voor{sign}na", "en": f"voor{sign}na"})
    shown = issue(7, "seen", updates=(said,), subjects={"nl": f"De{sign}storing", "en": f"The{sign}outage"})
    answer = TestClient(build_public_app(public_day([shown])), base_url="http://localhost").get("/status.atom?lang=nl")
    feed = fromstring(answer.content)
    assert "storing" in "".join(feed.itertext())
