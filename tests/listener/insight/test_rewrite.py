"""Writing insight anew: what was removed leaves the disk, and nobody who reads meanwhile sees anything else than before."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from listener.insight.brand_scope import BrandInsight
from listener.insight.store import Insight, open_insight
from listener.model.analysis import AnalysedMention

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)
CANARY = "canary-bird-of-no-other-place"
Make = Callable[..., AnalysedMention]


def filled(insight: Insight, mention: Make) -> None:
    """Two people, one of whom goes. The name stands alone in its column, so that DuckDB has nothing to shorten it with."""
    insight.apply([mention(1, author_key=CANARY), mention(2, toward=1.0, labels={"idea": "yes"})], [], 2, model_id="m")
    with insight.asking() as cursor:
        cursor.execute("checkpoint")


def test_what_was_removed_leaves_the_file_and_the_rest_stays(tmp_path: Path, mention: Make) -> None:
    """DuckDB marks rows as deleted and keeps their blocks: whoever reads the disk would still find the person."""
    path = tmp_path / "insight.duckdb"
    with open_insight(path) as insight:
        filled(insight, mention)
        of_brand = BrandInsight(insight, frozenset({"Stroomwerk"}))
        insight.apply([], [1], 3, model_id="m")
        before = (insight.issue_counts(NOON - DAY, NOON), insight.nearest(2, 5), insight.label_mentions("idea", NOON - DAY, NOON, 5))
        inode = path.stat().st_ino
        assert insight.rewrite()
        assert path.stat().st_ino != inode
        assert (
            insight.issue_counts(NOON - DAY, NOON),
            insight.nearest(2, 5),
            insight.label_mentions("idea", NOON - DAY, NOON, 5),
        ) == before
        assert of_brand.count() == 1, "whoever sees some brands reads on in the new file"
        insight.apply([mention(3)], [], 4, model_id="m")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["insight.duckdb"]
    assert CANARY.encode() not in path.read_bytes()
    with open_insight(path) as again:
        assert (again.count(), again.applied_seq(), again.applied_model()) == (2, 4, "m")


def test_a_reader_is_waited_for_and_not_for_ever(tmp_path: Path, mention: Make) -> None:
    """A long export keeps its moment; the file is written anew the next time."""
    with open_insight(tmp_path / "insight.duckdb") as insight:
        filled(insight, mention)
        reading, go_on = threading.Event(), threading.Event()

        def read_long() -> None:
            with insight.asking():
                assert insight.count() == 2, "a question within a question"
                reading.set()
                go_on.wait(10)

        reader = threading.Thread(target=read_long)
        reader.start()
        reading.wait(10)
        assert not insight.rewrite(wait_seconds=0.05)
        assert insight.count() == 2
        go_on.set()
        reader.join(10)
        assert insight.rewrite()
        assert insight.count() == 2


@pytest.mark.parametrize("left", ["insight.duckdb.anew", "insight.duckdb.anew.wal"])
def test_a_try_that_was_cut_off_harms_nothing(tmp_path: Path, mention: Make, left: str) -> None:
    """The power may go while it is copied."""
    with open_insight(tmp_path / "insight.duckdb") as insight:
        filled(insight, mention)
        (tmp_path / left).write_bytes(b"half")
        assert insight.rewrite()
        assert insight.count() == 2
