"""A real ledger and a real insight in a temporary folder, and mentions brought in by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from listener.insight.store import Insight, open_insight
from listener.ledger.ledger import Ledger
from listener.model.analysis import Analysis, AnalysisStep, Label, NewEmbedding
from listener.model.issue import Membership, NewIssue
from listener.model.mention import Author, BrandHit, Kept, Mention

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
MODEL = "by-hand"

Tell = Callable[..., list[int]]


@pytest.fixture
def insight(tmp_path: Path) -> Iterator[Insight]:
    with open_insight(tmp_path / "insight.duckdb") as opened:
        yield opened


@pytest.fixture
def new_issue(ledger: Ledger) -> Callable[..., int]:
    """Make an issue and return its id; `hours_ago` is when it was made."""

    def make(title: str, *, hours_ago: float = 24.0 * 20) -> int:
        at = NOON - timedelta(hours=hours_ago)
        step = AnalysisStep(at=at, new_issues=(NewIssue(temporary_id=-1, title=title, created_at=at),))
        return ledger.analyses.save(step)[-1]

    return make


@pytest.fixture
def tell(ledger: Ledger) -> Tell:
    """Store and analyse mentions posted so many hours before 10 March 2026 12:00 UTC; return their ids.

    `copies_of` puts them all on one card. `toward` is the angle of their vectors: near angles say near things.
    """
    told = 0

    def bring(
        *hours_ago: float,
        issue_id: int | None = None,
        text: str = "de app laat me niet inloggen",
        platform: str = "forum",
        author: str | None = "",
        labels: tuple[str, ...] = (),
        copies_of: int | None = None,
        toward: float = 0.0,
    ) -> list[int]:
        nonlocal told
        kept: list[Kept] = []
        for hours in hours_ago:
            told += 1
            who = None if author is None else Author(platform=platform, realm="r.example", native_id=author or f"person-{told}")
            mention = Mention(
                platform=platform,
                realm="r.example",
                native_id=f"m{told}",
                text=f"{text} ({told})",
                posted_at=NOON - timedelta(hours=hours),
                author=who,
                url=f"https://r.example/{told}",
            )
            kept.append(Kept(mention=mention, hits=(BrandHit(brand="Stroomwerk", directed=False, terms=("stroomwerk",)),)))
        ledger.mentions.add_page(kept, source="forum", next_cursor=None, at=NOON)
        ids = [found.mention_id for one in kept if (found := ledger.mentions.find(one.mention.key))]
        named = tuple(Label(name=name, value="yes", probability=0.9, model="by-hand") for name in labels)
        vector = np.array([np.cos(toward), np.sin(toward)], dtype=np.float32)
        facts: dict[str, Any] = {"revision": 0, "language": "nl", "labels": named}
        step = AnalysisStep(
            at=NOON,
            analyses=tuple(Analysis(mention_id=one, card_id=copies_of or one, text_hash=f"hash-{one}", **facts) for one in ids),
            embeddings=tuple(NewEmbedding(text_hash=f"hash-{one}", model=MODEL, vector=vector) for one in ids),
            memberships=tuple(Membership(mention_id=one, issue_id=issue_id, by="model", reason="near", at=NOON) for one in ids)
            if issue_id is not None
            else (),
        )
        ledger.analyses.save(step)
        return ids

    return bring
