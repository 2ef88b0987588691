"""What is kept beside the facts for fast lists of issues always says what the facts themselves say."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from listener.insight.store import Insight, open_insight
from listener.model.analysis import AnalysedMention

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
Make = Callable[..., AnalysedMention]


def drawn(mention: Make, chance: random.Random, mention_id: int) -> AnalysedMention:
    return mention(
        mention_id,
        hours_ago=chance.randint(1, 300),
        issue_id=chance.choice((None, 1, 2, 3)),
        author_key=chance.choice(("", "a", "b", "c", "d")),
        card_id=chance.randint(1, 9),
        platform=chance.choice(("forum", "reddit")),
        language=chance.choice(("nl", "en")),
        brands=tuple(sorted(chance.sample(("Duinbank", "Stroomwerk"), chance.randint(0, 2)))),
    )


def counted(held: dict[int, AnalysedMention], as_of: datetime) -> dict[int, tuple[object, ...]]:
    """Count the plain way."""
    found: dict[int, tuple[object, ...]] = {}
    for issue_id in (1, 2, 3):
        ours = [one for one in held.values() if one.issue_id == issue_id and one.posted_at <= as_of]
        if ours:
            found[issue_id] = (
                len(ours),
                len({one.author_key or one.mention_id for one in ours}),
                len({one.card_id for one in ours}),
                tuple(sorted({one.platform for one in ours})),
                tuple(sorted({one.language for one in ours})),
                tuple(sorted({brand for one in ours for brand in one.brands})),
            )
    return found


def answered(insight: Insight, as_of: datetime) -> dict[int, tuple[object, ...]]:
    return {
        one.issue_id: (one.mentions, one.authors, one.cards, one.platforms, one.languages, one.brands)
        for one in insight.issue_counts(as_of - timedelta(days=2), as_of)
    }


@pytest.mark.parametrize("seed", range(6))
def test_whatever_comes_moves_or_goes_an_issue_has_what_its_mentions_have(insight: Insight, mention: Make, seed: int) -> None:
    """Mentions come in any order of time, are edited, moved between issues and removed; every moment is asked about."""
    chance = random.Random(seed)
    held: dict[int, AnalysedMention] = {}
    for seq in range(1, 16):
        batch = [drawn(mention, chance, chance.randint(1, 40)) for _ in range(chance.randint(0, 8))]
        removed = chance.sample(range(1, 41), chance.randint(0, 3))
        insight.apply(batch, removed, seq)
        held |= {one.mention_id: one for one in batch}
        held = {number: one for number, one in held.items() if number not in removed}
        for hours in (0, 40, 150, 280):
            as_of = NOON - timedelta(hours=hours)
            assert answered(insight, as_of) == counted(held, as_of)
    insight.clear()
    assert answered(insight, NOON) == {}


def test_a_file_from_before_these_were_kept_gets_them_when_it_is_opened(tmp_path: Path, mention: Make) -> None:
    """Nobody has to rebuild after an upgrade."""
    path = tmp_path / "insight.duckdb"
    with open_insight(path) as insight:
        insight.apply([mention(1), mention(2, hours_ago=5.0, issue_id=2), mention(3, issue_id=None)], [], 3)
        before = answered(insight, NOON)
    with duckdb.connect(str(path)) as connection:
        connection.execute("drop view issue_mark")
        connection.execute("drop table issue_first")
    with open_insight(path) as insight:
        assert answered(insight, NOON) == before
        assert sorted(before) == [1, 2]
