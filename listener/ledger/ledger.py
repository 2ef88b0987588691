"""The ledger, open: its tables up to date, and one small class per kind of record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from listener.errors import StoreDamaged
from listener.ledger.analyses import AnalysisLedger
from listener.ledger.backup import newest_backup
from listener.ledger.check import damage_in
from listener.ledger.claims import ClaimLedger
from listener.ledger.dialect import empty_log, ledger_engine, ledger_file, make_private
from listener.ledger.expiry import ExpiryLedger
from listener.ledger.issues import IssueLedger
from listener.ledger.labels import LabelLedger
from listener.ledger.mentions import MentionLedger
from listener.ledger.meta import MetaLedger
from listener.ledger.migrate import migrate
from listener.ledger.rechecks import RecheckLedger
from listener.ledger.reports import ReportLedger
from listener.ledger.sources import SourceLedger
from listener.ledger.streams import StreamLedger
from listener.ledger.suppression import SuppressionLedger
from listener.ledger.transactions import translated


class Ledger:
    """Everything that must never be lost or doubled. Safe to use from several threads; each call is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.suppression = SuppressionLedger(engine)
        self.mentions = MentionLedger(engine, self.suppression)
        self.analyses = AnalysisLedger(engine)
        self.expiry = ExpiryLedger(engine, self.suppression)
        self.issues = IssueLedger(engine)
        self.labels = LabelLedger(engine)
        self.sources = SourceLedger(engine)
        self.streams = StreamLedger(engine)
        self.rechecks = RecheckLedger(engine)
        self.claims = ClaimLedger(engine)
        self.reports = ReportLedger(engine)
        self.meta = MetaLedger(engine)

    def check(self) -> None:
        """Read everything; raise `StoreDamaged` naming what is wrong. Takes seconds for a large ledger: for `doctor`."""
        damage = damage_in(self.engine)
        if damage:
            raise StoreDamaged(f"{self.engine.url.database} is damaged: {damage}. {what_to_do(ledger_file(str(self.engine.url)), None)}")

    def tidy(self) -> bool:
        """Empty the write-ahead log, so that text of removed mentions is gone from disk. Cheap; for after removals and once a night.

        Returns False when the log is in use; then the next time does it.
        """
        with translated(self.engine):
            return empty_log(self.engine)


@contextmanager
def open_ledger(url: str, *, backups: Path | None = None) -> Iterator[Ledger]:
    """Open the ledger at `url` (`sqlite:////path/ledger.db`), made or migrated when needed; close it at the end.

    A new file is private (0600, folder 0700). An existing file is copied to `backups` (default: `backups` beside it) before it is
    migrated. Raises `SchemaTooNew`, `StoreLocked`, `StoreDamaged`, `StoreFull`, or `StoreError` when the file cannot be opened.
    """
    file = ledger_file(url)
    engine = ledger_engine(url)
    try:
        try:
            if file is not None:
                with translated(engine):
                    make_private(file)
            migrate(engine, backups=backups)
        except StoreDamaged as damage:
            raise StoreDamaged(f"{damage} {what_to_do(file, backups)}") from damage
        yield Ledger(engine)
    finally:
        engine.dispose()


def what_to_do(file: Path | None, backups: Path | None) -> str:
    if file is None:
        return ""
    newest = newest_backup(backups or file.parent / "backups")
    cure = f"copy {newest} to {file}" if newest else f"rescue what can be read with `sqlite3 {file.name} .recover`"
    return (
        f"Nothing was changed. Stop Klankbord, move {file.name}, {file.name}-wal and {file.name}-shm to another folder (keep them), "
        f"then {cure} and start again: sources fill in what came later as far as they look back."
    )
