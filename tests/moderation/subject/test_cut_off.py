"""An erasure that is cut off anywhere is finished: nobody is told that something went while it is there, or the other way round."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from listener.clock import ManualClock
from listener.ledger.ledger import Ledger, open_ledger
from listener.ledger.suppression import LIST_NAME, SuppressionLedger
from listener.model.mention import Author, Kept
from moderation.ledger.subject_requests import SubjectRequestLedger
from moderation.ledger.subjects import SubjectLedger
from moderation.model.subject_request import Ending
from moderation.subject_desk import SubjectDesk, subject_desk
from moderation.workflows import subjects as workflow
from tests.fakes.desk import mention

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PERSON = Author(platform="feed", realm="forum.example", native_id="kanarie77", name="Kanarie Zevenslaper")
FILES = ("a.md", "b.md", "c.jsonl")


class Killed(BaseException):
    """Stands for a process that ends at once."""


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}") as opened:
        said = replace(mention("1", "mijn meter vonkt al zes dagen verschrikkelijk hard"), author=PERSON, posted_at=NOW)
        opened.mentions.add_page([Kept(mention=said, hits=())], source="feed", next_cursor=None, at=NOW)
        for name in FILES:
            (tmp_path / name).write_text('{"who": "kanarie77"}\n', encoding="utf-8")
        yield opened


def desk_of(home: Path, ledger: Ledger) -> SubjectDesk:
    return subject_desk(home, ledger, ManualClock(NOW), zone=UTC, reader=None)


def _killed(*_: object, **__: object) -> None:
    raise Killed


def _after(real: Callable[..., object]) -> Callable[..., object]:
    def first(*given: object, **named: object) -> object:
        real(*given, **named)
        raise Killed

    return first


def _half(home: Path, _traces: object) -> int:
    """Take one file away, and die."""
    (home / FILES[0]).unlink()
    raise Killed


@pytest.mark.parametrize(
    ("where", "name", "dies"),
    [
        (SubjectRequestLedger, "begin", _killed),  # before anything went
        (SubjectRequestLedger, "begin", None),  # right after it was noted that it begins
        (workflow, "erase_files", _half),
        (workflow, "erase_files", None),  # all files went, the ledger did not
        (SubjectLedger, "erase", _killed),
        (SubjectLedger, "erase", None),  # all went; the list beside the ledger is not written
        (SuppressionLedger, "write_list", _killed),
    ],
)
def test_what_was_cut_off_is_finished_when_the_service_starts(
    tmp_path: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, where: object, name: str, dies: Callable[..., object] | None
) -> None:
    """Then the receipt counts every file that went, also those of the try that was cut off."""
    with monkeypatch.context() as broken:
        broken.setattr(where, name, dies or _after(getattr(where, name)))
        before = desk_of(tmp_path, ledger)
        with pytest.raises(Killed):
            before.subjects.erase(before.subjects.subject("feed", "kanarie77"), by="Anna de Groot")
    begun = any(one.begun_at is not None or not one.open for one in before.keep.all())
    after = desk_of(tmp_path, ledger)
    if begun:
        after.once()
    else:  # nothing went and nothing was told: whoever typed the command types it again
        after.subjects.erase(after.subjects.subject("feed", "kanarie77"), by="Anna de Groot")
    assert ledger.mentions.count() == 0
    assert sorted(one.name for one in tmp_path.iterdir() if one.name in FILES) == ["c.jsonl"], "records keep their lines, without them"
    assert "kanarie77" not in (tmp_path / "c.jsonl").read_text()
    (receipt,) = after.subjects.receipts()
    assert (receipt.counts["files of the home"], receipt.counts["messages"], receipt.made_by) == (3, 1, "Anna de Groot")
    assert [(one.ending, one.person) for one in after.keep.all()] == [(Ending.DONE, "")]
    assert (tmp_path / LIST_NAME).read_text().count("\n") == 1
    after.once()
    assert len(after.subjects.receipts()) == 1, "and only once"
