"""Figures made by hand, and the shipped wording."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listener.model.figures import DigestFigures, IssueFigures, Quote, SourceCoverage
from listener.model.issue import IssueState, Signal
from listener.settings.resources import shipped

NOW = datetime(2026, 3, 11, 8, tzinfo=UTC)


@pytest.fixture
def templates() -> Callable[[str], dict[str, str]]:
    """Return the shipped templates of a language by file name."""

    def read(language: str) -> dict[str, str]:
        folder = shipped("templates", language)
        return {one.name: one.read_text(encoding="utf-8") for one in folder.iterdir() if one.name.endswith(".j2")}

    return read


@pytest.fixture
def quote() -> Callable[..., Quote]:
    def make(text: str = "De app laat me niet meer inloggen", **changed: Any) -> Quote:
        facts: dict[str, Any] = {
            "mention_id": 7,
            "author": "Vink 4f2a9c",
            "platform": "forum",
            "url": "https://forum.example/t/7",
            "posted_at": NOW - timedelta(hours=2),
            "language": "nl",
        }
        return Quote(text=text, **{**facts, **changed})

    return make


@pytest.fixture
def signal() -> Callable[..., Signal]:
    def make(**changed: Any) -> Signal:
        facts: dict[str, Any] = {
            "kind": "burst",
            "issue_id": 12,
            "at": NOW - timedelta(hours=1),
            "seen": 17,
            "usual": 2.2,
            "p_value": 3.2e-7,
            "window_hours": 12.0,
            "mention_ids": (7, 8),
        }
        return Signal(**{**facts, **changed})

    return make


@pytest.fixture
def issue(quote: Callable[..., Quote], signal: Callable[..., Signal]) -> Callable[..., IssueFigures]:
    def make(**changed: Any) -> IssueFigures:
        facts: dict[str, Any] = {
            "issue_id": 12,
            "title": "Inloggen in de app lukt niet",
            "state": IssueState.NEW,
            "mentions": 1080,
            "authors": 61,
            "cards": 55,
            "period_mentions": 34,
            "period_authors": 29,
            "before_mentions": 3,
            "first_at": NOW - timedelta(hours=30),
            "last_at": NOW - timedelta(hours=1),
            "trend": (0, 1, 3, 8),
            "platforms": ("forum", "reddit"),
            "languages": ("nl",),
            "quotes": (quote(), quote("I cannot log in since the update", author="Mus 0b1c2d")),
            "signal": signal(),
        }
        return IssueFigures(**{**facts, **changed})

    return make


@pytest.fixture
def coverage() -> Callable[..., SourceCoverage]:
    def make(**changed: Any) -> SourceCoverage:
        facts: dict[str, Any] = {
            "source": "tweakers",
            "kind": "feed",
            "state": "ok",
            "mentions": 312,
            "skipped": 0,
            "last_ok_at": NOW - timedelta(minutes=4),
            "lag_seconds": 240.0,
            "blind_since": None,
            "gaps": 0,
            "note": "",
        }
        return SourceCoverage(**{**facts, **changed})

    return make


@pytest.fixture
def figures(
    issue: Callable[..., IssueFigures], quote: Callable[..., Quote], coverage: Callable[..., SourceCoverage]
) -> Callable[..., DigestFigures]:
    def make(**changed: Any) -> DigestFigures:
        facts: dict[str, Any] = {
            "brand": "Stroomwerk",
            "from_at": NOW - timedelta(hours=24),
            "as_of": NOW,
            "mentions": 2831,
            "authors": 1204,
            "loose": 310,
            "new": (issue(),),
            "growing": (issue(issue_id=3, title="Storing in het noorden", state=IssueState.GROWING),),
            "steady": (issue(issue_id=4, title="Lang in de wacht", state=IssueState.STEADY, period_mentions=1, period_authors=1),),
            "fading": (issue(issue_id=5, title="Meter loopt door", state=IssueState.FADING, period_mentions=0, signal=None),),
            "ideas": (quote("Zet de storing op een kaart"),),
            "compliments": (quote("Snel geholpen, dank!"),),
            "idea_count": 1,
            "compliment_count": 12,
            "coverage": (
                coverage(),
                coverage(source="reddit", state="blind", blind_since=NOW - timedelta(hours=5), gaps=2, lag_seconds=None),
            ),
        }
        return DigestFigures(**{**facts, **changed})

    return make
