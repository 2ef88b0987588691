"""`klankbord collect` when something else fails than a platform: the other sources are read, and coverage tells."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from listener.cli import listener_group
from listener.errors import SettingsError, StoreFull
from listener.ledger.ledger import open_ledger
from listener.model.page import Cursor, LostPlace, Page
from listener.sources.feed import FeedSource
from tests.fakes.source import mention

SETTINGS = """
sources:
- {id: odd, kind: feed, url: 'https://odd.example/feed', keep: all}
- {id: forum, kind: feed, url: 'https://forum.example/feed', keep: all}
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    made.mkdir(mode=0o700)
    (made / "klankbord.yaml").write_text(SETTINGS, encoding="utf-8")
    return made


def let_it_fail(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Let pulls of the source `odd` fail, and those of the other one bring a post."""

    async def pull(self: FeedSource, cursor: Cursor | None) -> Page:
        if self.source_id == "odd":
            raise error
        return Page(mentions=(mention("1"),), next=cursor)

    monkeypatch.setattr(FeedSource, "pull", pull)


@pytest.mark.parametrize(
    ("error", "state", "said"),
    [
        (ZeroDivisionError(), "blind", "Our own reader failed (ZeroDivisionError)"),
        (SettingsError("secrets.env can be read by others; run: chmod 600"), "refused", "chmod 600"),
    ],
)
def test_one_that_breaks_in_another_way_is_told_and_the_others_are_read(
    home: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, state: str, said: str
) -> None:
    let_it_fail(monkeypatch, error)
    ended = CliRunner().invoke(listener_group, ["--home", str(home), "collect", "--json"])
    assert ended.exit_code == 1
    odd, forum = json.loads(ended.stdout)
    assert said in odd["note"]
    assert forum["new"] == 1
    with open_ledger(f"sqlite:///{home / 'ledger.db'}") as ledger:
        noted = ledger.sources.state("odd")
    assert noted is not None
    assert noted.state == state


def test_a_lost_place_is_named_beside_what_was_read_and_what_was_missed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def pull(self: FeedSource, cursor: Cursor | None) -> Page:
        del self
        lost = LostPlace(name="r/geheim", since=datetime(2026, 3, 2, tzinfo=UTC), why="It is private.")
        return Page(mentions=(mention("1"),), next=cursor, lost=(lost,), gap="more than it lists")

    monkeypatch.setattr(FeedSource, "pull", pull)
    ended = CliRunner().invoke(listener_group, ["--home", str(home), "collect", "forum", "--json"])
    assert (ended.exit_code, json.loads(ended.stdout)[0]["note"]) == (0, "r/geheim: It is private.; more than it lists")


def test_a_disk_that_is_full_ends_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing more could be kept, of any source."""
    let_it_fail(monkeypatch, StoreFull("the disk is full"))
    ended = CliRunner().invoke(listener_group, ["--home", str(home), "collect", "--json"])
    assert isinstance(ended.exception, StoreFull)
