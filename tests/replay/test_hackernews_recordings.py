"""Recorded items of Hacker News' official API: stories, a comment, a deleted comment, an unknown item."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from listener.model.mention import Mention, Removal
from listener.model.page import Skip
from listener.sources.hackernews import item_of
from listener.sources.json_text import read_json
from tests.replay.cassettes import there

pytestmark = pytest.mark.recordings


def _item(recordings: Path, number: str) -> Mention | Removal | Skip:
    body = there(recordings / f"hackernews/firebase-v0/item__{number}.json").read_bytes()
    return item_of(read_json(body), number)


@pytest.mark.parametrize("number", ["1000", "21299546", "21301388", "21337844", "21352239"])
def test_a_recorded_story_becomes_a_mention(recordings: Path, number: str) -> None:
    """A story is its title; the address leads to the discussion, not to the page it is about."""
    story = _item(recordings, number)
    assert isinstance(story, Mention)
    assert story.title
    assert story.native_id == number
    assert story.url == f"https://news.ycombinator.com/item?id={number}"
    assert story.author is not None
    assert story.posted_at.tzinfo is UTC


def test_a_recorded_comment_keeps_its_words_parent_and_time(recordings: Path) -> None:
    """Replies are read in their thread."""
    comment = _item(recordings, "21500829")
    assert isinstance(comment, Mention)
    assert comment.title == ""
    assert comment.text.startswith("I find it fascinating")
    assert comment.parent_id == "21500569"
    assert comment.posted_at == datetime(2019, 11, 10, 23, 16, 59, tzinfo=UTC)


def test_a_recorded_deletion_is_a_removal(recordings: Path) -> None:
    """Deleted words must leave our store as well."""
    gone = _item(recordings, "21501055")
    assert isinstance(gone, Removal)
    assert (gone.native_id, gone.reason) == ("21501055", "deleted")


def test_an_unknown_item_is_told_and_not_taken_for_deleted(recordings: Path) -> None:
    """`null` is no proof, and a removal is for ever."""
    assert isinstance(_item(recordings, "9000"), Skip)


def test_lists_and_other_files_are_no_items(recordings: Path) -> None:
    """A wrong answer is told, not taken for an item."""
    for name in ("topstories", "newstories", "maxitem"):
        body = there(recordings / f"hackernews/firebase-v0/{name}.json").read_bytes()
        assert isinstance(item_of(read_json(body), name), Skip)
