"""What takes rows out of the house, over an open desk."""

from __future__ import annotations

from listener.parts import pseudonym_key
from moderation.ledger.exports import ExportLedger
from moderation.ledger.x_handed import XHanded
from moderation.parts import Desk
from moderation.workflows.export_rows import ExportRows


def export_rows(desk: Desk) -> ExportRows:
    """Return the exports of a desk: the same for pages, calls and commands."""
    engine = desk.ledger.engine
    return ExportRows(ExportLedger(engine), XHanded(engine), desk.audit, desk.clock, key=lambda: pseudonym_key(desk.ledger))
