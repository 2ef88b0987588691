"""The tables that say which kept posts were looked at again, when, and what that brought (`ledger/rechecks.py`).

Two million mentions are looked at in stretches: as many neighbours (by id) as one look asks for share a row, so that a day's looks write
a row per hundred posts and not one per post. Rows of one source follow each other without a hole, so that a mention whose sources change
is in a stretch of each of them; who asks for it is worked out when the stretch is due. Nothing here says what anybody wrote or who.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Index, Integer, Table, Text

from listener.ledger.dialect import Id
from listener.ledger.metadata import metadata
from listener.ledger.types import UtcDateTime

# Mentions `first_id` to `last_id` were looked at by `source` at `looked_at`. `members` of them were its own to ask for then; the newest of
# these was first seen at `newest_at` (None: there were none).
recheck = Table(
    "recheck",
    metadata,
    Column("source", Text, primary_key=True),
    Column("first_id", Id, primary_key=True, autoincrement=False),
    Column("last_id", Id, nullable=False),
    Column("members", Integer, nullable=False),
    Column("newest_at", UtcDateTime),
    Column("looked_at", UtcDateTime, nullable=False),
    Index("ix_recheck_source_looked_at", "source", "looked_at"),
)

# How a source stands with looking again. `every_hours`: how old a look may be, `then_hours` after a post was kept for `young_days`; 0: it
# is off. `state` is ok, waiting, refused, capped, blind, or doubted (what it said was not believed); `note` is why, in a sentence.
recheck_state = Table(
    "recheck_state",
    metadata,
    Column("source", Text, primary_key=True),
    Column("every_hours", Integer, nullable=False, default=0),
    Column("young_days", Integer, nullable=False, default=0),
    Column("then_hours", Integer, nullable=False, default=0),
    Column("state", Text, nullable=False, default="ok"),
    Column("note", Text, nullable=False, default=""),
    Column("at", UtcDateTime),
    Column("wait_until", UtcDateTime),
    Column("tries", Integer, nullable=False, default=0),
)

# What looking again brought and cost on a day (UTC), by source; the same requests and money are in `source_spend` too.
recheck_day = Table(
    "recheck_day",
    metadata,
    Column("source", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("asked", Integer, nullable=False, default=0),
    Column("edited", Integer, nullable=False, default=0),
    Column("removed", Integer, nullable=False, default=0),
    Column("unsure", Integer, nullable=False, default=0),
    Column("requests", Integer, nullable=False, default=0),
    Column("micro_usd", BigInteger, nullable=False, default=0),
)
