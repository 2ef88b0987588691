"""Put a backup of the ledger in the place of the present one, so that nothing is lost and nothing that left is sent again."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from listener.clock import ManualClock
from listener.errors import InputError
from listener.ledger.ledger import open_ledger
from listener.ledger.lock import home_lock
from moderation.outbox.restored import put_in_doubt
from moderation.workflows.subjects import Subjects

RESTORE = "restore"
"""Who erased somebody again, in the audit log."""
LEDGER = "ledger.db"
_BESIDE = ("", "-wal", "-shm")
_DERIVED = ("insight.duckdb", "search")
"""Made from the ledger: they know things that the older ledger does not, so they are set aside too and made anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was done. `kept` is the folder that holds the ledger as it was before, "" when there was none; `erased`: people whom the backup
    still knew and who were erased since."""

    backup: str
    kept: str
    mentions: int
    erased: int = 0


def restore_backup(home: Path, backup: Path, *, at: datetime) -> Restored:
    """Check that `backup` opens and is whole, set the present ledger aside, and put a copy of the backup in its place.

    Holds the home's lock: raises `StoreLocked` while a service runs. Raises `InputError` when there is no such file, and `StoreError` kinds
    when it is no sound ledger; then nothing was changed. At the next opening everything unfinished waits for a person (RULES F36).
    """
    if not backup.is_file():
        raise InputError(f"{backup} is no file; `klankbord backup` makes one, older ones are in {home / 'backups'}.")
    with home_lock(home):
        fresh = home / f"{LEDGER}.restoring"
        for beside in _BESIDE:
            Path(f"{fresh}{beside}").unlink(missing_ok=True)
        try:
            mentions, erased = _checked_copy(backup, fresh, home, at)
            put_in_doubt(home)
            kept = _set_aside(home, at)
            fresh.replace(home / LEDGER)
        finally:
            for beside in _BESIDE:
                Path(f"{fresh}{beside}").unlink(missing_ok=True)
    return Restored(backup=str(backup), kept=kept, mentions=mentions, erased=erased)


def _checked_copy(backup: Path, fresh: Path, home: Path, at: datetime) -> tuple[int, int]:
    """Copy the backup, open it (which brings its tables up to date) and read all of it; return how many mentions it holds.

    Whoever was erased since it was made is erased from it too, before anybody sees it; the second number says how many people that were.
    """
    shutil.copyfile(backup, fresh)
    fresh.chmod(0o600)
    with open_ledger(f"sqlite:///{fresh}", backups=home / "backups") as ledger:
        ledger.check()
        erased = Subjects(home, ledger, ManualClock(at), reader=None).erase_again(by=RESTORE)
        mentions = ledger.mentions.count()
        ledger.tidy()  # what opening wrote is in the file itself, not in a log beside it
    return mentions, erased


def _set_aside(home: Path, at: datetime) -> str:
    """Move what the present ledger consists of to a folder of its own; nothing is deleted."""
    found = [home / f"{name}{beside}" for name in (LEDGER, *_DERIVED) for beside in (*_BESIDE, ".wal")]
    found = [file for file in found if file.exists()]
    if not found:
        return ""
    folder = home / "backups" / f"set-aside-{at:%Y%m%dT%H%M%SZ}"
    folder.mkdir(mode=0o700, parents=True)
    for file in found:
        file.replace(folder / file.name)
    return str(folder)
