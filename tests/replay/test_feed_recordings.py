"""Feeds as sites really serve them: titles, texts, links and times. What every recorded feed has to become stands in readings/feeds.py."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.replay.cassettes import there
from tests.replay.readings.feeds import entries_of

pytestmark = pytest.mark.recordings

_TAG = re.compile(r"<(?:script|style|iframe|img|a|p|div|span|b|i|strong|em|br)\b[^>]*>", re.IGNORECASE)


def test_real_feeds_give_titles_texts_links_and_times(recordings: Path) -> None:
    """The hand-written cases are tiny; these five came from sites."""
    for path in sorted(there(recordings / "feeds/huginn-realworld").iterdir()):
        entries = entries_of(path.read_bytes())
        assert entries, path.name
        assert all(entry.title or entry.text for entry in entries), path.name
        assert all(entry.link.startswith("http") for entry in entries), path.name
        assert all(entry.published or entry.updated for entry in entries), path.name
        assert not any(_TAG.search(entry.text) for entry in entries), path.name
