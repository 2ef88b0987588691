"""Every recorded feed goes through our reader: no crash, no hang, and no markup left in what people read."""

from __future__ import annotations

import re
import time
from collections import Counter
from pathlib import Path

import pytest

from listener.errors import SourceError, SourceRefused, SourceUnavailable
from listener.sources.feed_entries import Entry, read_feed

pytestmark = pytest.mark.recordings

MOST_SECONDS = 5.0
_HEADER = re.compile(rb"Header:\s*([\w-]+):\s*([^\r\n]+)", re.IGNORECASE)
_TAG = re.compile(r"<(?:script|style|iframe|img|a|p|div|span|b|i|strong|em|br)\b[^>]*>", re.IGNORECASE)


def _files(recordings: Path) -> list[Path]:
    return sorted(path for path in (recordings / "feeds").rglob("*") if path.is_file())


def _read(path: Path) -> tuple[Entry, ...]:
    body = path.read_bytes()
    headers = {name.decode().lower(): value.decode("latin-1").strip() for name, value in _HEADER.findall(body[:2_000])}
    return read_feed(
        body, url=headers.get("content-location", "https://example.org/feed"), content_type=headers.get("content-type", "application/xml")
    ).entries


def test_every_recorded_feed_is_read_or_refused_in_time(recordings: Path) -> None:
    """One poisoned feed must not hold up the others: an answer within five seconds, and only our own errors."""
    outcomes: Counter[str] = Counter()
    slowest = 0.0
    for path in _files(recordings):
        started = time.monotonic()
        try:
            outcomes["with entries" if _read(path) else "without entries"] += 1
        except SourceError as error:
            outcomes[type(error).__name__] += 1
        slowest = max(slowest, time.monotonic() - started)
    assert slowest < MOST_SECONDS
    assert sum(outcomes.values()) == len(_files(recordings)) > 1_000
    assert outcomes["SourceUnavailable"] + outcomes["SourceRefused"] <= 8, "an empty document, cut ones, and channels of 1997 without items"
    print(f"\nfeeds: {dict(outcomes)}, slowest {slowest:.2f} s")


def test_sanitising_cases_leave_no_markup_in_texts(recordings: Path) -> None:
    """feedparser's 497 scripting cases: what remains is words. A case that is itself escaped text may show a tag as text."""
    leaking = [
        path.name
        for path in sorted((recordings / "feeds/feedparser/wellformed-sanitize").iterdir())
        for entry in _read_or_nothing(path)
        if _TAG.search(entry.text) or _TAG.search(entry.title)
    ]
    assert leaking == []


def _read_or_nothing(path: Path) -> tuple[Entry, ...]:
    try:
        return _read(path)
    except (SourceRefused, SourceUnavailable):
        return ()


def test_real_feeds_give_titles_texts_links_and_times(recordings: Path) -> None:
    """The hand-written cases are tiny; these five came from sites."""
    for path in sorted((recordings / "feeds/huginn-realworld").iterdir()):
        entries = _read(path)
        assert entries, path.name
        assert all(entry.title or entry.text for entry in entries), path.name
        assert all(entry.link.startswith("http") for entry in entries), path.name
        assert all(entry.published or entry.updated for entry in entries), path.name
        assert not any(_TAG.search(entry.text) for entry in entries), path.name
