"""Backups in a home that are older than they may be, and damaged files that were set aside. Never the newest backup, nothing outside."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from listener.ledger.backup import newest_backup

BACKUPS = "backups"


def old_backups(home: Path, now: datetime, days: int) -> list[Path]:
    """Return what is older than so many days: backups but for the newest, ledgers and settings set aside, damaged files set aside."""
    before = now - timedelta(days=days)
    folder = home / BACKUPS
    newest = newest_backup(folder)
    return [one for one in _kept(home, folder) if one != newest and _changed(one) < before]


def drop_backups(home: Path, now: datetime, days: int) -> int:
    """Delete those, and return how many that were."""
    old = old_backups(home, now, days)
    for one in old:
        if one.is_dir():
            shutil.rmtree(one)
        else:
            one.unlink(missing_ok=True)
    return len(old)


def _kept(home: Path, folder: Path) -> Iterator[Path]:
    """Yield what lies there and is ours to delete; a link may lead out of the home, so that it stays."""
    if folder.is_dir() and not folder.is_symlink():
        mine = [one for one in sorted(folder.iterdir()) if one.is_file() or one.name.startswith("set-aside-")]
        yield from (one for one in mine if not one.is_symlink())
    yield from (one for one in sorted(home.glob("*.damaged-*")) if one.is_file() and not one.is_symlink())


def _changed(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
