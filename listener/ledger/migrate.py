"""Bring a ledger's tables to what this version needs: all steps in one transaction, after a copy of the file."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from listener.errors import SchemaTooNew, StoreLocked
from listener.ledger.backup import back_up
from listener.ledger.dialect import ledger_file, without_foreign_keys
from listener.ledger.lock import lock_owner
from listener.ledger.transactions import reading, translated

logger = logging.getLogger(__name__)

_PACKAGES = Path(__file__).resolve().parents[2]
BRANCHES = (_PACKAGES / "listener" / "ledger" / "versions", _PACKAGES / "moderation" / "ledger" / "versions")
"""Folders with migrations, one per half. The second is there when the answering half is installed beside this one."""


def migrate(engine: Engine, *, backups: Path | None) -> bool:
    """Upgrade all branches to their heads; return whether anything had to change.

    An existing file is first copied into `backups` (default: the folder `backups` beside it). Raises `SchemaTooNew` when the ledger
    holds steps this version does not know, and `StoreLocked` when another process works on an existing ledger that has to change.
    """
    scripts = ScriptDirectory.from_config(_config())
    with reading(engine) as connection:
        present = set(MigrationContext.configure(connection).get_current_heads())
    unknown = sorted(present - {script.revision for script in scripts.walk_revisions()})
    if unknown:
        raise SchemaTooNew(
            f"The ledger at {engine.url.database} was written by a newer Klankbord (it has {', '.join(unknown)}). "
            "Install that version or a later one, or open a backup made by this version."
        )
    if set(scripts.get_heads()) <= _applied(scripts, present):
        return False
    if present:
        _make_safe(engine, backups, present)
    with translated(engine), without_foreign_keys(engine) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "heads")
    logger.info("ledger migrated", extra={"from": sorted(present), "to": sorted(scripts.get_heads())})
    return True


def _applied(scripts: ScriptDirectory, present: set[str]) -> set[str]:
    """Return every step that a ledger has. Its own list names the newest only, and leaves out those that another one stands on."""
    found: set[str] = set()
    waiting = list(present)
    while waiting:
        step = scripts.get_revision(waiting.pop())
        if step.revision not in found:
            found.add(step.revision)
            waiting += [*_several(step.down_revision), *_several(step.dependencies)]
    return found


def _several(named: str | Iterable[str] | None) -> tuple[str, ...]:
    return () if named is None else (named,) if isinstance(named, str) else tuple(named)


def _make_safe(engine: Engine, backups: Path | None, present: set[str]) -> None:
    file = ledger_file(str(engine.url))
    if file is None:
        return
    owner = lock_owner(file.parent)
    if owner not in (None, os.getpid()):
        raise StoreLocked(
            f"The ledger at {file} has to be changed for this version, and process {owner} works on it. Stop that one first (kill {owner})."
        )
    name = f"ledger-before-{'-'.join(sorted(present))}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.db"
    back_up(engine, (backups or file.parent / "backups") / name)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", _escaped(Path(__file__).resolve().parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", os.pathsep.join(_escaped(folder) for folder in BRANCHES if folder.is_dir()))
    return config


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")
