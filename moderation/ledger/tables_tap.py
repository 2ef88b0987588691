"""The table of what was said about improvement actions, week by week."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Table, Text, UniqueConstraint

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.metadata import metadata
from listener.ledger.types import UtcDateTime

# One look a week at a done action; an action that was opened again and done anew has looks of its own, by `done_at`. Only ever added to.
# `effect` holds the figures as they were: intervals, and the weeks that were compared.
tap_look = Table(
    "tap_look",
    metadata,
    Column("look_id", Id, primary_key=True),
    Column("action_id", Id, ForeignKey("improvement_action.action_id"), nullable=False),
    Column("done_at", UtcDateTime, nullable=False),
    Column("week", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("came_back", Boolean, nullable=False),
    Column("effect", JSON, nullable=False),
    UniqueConstraint("action_id", "done_at", "week"),
    **NEVER_REUSED,
)
