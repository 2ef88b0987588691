"""A backup is put back: the ledger is older than what left, and nothing is sent again (RULES F36)."""

from __future__ import annotations

import shutil
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from listener.errors import InputError, StoreError, StoreLocked
from listener.ledger.backup import back_up
from listener.ledger.lock import home_lock
from moderation.model.outbox import EntryState
from moderation.outbox.restored import MARK_FILE, end_doubt, in_doubt
from moderation.workflows.restore_backup import restore_backup
from tests.fakes.desk import MORNING, mention, open_desk
from tests.moderation.outbox.test_standing import draft, standing

LATER = MORNING + timedelta(days=1)


async def a_day_after_the_backup(home: Path, *, sent: int = 5) -> Path:
    """Approve `sent` answers, make a backup, then send them; return the backup."""
    backup = home.parent / "yesterday.db"
    with open_desk(home) as desk:
        for one in desk.hear(*(mention(str(number)) for number in range(sent))):
            desk.approved(one)
        back_up(desk.ledger.engine, backup)
        await desk.settle()
        assert len(desk.platform.posts()) == sent
    return backup


async def test_what_the_older_ledger_has_unfinished_waits_for_a_person_and_nothing_leaves_again(tmp_path: Path) -> None:
    home = tmp_path / "home"
    backup = await a_day_after_the_backup(home)
    restore_backup(home, backup, at=LATER)
    with open_desk(home, start=MORNING + timedelta(hours=1)) as desk:
        await desk.settle()
        entries = desk.entries.entries()
        assert {(entry.state, entry.reason) for entry in entries} == {(EntryState.NEEDS_HUMAN, "ledger_restored")}
        assert len(desk.platform.posts()) == 5
        assert desk.outbox.resolve(entries[0].entry_id, "bram", "post-1").entry.state is EntryState.FOUND
    assert in_doubt(home)


async def test_a_ledger_copied_back_by_hand_is_noticed_too(tmp_path: Path) -> None:
    """Not everybody uses our command: the mark outside the ledger tells."""
    home = tmp_path / "home"
    backup = await a_day_after_the_backup(home)
    for beside in ("-wal", "-shm"):
        (home / f"ledger.db{beside}").unlink(missing_ok=True)
    shutil.copyfile(backup, home / "ledger.db")
    with open_desk(home, start=MORNING + timedelta(hours=1)) as desk:
        await desk.settle()
        assert {entry.reason for entry in desk.entries.entries()} == {"ledger_restored"}
        assert len(desk.platform.posts()) == 5


async def test_a_ledger_that_came_to_another_machine_without_its_mark_is_noticed_too(tmp_path: Path) -> None:
    """The disk is lost; yesterday's backup is copied into a new home by hand."""
    old, new = tmp_path / "home", tmp_path / "new"
    with open_desk(old) as desk:
        first, *others = desk.hear(*(mention(str(number)) for number in range(4)))
        desk.approved(first)
        await desk.settle()
        waiting = [desk.approved(one).entry_id for one in others]
        back_up(desk.ledger.engine, tmp_path / "yesterday.db")
        await desk.settle()
        assert len(desk.platform.posts()) == 4
    new.mkdir()
    shutil.copyfile(tmp_path / "yesterday.db", new / "ledger.db")
    with open_desk(new, start=MORNING + timedelta(hours=1)) as desk:
        await desk.settle()
        assert {desk.entry(one).reason for one in waiting} == {"ledger_restored"}
        assert desk.platform.requests == 0
    assert in_doubt(new)


async def test_every_kill_point_of_a_ledger_that_is_not_older_raises_no_doubt(tmp_path: Path) -> None:
    """An ordinary restart is no restored backup."""
    home = tmp_path / "home"
    await a_day_after_the_backup(home)
    with open_desk(home, start=LATER) as desk:
        await desk.settle()
        assert all(entry.state is EntryState.SENT for entry in desk.entries.entries())
    assert not in_doubt(home)


async def test_standing_approvals_wait_until_a_person_compared(tmp_path: Path) -> None:
    home = tmp_path / "home"
    backup = await a_day_after_the_backup(home)
    restore_backup(home, backup, at=LATER)
    with open_desk(home, start=MORNING + timedelta(hours=1)) as desk:
        await desk.gateway.run_once()
        entry = desk.outbox.approve_standing(draft(desk).draft_id, standing(desk).standing_id)
        report = await desk.gateway.run_once()
        assert report.held == {entry.entry_id: "ledger_restored"}
        assert end_doubt(home)
        await desk.settle()
        assert desk.state(entry.entry_id) is EntryState.SENT


async def test_an_open_draft_that_left_already_is_not_sent_when_approved_again(tmp_path: Path) -> None:
    """The older ledger still has it as a draft; whoever approves it cannot know. The platform does."""
    home = tmp_path / "home"
    backup = tmp_path / "yesterday.db"
    with open_desk(home) as desk:
        (one,) = desk.hear(mention())
        waiting = desk.draft(one)
        back_up(desk.ledger.engine, backup)
        desk.outbox.approve(waiting.draft_id, "anna")
        await desk.settle()
    restore_backup(home, backup, at=LATER)
    with open_desk(home, start=MORNING + timedelta(hours=1)) as desk:
        entry = desk.outbox.approve(waiting.draft_id, "bram")
        await desk.gateway.run_once()
        entry = desk.entry(entry.entry_id)
        assert entry.state is EntryState.NEEDS_HUMAN
        desk.outbox.resolve(entry.entry_id, "bram", None)
        (new,) = [one for one in desk.drafts.all() if one.state == "open"]
        entry = desk.outbox.approve(new.draft_id, "bram")
        await desk.gateway.run_once()
        assert desk.entry(entry.entry_id).reason == "already_there"
        assert len(desk.platform.posts()) == 1


async def test_a_mark_that_cannot_be_read_vouches_for_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    await a_day_after_the_backup(home)
    (home / MARK_FILE).write_text("{")
    with open_desk(home, start=LATER) as desk:
        await desk.gateway.run_once()
    assert in_doubt(home)


async def test_restoring_keeps_the_present_ledger_and_refuses_what_is_no_ledger(tmp_path: Path) -> None:
    home = tmp_path / "home"
    backup = await a_day_after_the_backup(home)
    before = (home / "ledger.db").read_bytes()
    for broken in (tmp_path / "none.db", tmp_path / "text.db"):
        if broken.name == "text.db":
            broken.write_text("no ledger at all" * 100)
        with pytest.raises((InputError, StoreError)):
            restore_backup(home, broken, at=LATER)
        assert (home / "ledger.db").read_bytes() == before
    with home_lock(home), pytest.raises(StoreLocked):
        restore_backup(home, backup, at=LATER)
    done = restore_backup(home, backup, at=LATER)
    assert (Path(done.kept) / "ledger.db").read_bytes() == before
    assert done.mentions == 5
    with closing((home / "ledger.db").open("rb")) as file:
        assert file.read(15) == b"SQLite format 3"
