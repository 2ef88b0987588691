"""The tables that say how sources fare: where each stands, its rounds, what it spent, what it skipped or missed."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Index, Integer, Table, Text

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.metadata import metadata
from listener.ledger.types import UtcDateTime

# `state` is ok, waiting, blind, refused or capped; `cause` tells refusals apart; `open_until`: not asked before, after failures in a row.
# `skipped` and `gaps` count over its whole life. `canary` is what a question with a known answer brought: found, empty or "".
source_state = Table(
    "source_state",
    metadata,
    Column("source", Text, primary_key=True),
    Column("kind", Text, nullable=False, default=""),
    Column("cursor", Text),
    Column("state", Text, nullable=False, default="ok"),
    Column("last_try_at", UtcDateTime),
    Column("last_ok_at", UtcDateTime),
    Column("blind_since", UtcDateTime),
    Column("wait_until", UtcDateTime),
    Column("failures", Integer, nullable=False, default=0),
    Column("error", Text, nullable=False, default=""),
    Column("skipped", Integer, nullable=False, default=0),
    Column("gaps", Integer, nullable=False, default=0),
    Column("gap_note", Text, nullable=False, default=""),
    Column("cause", Text, nullable=False, default=""),
    Column("open_until", UtcDateTime),
    Column("canary", Text, nullable=False, default=""),
    Column("canary_at", UtcDateTime),
    Column("most_requests", Integer),
    Column("most_micro_usd", BigInteger),
)

source_run = Table(
    "source_run",
    metadata,
    Column("run_id", Id, primary_key=True),
    Column("source", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("state", Text, nullable=False),
    Column("new", Integer, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("missed", Integer, nullable=False, default=0),
    Index("ix_source_run_source_at", "source", "at"),
    **NEVER_REUSED,
)

# What a source asked and paid on a day (UTC). Money in millionths of a dollar, so that sums are exact.
source_spend = Table(
    "source_spend",
    metadata,
    Column("source", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("requests", Integer, nullable=False),
    Column("micro_usd", BigInteger, nullable=False),
)

# What a source held that could not become a mention (`kind` skip), stretches it no longer shows (gap), and which of its places its
# platform stopped showing to us (lost) and showed again (back).
source_event = Table(
    "source_event",
    metadata,
    Column("event_id", Id, primary_key=True),
    Column("source", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("place", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Index("ix_source_event_source_kind", "source", "kind", "event_id"),
    **NEVER_REUSED,
)
