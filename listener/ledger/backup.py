"""A copy of the ledger that is whole, made while everything else goes on."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from listener.errors import InputError
from listener.ledger.dialect import copy_database, make_private
from listener.ledger.transactions import translated

_BACKUPS = {".db", ".sealed"}
"""Endings of copies of the ledger: in the clear, and sealed by the answering half."""


def back_up(engine: Engine, target: Path) -> Path:
    """Copy the ledger to the new file `target` (mode 0600, its folder made when missing) and return it.

    The copy holds exactly what was committed at one moment and opens by itself. Raises `InputError` when `target` exists,
    `StoreFull` when there is no room; then the half copy is removed.
    """
    if target.exists():
        raise InputError(f"{target} exists; name a new file for the backup")
    make_private(target)
    try:
        with translated(engine):
            copy_database(engine, target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return target


def newest_backup(backups: Path) -> Path | None:
    """Return the backup written last in a folder, or None."""
    mine = [file for file in backups.iterdir() if file.suffix in _BACKUPS] if backups.is_dir() else []
    found = sorted(mine, key=lambda file: file.stat().st_mtime)
    return found[-1] if found else None
