"""Open a case for everybody who speaks to us."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from listener.ledger.ledger import Ledger
from moderation.ledger.cases import CaseLedger
from moderation.model.case import Opened

MOST_AGE = timedelta(days=14)
"""Older messages open no case: whoever imports years of history wants to learn from it, not answer it."""
PATIENCE = timedelta(minutes=10)
"""How long a message waits for the analyser before it is taken in unread."""
BATCH = 500


def open_cases(
    ledger: Ledger, cases: CaseLedger, *, now: datetime, most_age: timedelta = MOST_AGE, own_authors: Collection[str] = ()
) -> Opened:
    """Put every new message that speaks to us into its conversation, and return how many were opened and joined. Safe to repeat.

    What we wrote ourselves opens nothing: `own_authors` are the keys of our accounts (RULES F34).

    When nothing waits for the analyser, what it could not read (quarantine) is taken in at once.
    """
    read_by = now if ledger.mentions.unanalysed_count() == 0 else now - PATIENCE
    opened = joined = 0
    while True:
        step = cases.take_in(now=now, not_before=now - most_age, read_by=read_by, limit=BATCH, own_authors=own_authors)
        opened, joined = opened + step.opened, joined + step.joined
        if step.opened + step.joined < BATCH:
            return Opened(opened=opened, joined=joined)
