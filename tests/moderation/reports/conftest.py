"""Figures of a week made by hand, and the shipped wording."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listener.model.figures import DigestFigures, IssueFigures, Quote, SourceCoverage
from listener.model.issue import IssueState, Signal
from listener.settings.resources import shipped

MONDAY = datetime(2026, 3, 16, tzinfo=UTC)


@pytest.fixture
def templates() -> Callable[[str], dict[str, str]]:
    """Return the shipped templates of a language by file name."""

    def read(language: str) -> dict[str, str]:
        folder = shipped("templates", language)
        return {one.name: one.read_text(encoding="utf-8") for one in folder.iterdir() if one.name.endswith(".j2")}

    return read


def quote(text: str, **changed: Any) -> Quote:
    facts: dict[str, Any] = {
        "mention_id": 7,
        "author": "Vink 4f2a9c",
        "platform": "forum",
        "url": "https://forum.example/t/7",
        "posted_at": MONDAY - timedelta(days=2),
        "language": "en",
    }
    return Quote(text=text, **{**facts, **changed})


def issue(issue_id: int, title: str, state: IssueState, period: int, before: int, **changed: Any) -> IssueFigures:
    facts: dict[str, Any] = {
        "mentions": period + before,
        "authors": period,
        "cards": period,
        "period_authors": max(0, period - 1),
        "first_at": MONDAY - timedelta(days=9),
        "last_at": MONDAY - timedelta(hours=3),
        "trend": (0, 2, period),
        "platforms": ("forum",),
        "languages": ("en",),
        "quotes": (quote("I cannot log in since the update"), quote("Secret words", platform="x", url="https://x.example/7")),
    }
    return IssueFigures(issue_id=issue_id, title=title, state=state, period_mentions=period, before_mentions=before, **{**facts, **changed})


@pytest.fixture
def figures() -> Callable[..., DigestFigures]:
    burst = Signal(
        kind="burst",
        issue_id=1,
        at=MONDAY - timedelta(days=2),
        seen=17,
        usual=2.2,
        p_value=3.2e-7,
        window_hours=12.0,
        mention_ids=(7,),
    )

    def source(name: str, **changed: Any) -> SourceCoverage:
        facts: dict[str, Any] = {
            "kind": "feed",
            "state": "ok",
            "mentions": 4312,
            "skipped": 3,
            "last_ok_at": MONDAY,
            "lag_seconds": 240.0,
            "blind_since": None,
            "gaps": 0,
            "note": "",
        }
        return SourceCoverage(source=name, **{**facts, **changed})

    def make(**changed: Any) -> DigestFigures:
        facts: dict[str, Any] = {
            "brand": "Stroomwerk",
            "from_at": MONDAY - timedelta(days=7),
            "as_of": MONDAY,
            "mentions": 12831,
            "authors": 5204,
            "loose": 1310,
            "new": (issue(1, "Inloggen lukt niet", IssueState.NEW, 1234, 0, signal=burst),),
            "growing": (issue(2, "Storing in het noorden", IssueState.GROWING, 341, 86),),
            "steady": (issue(3, "Lang in de wacht", IssueState.STEADY, 52, 49),),
            "fading": (issue(4, "Meter loopt door", IssueState.FADING, 0, 23),),
            "ideas": (quote("Put outages on a map"),),
            "compliments": (quote("Quickly helped, thanks!"),),
            "idea_count": 1017,
            "compliment_count": 1,
            "coverage": (source("tweakers"), source("reddit", state="blind", blind_since=MONDAY - timedelta(hours=5), last_ok_at=None)),
        }
        return DigestFigures(**{**facts, **changed})

    return make
