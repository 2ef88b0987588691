"""Analysed mentions made by hand, and an insight in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from listener.insight.store import Insight, open_insight
from listener.model.analysis import AnalysedMention

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def insight() -> Iterator[Insight]:
    with open_insight(None) as opened:
        yield opened


@pytest.fixture
def mention() -> Callable[..., AnalysedMention]:
    """Make an analysed mention: `hours_ago` counts back from 10 March 2026 12:00 UTC."""

    def make(mention_id: int, *, hours_ago: float = 1.0, toward: float = 0.0, **changed: Any) -> AnalysedMention:
        posted = NOON - timedelta(hours=hours_ago)
        vector = np.array([np.cos(toward), np.sin(toward), 0.0], dtype=np.float32)
        facts: dict[str, Any] = {
            "mention_id": mention_id,
            "card_id": mention_id,
            "issue_id": 1,
            "platform": "forum",
            "realm": "forum.example",
            "source": "forum",
            "channel": "",
            "brands": ("Stroomwerk",),
            "directed": False,
            "author_key": f"forum/forum.example/{mention_id}",
            "language": "nl",
            "posted_at": posted,
            "first_seen_at": posted,
            "text_hash": f"hash-{mention_id}",
            "labels": {},
            "vector": vector,
        }
        return AnalysedMention(**{**facts, **changed})

    return make
