"""Something about posting that a person has to know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Raised once, until it is over. `kind` has words in config/templates/<language>/outbox.yaml below `alarm.`; they may name `note`.

    `subject` is what it is about: an outbox entry's id, an account's key, a post's id, a person. `over_at` None: it still is so.
    """

    alarm_id: int
    kind: str
    subject: str
    note: str
    raised_at: datetime
    over_at: datetime | None = None
    seen_by: str = ""
    seen_at: datetime | None = None
