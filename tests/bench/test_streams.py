"""A made stream keeps what the counting rule relies on: every post once, in order, events where they are said to be."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from tests.bench.reading import UnreadableFile, read_rows
from tests.bench.signals import read_stream
from tests.bench.streams import EMERGING, SLOW, SPIKE, Recipe, make_stream, write_stream

ROWS = [{"id": f"{label}-{at}", "text": f"post {at} about {label}", "label": f"label-{label}"} for label in range(20) for at in range(60)]
RECIPE = Recipe(background=500, labels=20, emerging=3, spikes=2, slow=1, posts=(20, 30), seed=5)


def test_no_row_is_used_twice_and_posts_come_in_order() -> None:
    posts, _ = make_stream(ROWS, RECIPE)
    assert len({post.row["id"] for post in posts}) == len(posts)
    assert [post.at for post in posts] == sorted(post.at for post in posts)


def test_each_event_has_the_posts_of_one_label_after_its_onset() -> None:
    posts, events = make_stream(ROWS, RECIPE)
    assert sorted(one["type"] for one in events) == sorted([EMERGING] * 3 + [SPIKE] * 2 + [SLOW])
    for one in events:
        own = [post for post in posts if post.event_id == one["event_id"]]
        assert 20 <= len(own) <= 30
        assert {post.row["label"] for post in own} == {one["label"]}
        assert min(post.at for post in own) >= datetime.fromisoformat(one["onset"])


def test_an_emerging_label_was_never_heard_of_before_and_a_known_one_was() -> None:
    posts, events = make_stream(ROWS, RECIPE)
    for one in events:
        others = [post for post in posts if post.row["label"] == one["label"] and not post.event_id]
        assert bool(others) is (one["type"] != EMERGING)


def test_the_same_seed_makes_the_same_files_and_the_bench_can_read_them(tmp_path: Path) -> None:
    written = [
        write_stream(*make_stream(ROWS, RECIPE), folder=tmp_path / folder, name="s", seed=5)  # twice, in two places
        for folder in ("one", "other")
    ]
    assert written[0][0].read_bytes() == written[1][0].read_bytes()
    rows, planted = read_stream(*written[0])
    assert len(rows) == len(read_rows(written[0][0]))
    assert [len(event.posts) >= 20 for event in planted] == [True] * 6


def test_too_few_labels_are_named() -> None:
    with pytest.raises(UnreadableFile, match="20 labels have 20 rows or more; 30 events need one each"):
        make_stream(ROWS, Recipe(labels=20, emerging=20, spikes=5, slow=5, posts=(20, 30)))
